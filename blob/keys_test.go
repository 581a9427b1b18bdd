package blob_test

import (
	"slices"
	"strings"
	"testing"

	"baton/blob"
	"baton/domain"
)

// Objects outlive releases, so a key never changes.
func TestKeysStayAsTheyAre(t *testing.T) {
	t.Parallel()
	const w, c = domain.WorkspaceID("01w"), domain.ClipID("01c")
	var k blob.Keys
	keys := map[string]string{
		k.SourcePart(w, c, 7, ""):                "w/01w/c/01c/source/00000007",
		k.SourcePart(w, c, 7, "1z"):              "w/01w/c/01c/source/00000007-1z",
		k.InitSegment(w, c, "source", 1, "0"):    "w/01w/c/01c/r/source/init-1-0.mp4",
		k.Segment(w, c, "720p", 123456, "k3f9"):  "w/01w/c/01c/r/720p/seg-123456-k3f9.m4s",
		k.Segment(w, c, "720p", 1234567, "k3f9"): "w/01w/c/01c/r/720p/seg-1234567-k3f9.m4s",
		k.Poster(w, c, "k3f9"):                   "w/01w/c/01c/poster-k3f9.jpg",
		k.Storyboard(w, c, "k3f9"):               "w/01w/c/01c/storyboard-k3f9.jpg",
		k.Peaks(w, c, "k3f9"):                    "w/01w/c/01c/peaks-k3f9.json",
	}
	for got, want := range keys {
		if got != want {
			t.Errorf("%q is not %q", got, want)
		}
		if !strings.HasPrefix(got, k.Clip(w, c)) || !strings.HasPrefix(got, k.Workspace(w)) {
			t.Errorf("%q is outside its clip", got)
		}
		for other := range keys {
			if strings.HasPrefix(other, got+"/") {
				t.Errorf("%q is a folder of %q", got, other)
			}
		}
	}
	parts := []string{k.SourcePart(w, c, 9, "z"), k.SourcePart(w, c, 10, "0"), k.SourcePart(w, c, 100000, "0")}
	if !slices.IsSorted(parts) {
		t.Errorf("parts do not list in order: %v", parts)
	}
}
