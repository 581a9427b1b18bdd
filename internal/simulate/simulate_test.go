package main

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/postgres/postgrestest"
)

func TestMain(m *testing.M) {
	if isWorker(os.Args) {
		os.Exit(workerMain(os.Args))
	}
	goleak.VerifyTestMain(m)
}

// TestAWeekAroundTheChangesOfTheClock is a short one of what `make simulate` does for eight weeks.
func TestAWeekAroundTheChangesOfTheClock(t *testing.T) {
	t.Parallel()
	c, err := simulate(t.Context(), postgrestest.New(t), options{seed: 7, from: "2026-04-01", days: 8, step: 20 * time.Minute, killed: 0.04, asked: 0.15})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(c)
	if c.bad() > 0 || c.prompts == 0 || c.records == 0 || c.kills == 0 || c.dues == 0 || c.answers == 0 || c.asks == 0 {
		t.Errorf("%v\n%v", c, c.problems)
	}
}
