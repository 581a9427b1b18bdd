package chapters

// Tuning are the weights of the finder: how much a sign speaks for or against a
// boundary, on the scale of log odds.
type Tuning struct {
	// Cohesion weighs how well the words of a chapter belong together.
	Cohesion float64
	// Opener, Closer: the words at the start of a unit, or those of the one before, announce or end a topic.
	Opener, Closer float64
	// Broken: the unit goes on with the sentence of the unit before.
	Broken float64
	// Pause weighs silence before the unit; Screen a change of window or scene.
	Pause, Screen float64
	// Balance keeps the chapters from differing too much in length.
	Balance float64
	// Cost is what each chapter of a twelve-minute clip must gain, when the finder chooses their number.
	Cost float64
	// Number is how strongly the number of chapters is drawn to what people choose
	// for a clip of that length, when the finder chooses itself.
	Number float64
}

// DefaultTuning are the weights in use. They were set by hand before measuring, all but
// Cohesion and Balance: fitting the rest to the few transcripts with reference topics
// did worse on the one left out (internal/eval/chapters -cross).
func DefaultTuning() Tuning {
	return Tuning{Cohesion: 0.65, Opener: 1, Closer: 0.7, Broken: 1, Pause: 0.5, Screen: 1, Balance: 0.1, Cost: 3.2, Number: 3}
}
