package domain

import "time"

// Bookmark is where somebody was in a reel.
type Bookmark struct {
	// Piece names one within its reel.
	Piece string
	// MS is a moment of its clip, or how long its words were read.
	MS int64
	At time.Time
}
