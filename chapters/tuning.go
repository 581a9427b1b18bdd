package chapters

// Tuning are the weights of the finder, in nats: how much a sign speaks for or
// against a boundary, compared with the words' own likelihood.
type Tuning struct {
	// Lexical scales the gain that a cut brings to the likelihood of the words.
	Lexical float64
	// Smoothing is the pseudo-count of each stem in a chapter's word distribution.
	Smoothing float64
	// Opener, Closer: the words at the start of a unit, or at the end of the one before, announce or end a topic.
	Opener, Closer float64
	// Broken: the unit goes on with the sentence of the unit before.
	Broken float64
	// Pause weighs silence before the unit; Screen a change of window or scene.
	Pause, Screen float64
	// Balance keeps the chapters from differing too much in length.
	Balance float64
	// Number is how strongly the number of chapters is drawn to what people choose
	// for a clip of that length, when the finder chooses itself.
	Number float64
}

// DefaultTuning are the weights in use. docs/evaluation.md tells how they were found.
func DefaultTuning() Tuning {
	return Tuning{
		Lexical: 1, Smoothing: 0.2, Opener: 3, Closer: 2, Broken: 3, Pause: 1.5, Screen: 3, Balance: 3, Number: 4,
	}
}
