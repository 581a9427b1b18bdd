package domain

import (
	"slices"
	"strings"
	"testing"
)

func TestCleanTags(t *testing.T) {
	t.Parallel()
	got, err := CleanTags([]string{" #Release ", "release", "Q3  Plan", "", "#", "ÄRGER"})
	if err != nil || !slices.Equal(got, []string{"q3 plan", "release", "ärger"}) {
		t.Errorf("%q %v", got, err)
	}
	many := make([]string, MaxTags+1)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for _, bad := range [][]string{{"a,b"}, {"a\x00"}, {"\xff"}, {strings.Repeat("é", MaxTagLength+1)}, many} {
		if _, err := CleanTags(bad); KindOf(err) != KindInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
