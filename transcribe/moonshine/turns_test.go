package moonshine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func TestTurnsPreferWhatIsAwaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ts := newTurns(1)
		if err := ts.take(t.Context(), lineOthers); err != nil {
			t.Fatal(err)
		}
		order := make(chan string, 20)
		ask := func(name string, line int) {
			go func() {
				if ts.take(t.Context(), line) == nil {
					order <- name
					ts.giveBack()
				}
			}()
			synctest.Wait()
		}
		for range 3 {
			ask("o", lineOthers)
		}
		for range 7 {
			ask("a", lineAwaited)
		}
		gone, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- ts.take(gone, lineAwaited) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		ts.giveBack()
		synctest.Wait()
		var got strings.Builder
		for len(order) > 0 {
			got.WriteString(<-order)
		}
		if got.String() != "aaaoaaaoao" {
			t.Errorf("order %s", got.String())
		}
		if ts.free != 1 {
			t.Errorf("%d places are free", ts.free)
		}
	})
}

func TestDraftsBorrowAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ts := newTurns(1)
		if err := ts.take(t.Context(), lineAwaited); err != nil {
			t.Fatal(err)
		}
		var order []string
		ask := func(name string, line int) {
			go func() {
				if ts.take(t.Context(), line) == nil {
					order = append(order, name)
					ts.giveBack()
				}
			}()
			synctest.Wait()
		}
		lend := func(name string) {
			if err := ts.lend(t.Context(), lineAwaited); err != nil {
				t.Error(err)
			}
			order = append(order, name)
		}
		lend("nobody")
		ask("other", lineOthers)
		lend("no draft")
		ask("draft", lineDraft)
		lend("after a draft")
		ask("draft", lineDraft)
		ask("awaited", lineAwaited)
		lend("words first")
		ts.giveBack()
		synctest.Wait()
		want := []string{"nobody", "no draft", "draft", "after a draft", "words first", "awaited", "other", "draft"}
		if !slices.Equal(order, want) || ts.free != 1 {
			t.Errorf("%v, %d places are free", order, ts.free)
		}
	})
}
