package transcribe_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"baton/domain"
	"baton/transcribe"
)

// hardOfHearing is an engine that loops in the second ten seconds of what it hears, unless it hears them alone, and
// always in the fourth.
type hardOfHearing struct{ tries int }

func (*hardOfHearing) Name() string { return "hard of hearing" }
func (*hardOfHearing) Close() error { return nil }

func (e *hardOfHearing) Transcribe(_ context.Context, pcm io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	for at := o.StartMS; ; at += 10_000 {
		ten := make([]byte, 10_000*transcribe.BytesPerMS)
		n, err := io.ReadFull(pcm, ten)
		if n == 0 {
			return nil
		}
		s := transcribe.Stretch{StartMS: at, EndMS: at + int64(n)/transcribe.BytesPerMS, Language: "en"}
		s.Speech = []domain.Span{{StartMS: at, EndMS: s.EndMS}}
		alone := o.MaxChunkMS > 0
		if alone {
			e.tries++
		}
		if at == 10_000 && !alone || at == 30_000 {
			s.Trouble = transcribe.TroubleLoop
		} else {
			for ms := at; ms < s.EndMS; ms += 500 {
				s.Words = append(s.Words, domain.Word{StartMS: ms, EndMS: ms + 400, Text: "word"})
			}
		}
		if err := emit(s); err != nil || n < len(ten) {
			return err
		}
		if err != nil {
			return err
		}
	}
}

func TestTroubleIsHeardASecondTime(t *testing.T) {
	t.Parallel()
	e := &hardOfHearing{}
	got, err := transcribe.Run(t.Context(), e, bytes.NewReader(make([]byte, 50_000*transcribe.BytesPerMS)), transcribe.Options{}, domain.Transcript{}, nil)
	if err != nil || e.tries != 2 {
		t.Fatalf("%d second tries, %v", e.tries, err)
	}
	words := 0
	for _, c := range got.Cues {
		words += len(c.Words)
	}
	if len(got.Lost) != 1 || got.Lost[0] != (domain.Span{StartMS: 30_000, EndMS: 40_000}) || words != 80 {
		t.Errorf("lost %v, %d words", got.Lost, words)
	}
	if got.Coverage > 0.83 || got.Coverage < 0.79 || transcribe.State(got) != domain.TranscriptDone {
		t.Errorf("coverage %.2f, %s", got.Coverage, transcribe.State(got))
	}
}

func TestATranscriptThatLostMostFailed(t *testing.T) {
	t.Parallel()
	said := []domain.Cue{{Words: []domain.Word{{EndMS: 100, Text: "So"}}}}
	for _, c := range []struct {
		lost, speech int64
		cues         []domain.Cue
		want         domain.TranscriptState
	}{
		{0, 0, nil, domain.TranscriptNoSpeech},
		{0, 9000, nil, domain.TranscriptNoSpeech}, // music: voices, but no words
		{0, 9000, said, domain.TranscriptDone},
		{4000, 9000, said, domain.TranscriptDone},
		{5000, 9000, said, domain.TranscriptFailed},
	} {
		tr := domain.Transcript{Cues: c.cues, Speech: []domain.Span{{EndMS: c.speech}}, Lost: []domain.Span{{EndMS: c.lost}}}
		if got := transcribe.State(tr); got != c.want {
			t.Errorf("%d of %d ms lost: %s, want %s", c.lost, c.speech, got, c.want)
		}
	}
}
