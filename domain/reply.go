package domain

// Reply is a spoken answer as a thread shows it: its words first, and the clip beside them.
type Reply struct {
	Clip
	// Words of its transcript so far, cut when they are many.
	Words string
}

// ReplyTo says what a new clip answers.
type ReplyTo struct {
	ClipID    ClipID
	CommentID CommentID // empty: the clip itself, at AtMS
	AtMS      int64
}
