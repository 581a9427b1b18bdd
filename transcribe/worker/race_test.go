//go:build race

package worker_test

// raceDetector tells that the children have the race detector's shadow memory, too.
const raceDetector = true
