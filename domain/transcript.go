package domain

import "strings"

// TranscriptState is how far the words of a clip are.
type TranscriptState string

// The states of a transcript.
const (
	TranscriptPending  TranscriptState = "pending"
	TranscriptRunning  TranscriptState = "running"
	TranscriptDone     TranscriptState = "done"
	TranscriptNoSpeech TranscriptState = "no_speech" // listened to all of it, nobody spoke (or there is no sound)
	TranscriptFailed   TranscriptState = "failed"
)

// Word is one spoken word and when it was said, in milliseconds from the clip's start.
type Word struct {
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	Text    string `json:"text"`
}

// Cue is a timed line of a transcript, as in WebVTT.
type Cue struct {
	// No counts from 0 within the transcript.
	No      int    `json:"-"`
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	Text    string `json:"text"`
	Words   []Word `json:"words"`
	// Edited: a person changed the text; a new transcription keeps it.
	Edited bool `json:"edited,omitempty"`
}

// Transcript is what was said in a clip.
type Transcript struct {
	// Language is a BCP 47 tag, e.g. "en".
	Language string `json:"language"`
	// Coverage is the share of the detected speech that has words, 0 to 1; 1 when nobody spoke.
	Coverage float64 `json:"coverage"`
	Cues     []Cue   `json:"cues"`
	// Speech are the detected stretches of speech; what lies between is silence. May be empty.
	Speech []Span `json:"speech,omitempty"`
	// Lost are the parts of speech that could not be written down.
	Lost []Span `json:"lost,omitempty"`
	// Draft are the words of the speech that goes on, which Cues will replace.
	Draft []Cue `json:"-"`
	// UpToMS is up to where the clip was listened to.
	UpToMS int64 `json:"-"`
}

// Filler is a sound of hesitation that can be cut out.
type Filler struct {
	Span
	// Text as it was written; empty when the engine left it out of the words.
	Text string
}

// Text is the whole transcript in one line.
func (t Transcript) Text() string {
	var b strings.Builder
	for i, c := range t.Cues {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.Text)
	}
	return b.String()
}

// Chapter is a titled stretch of a clip; chapters follow each other without holes.
type Chapter struct {
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
	Title   string `json:"title"`
	// Edited: a person wrote or moved it; a new run keeps it.
	Edited bool `json:"edited,omitempty"`
}

// TranscriptStep is what a stretch of listening gave, from FromMS, where the last one ended, to UpToMS.
type TranscriptStep struct {
	FromMS, UpToMS int64
	// Cues in order, starting within the stretch. Their No does not count.
	Cues []Cue
	// Speech are the stretches of speech detected within it.
	Speech []Span
	// Lost are the parts of it that could not be written down.
	Lost []Span
	// Language is a BCP 47 tag; empty: not known yet.
	Language string
	// Progress is the share of the whole sound that was listened to, 0 to 1.
	Progress float64
}

// Between is what was said from one offset up to another (0: the end), in one line. A word counts where it begins.
func (t Transcript) Between(startMS, endMS int64) string {
	var said []string
	inside := func(ms int64) bool { return ms >= startMS && (endMS == 0 || ms < endMS) }
	for _, c := range t.Cues {
		if len(c.Words) == 0 && inside(c.StartMS) {
			said = append(said, c.Text)
		}
		for _, w := range c.Words {
			if inside(w.StartMS) {
				said = append(said, w.Text)
			}
		}
	}
	return strings.Join(said, " ")
}
