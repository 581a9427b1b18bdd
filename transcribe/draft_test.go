package transcribe_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"baton/domain"
	"baton/transcribe"
)

// drafting is an engine that drafts all it hears and then settles the first sentence.
type drafting struct{ words []domain.Word }

func (*drafting) Name() string { return "drafting" }
func (*drafting) Close() error { return nil }

func (e *drafting) Transcribe(_ context.Context, _ io.Reader, o transcribe.Options, emit func(transcribe.Stretch) error) error {
	o.Draft(e.words)
	for _, n := range []int{5, 2} {
		if err := emit(transcribe.Stretch{EndMS: e.words[n-1].EndMS, Words: e.words[:n]}); err != nil {
			return err
		}
		e.words = e.words[n:]
	}
	return nil
}

// Words that were drafted stay until others take their place: settling a sentence leaves those behind it.
func TestADraftStaysBehindWhatIsSettled(t *testing.T) {
	t.Parallel()
	e := &drafting{speak("So here we are now. And then")}
	var told []string
	o := transcribe.Options{Draft: func(words []domain.Word) {
		text := ""
		for _, w := range words {
			text += w.Text + " "
		}
		told = append(told, text)
	}}
	_, err := transcribe.Run(t.Context(), e, bytes.NewReader(nil), o, domain.Transcript{}, func(u transcribe.Update) error {
		for _, c := range u.Cues {
			told = append(told, c.Text)
		}
		return nil
	})
	const whole = "So here we are now. And then "
	want := []string{whole, whole, "So here we are now.", "And then ", "And then"}
	if err != nil || !slices.Equal(told, want) {
		t.Errorf("%q, %v", told, err)
	}
}
