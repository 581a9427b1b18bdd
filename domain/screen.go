package domain

// ScreenState is how far the reading of a clip's picture is.
type ScreenState string

// The states of the screen's text.
const (
	ScreenPending     ScreenState = "pending"
	ScreenDone        ScreenState = "done"
	ScreenOff         ScreenState = "off"         // turned off for the clip or its workspace
	ScreenUnavailable ScreenState = "unavailable" // nothing is installed that can read
)

// ScreenLine is a line of text that was on the screen for a while.
type ScreenLine struct {
	StartMS, EndMS int64
	Text           string
	// Confidence of the reader, 0 to 100.
	Confidence float64
}

// Screen is what was on the screen of a clip.
type Screen struct {
	State ScreenState
	// Reason why it is unavailable, for people.
	Reason string
	// Changes are the times in ms at which another picture came up.
	Changes []int64
	Lines   []ScreenLine
}
