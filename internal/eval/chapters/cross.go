package main

import (
	"bytes"
	"fmt"

	"baton/chapters"
)

// crossValidate tunes the weights by coordinate search on all files but one and scores that one,
// for each in turn: what tuning on so few files is worth on files it has not seen.
func crossValidate(w *bytes.Buffer, files []file) {
	fmt.Fprintf(w, "\n| left out | Pk of the others, tuned | Pk left out, tuned on the others | Pk left out, default weights |\n|---|---|---|---|\n")
	var tuned, plain float64
	for i := range files {
		others := append(append([]file{}, files[:i]...), files[i+1:]...)
		t, fit := tune(others)
		a, b := pkOf(t, files[i:i+1]), pkOf(chapters.DefaultTuning(), files[i:i+1])
		tuned, plain = tuned+a, plain+b
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f |\n", files[i].name, fit, a, b)
	}
	n := float64(len(files))
	fmt.Fprintf(w, "| **mean** | | **%.3f** | **%.3f** |\n", tuned/n, plain/n)
	fmt.Fprintf(w, "\n| weight | Pk at 0 | ×0.5 | ×0.7 | ×1 | ×1.4 | ×2 |\n|---|---|---|---|---|---|---|\n")
	for i, name := range weightNames() {
		fmt.Fprintf(w, "| %s |", name)
		for _, by := range []float64{0, 0.5, 0.7, 1, 1.4, 2} {
			t := chapters.DefaultTuning()
			*weights(&t)[i] *= by
			fmt.Fprintf(w, " %.3f |", pkOf(t, files))
		}
		fmt.Fprintln(w)
	}
}

func weightNames() []string {
	return []string{"cohesion", "opener", "closer", "broken", "pause", "screen", "balance"}
}

func weights(t *chapters.Tuning) []*float64 {
	return []*float64{&t.Cohesion, &t.Opener, &t.Closer, &t.Broken, &t.Pause, &t.Screen, &t.Balance}
}

func pkOf(t chapters.Tuning, files []file) float64 {
	return evaluate(files, func(f file, count int) []boundaries { return []boundaries{find(t, f, count)} }, true).mean()
}

// tune walks down each weight in turn, twice.
func tune(files []file) (chapters.Tuning, float64) {
	best := chapters.DefaultTuning()
	low := pkOf(best, files)
	for range 2 {
		for i := range weights(&best) {
			for _, by := range []float64{0.5, 0.7, 1.4, 2} {
				t := best
				*weights(&t)[i] *= by
				if pk := pkOf(t, files); pk < low-1e-9 {
					best, low = t, pk
				}
			}
		}
	}
	return best, low
}
