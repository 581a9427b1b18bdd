// Package transcribe turns recorded speech into timed text.
//
// An Engine reads PCM and emits stretches in order while it works, so that text
// shows before the end and an hour takes no more memory than a minute. Run puts
// the stretches together into a domain.Transcript with cues fit for captions.
package transcribe

import (
	"context"
	"io"

	"baton/domain"
)

// SampleRate is the rate of all PCM in this package: mono, signed 16-bit
// little-endian, 16,000 samples a second.
const SampleRate = 16000

// BytesPerMS is the size of a millisecond of that PCM.
const BytesPerMS = 2 * SampleRate / 1000

// Options are the wishes for one transcription.
type Options struct {
	// Language is a BCP 47 tag; empty lets the engine decide.
	Language string `json:"language,omitempty"`
	// Prompt is a vocabulary hint, for engines that take one.
	Prompt string `json:"prompt,omitempty"`
	// StartMS is where in the clip the first sample of the PCM lies: it is added
	// to every time. A restarted job decodes from the place that was settled last
	// (Update.SettledMS, or the last stored cue's end) and says so here.
	StartMS int64 `json:"start_ms,omitempty"`
	// Awaited: somebody waits for these words, so they come before those of others.
	Awaited bool `json:"awaited,omitempty"`
	// MaxChunkMS bounds what the model hears at once, for engines that let it be chosen; 0: what suits them. At least 2000.
	MaxChunkMS int `json:"max_chunk_ms,omitempty"`
	// Draft, if set, is told the words of the speech that goes on, which is in no stretch yet: all of them, each time anew. They may
	// be worse than what the stretch will have. Engines that make none ignore it. It may be called while a stretch is
	// emitted, and must return soon.
	Draft func([]domain.Word) `json:"-"`
	// Progress, if set, is told how far into the clip the engine has listened, in
	// milliseconds. Text of what it has listened to may still be on its way. It is
	// called from one goroutine at a time and must return soon.
	Progress func(listenedMS int64) `json:"-"`
}

// Trouble says why a stretch may lack words.
type Trouble string

// The troubles. A stretch in trouble keeps the words that are sound.
const (
	TroubleNone      Trouble = ""
	TroubleLoop      Trouble = "loop"      // the decoder repeated itself and was stopped
	TroubleTruncated Trouble = "truncated" // the decoder ran over its limit of tokens
	TroubleUnheard   Trouble = "unheard"   // speech was detected, but no words came of it
	TroubleForeign   Trouble = "foreign"   // what came were guesses, as at a language that the engine does not know; they were dropped
)

// Stretch is a settled part of the sound: nothing that follows changes it. The
// stretches of a run tile the sound: each begins where the one before ended, the
// first at Options.StartMS, the last ends with the sound. Silence makes stretches too.
type Stretch struct {
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
	// Words in order; their times do not overlap and lie inside the stretch.
	Words []domain.Word `json:"words,omitempty"`
	// Speech are the parts in which a voice was detected.
	Speech []domain.Span `json:"speech,omitempty"`
	// Language of the words, a BCP 47 tag; may be empty when there are none.
	Language string `json:"language,omitempty"`
	// LogProb is the mean log probability of the tokens: good speech has -0.02 to
	// -0.2, guesses are below -0.5. 0 when unknown.
	LogProb float64 `json:"log_prob,omitempty"`
	Trouble Trouble `json:"trouble,omitempty"`
}

// Engine is one way to transcribe.
type Engine interface {
	// Name tells people and logs which engine and model it is.
	Name() string
	// Transcribe reads pcm to its end and emits its stretches in order, from one
	// goroutine. It returns soon after ctx is done, with ctx's error; it returns an
	// error of pcm or emit as it is. It may be called by several goroutines at
	// once, and may let them wait for each other.
	Transcribe(ctx context.Context, pcm io.Reader, o Options, emit func(Stretch) error) error
	// Close ends what runs and frees everything; Transcribe may not be called after.
	Close() error
}
