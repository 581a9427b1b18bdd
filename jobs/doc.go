// Package jobs does what happens to a clip after its media has arrived: durably, in PostgreSQL, with River.
//
// It reads like the pipeline. steps.go is the table of steps; each step has a file of its own
// (importing.go, thumbnails.go, transcript.go, chapters.go, ladder.go, purge.go, reap.go) which
// reads from the stores, calls one stage (transcode, transcribe, chapters) and records the result.
// What follows a step is decided in package domain and enqueued by the store in the transaction that
// records the result, so nothing is ever half done.
//
// A step may run twice, and even twice at once (a node that was thought dead): results go under
// object keys that carry the attempt, and one transaction publishes them.
package jobs
