package moonshine

import (
	"slices"
	"testing"

	"baton/domain"
)

// A piece is heard with what was said before it: those words stay as they are shown, and only what follows them is added.
func TestAPieceAddsWhatFollows(t *testing.T) {
	t.Parallel()
	var said []domain.Word
	d := &drafter{say: func(words []domain.Word) { said = words }, startMS: 60_000}
	heard := func(from, to, lead int, words ...word) {
		d.add(words, &piece{sound: chunk{from: lead * sampleRate, to: to * sampleRate, at: lead * sampleRate}, from: from * sampleRate})
	}
	heard(0, 2, 0, word{text: "Here", from: 0.2, to: 0.6}, word{text: "we", from: 0.7, to: 1}, word{text: "ah", from: 1.6, to: 2})
	// The piece begins at 1 s, is heard from 0 s on, and its last word is cut.
	heard(1, 3, 0, word{text: "Hear", from: 0.2, to: 0.6}, word{text: "we", from: 0.7, to: 1.02}, word{text: "are", from: 1.4, to: 2.2}, word{text: "now", from: 2.5, to: 3})
	// Nothing overlaps what is shown.
	heard(3, 5, 1, word{text: "now", from: 1.4, to: 1.9}, word{text: "here", from: 1.95, to: 2.6})
	want := []domain.Word{
		{StartMS: 60_200, EndMS: 60_600, Text: "Here"},
		{StartMS: 60_700, EndMS: 61_000, Text: "we"},
		{StartMS: 61_400, EndMS: 62_200, Text: "are"},
		{StartMS: 62_500, EndMS: 63_000, Text: "now"},
		{StartMS: 63_000, EndMS: 63_600, Text: "here"},
	}
	if !slices.Equal(said, want) {
		t.Errorf("%+v", said)
	}
	d.settled(62_300)
	if len(d.words) != 2 {
		t.Errorf("after settling: %+v", d.words)
	}
}
