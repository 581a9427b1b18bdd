// Package domain holds the nouns of Baton and their rules: what a clip, a
// recording, a transcript, a comment is, which states they pass through and who
// may do what. It knows no database, no network and no framework, and imports
// the standard library only.
package domain
