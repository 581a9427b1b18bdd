package domain_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"baton/domain"
)

func TestEachSecondOfALongClipIsCounted(t *testing.T) {
	t.Parallel()
	long := (4*time.Hour + 400*time.Millisecond).Milliseconds()
	in := domain.NewInsight([]domain.Watch{
		{Watched: []domain.Span{{StartMS: 0, EndMS: long}}},
		{Watched: []domain.Span{{StartMS: 5_400_400, EndMS: 5_401_600}}}, // more than half of two seconds
		{Watched: []domain.Span{{StartMS: 5_400_000, EndMS: 5_400_300}, {StartMS: 5_400_700, EndMS: 5_400_900}, {StartMS: 5_402_000, EndMS: 5_402_499}}},
	}, long)
	if len(in.Heat) != 4*3600+1 {
		t.Fatalf("%d seconds", len(in.Heat))
	}
	if got := in.Heat[5399:5404]; !slices.Equal(got, []int{1, 3, 2, 1, 1}) {
		t.Errorf("%v", got)
	}
	if in.Heat[len(in.Heat)-1] != 1 {
		t.Error("the last, shorter second is not counted")
	}
}

// What NewInsight does quickly is done here second by second.
func TestHeatIsWhatCountingSecondBySecondGives(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		duration := r.Int64N(20_000)
		var spans []domain.Span
		for at := int64(0); at < duration+500; {
			from := at + r.Int64N(1500)
			at = from + 1 + r.Int64N(2500)
			spans = append(spans, domain.Span{StartMS: from, EndMS: at})
			at++
		}
		want := make([]int, (duration+999)/1000)
		for second := range want {
			from := int64(second) * 1000
			to, seen := min(from+1000, duration), int64(0)
			for _, s := range spans {
				seen += max(0, min(s.EndMS, to)-max(s.StartMS, from))
			}
			if 2*seen >= to-from {
				want[second]++
			}
		}
		if got := domain.NewInsight([]domain.Watch{{Watched: spans}}, duration).Heat; !slices.Equal(got, want) {
			t.Fatalf("%d ms, %v:\n%v, want\n%v", duration, spans, got, want)
		}
	}
}
