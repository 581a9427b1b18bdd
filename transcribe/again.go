package transcribe

import (
	"bytes"
	"context"
	"io"

	"baton/domain"
)

// againChunkMS is what the model hears at once in a second try: shorter, and so cut at other places.
const againChunkMS = 8000

// secondTry listens once more, alone, to each stretch that is in trouble: with a gain of its own and cut
// differently. The better of the two is kept.
type secondTry struct{ Engine }

// Transcribe implements Engine.
func (e secondTry) Transcribe(ctx context.Context, pcm io.Reader, o Options, emit func(Stretch) error) error {
	t := &tape{from: pcm}
	return e.Engine.Transcribe(ctx, t, o, func(s Stretch) error {
		place := func(ms int64) int64 { return (ms - o.StartMS) * BytesPerMS }
		// Another language does not become known by listening in smaller pieces: only the guesses become more.
		if s.Trouble != TroubleNone && s.Trouble != TroubleForeign {
			again, err := e.again(ctx, t.part(place(s.StartMS), place(s.EndMS)), o, s)
			if err != nil {
				return err
			}
			if worded(again) > worded(s) {
				s = again
			}
		}
		t.forget(place(s.EndMS))
		return emit(s)
	})
}

// again gives the same stretch as it was heard the second time.
func (e secondTry) again(ctx context.Context, pcm []byte, o Options, first Stretch) (Stretch, error) {
	var loud Loudness
	loud.Add(pcm)
	amplify(pcm, loud.GainDB())
	s := Stretch{StartMS: first.StartMS, EndMS: first.EndMS, Language: first.Language}
	o.StartMS, o.MaxChunkMS, o.Progress, o.Draft = first.StartMS, againChunkMS, nil, nil
	err := e.Engine.Transcribe(ctx, bytes.NewReader(pcm), o, func(part Stretch) error {
		s.Words = append(s.Words, part.Words...)
		s.Speech = domain.AppendSpans(s.Speech, part.Speech...)
		if part.Language != "" {
			s.Language = part.Language
		}
		if part.Trouble != TroubleNone {
			s.Trouble = part.Trouble
		}
		s.LogProb = min(s.LogProb, part.LogProb)
		return nil
	})
	return s, err
}

// worded is how many milliseconds of a stretch's speech have words.
func worded(s Stretch) int64 {
	return spoken(s.Speech) - spoken(wordless(s.Speech, []domain.Cue{{Words: s.Words}}))
}

// lost are the parts of a stretch in which words were said that the engine could not hold. A voice in which it found
// none is not among them: that is mostly music.
func lost(s Stretch) []domain.Span {
	if s.Trouble != TroubleLoop && s.Trouble != TroubleTruncated && s.Trouble != TroubleForeign {
		return nil
	}
	return wordless(s.Speech, []domain.Cue{{Words: s.Words}})
}
