package domain

import "time"

// Podcast is a person's private feed of what is new for them.
type Podcast struct {
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never
	// NotesHeard tells whether what its program fetched to its end is noted as heard.
	NotesHeard bool
}

// Sound is a clip's sound as one file (MP4 with AAC).
type Sound struct {
	ClipID     ClipID
	ObjectKey  string
	Bytes      int64
	DurationMS int64
	// EditNo is the state of the clip's edit that it holds.
	EditNo int
	// Holds names the stretches of the clip that it holds; empty: it is whole, because it was made before silences were left out.
	Holds string
}

// SoundOf tells whether a sound is what is played of a clip: of the state of its edit that holds.
func (c *Clip) SoundOf(s Sound) bool { return s.ClipID == c.ID && s.EditNo == c.EditNo }
