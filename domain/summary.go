package domain

import "time"

// Claim is a sentence that a language model wrote about a moment whose words support it.
type Claim struct {
	Text    string `json:"text"`
	StartMS int64  `json:"start_ms"`
	EndMS   int64  `json:"end_ms"`
}

// Summary is what a language model made of a transcript.
type Summary struct {
	Lines       []Claim
	ActionItems []Claim
	// Model that wrote it.
	Model  string
	MadeAt time.Time
}
