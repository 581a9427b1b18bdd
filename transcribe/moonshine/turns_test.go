package moonshine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestTurnsPreferWhatIsAwaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ts := newTurns(1)
		if err := ts.take(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		order := make(chan string, 20)
		ask := func(name string, awaited bool) {
			go func() {
				if ts.take(t.Context(), awaited) == nil {
					order <- name
					ts.giveBack()
				}
			}()
			synctest.Wait()
		}
		for range 3 {
			ask("o", false)
		}
		for range 7 {
			ask("a", true)
		}
		gone, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- ts.take(gone, true) }()
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
