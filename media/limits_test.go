package media_test

import (
	"crypto/sha256"
	"net/http"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
)

// offered is a chunk that may be refused.
func (b *bench) offered(tb testing.TB, clip domain.ClipID, seq int, chunk []byte) *media.Refused {
	tb.Helper()
	_, err := b.Append(tb.Context(), clip, mkvType, int64(seq), chunk, sha256.Sum256(chunk))
	var r *media.Refused
	if err != nil && !asRefused(err, &r) {
		tb.Fatal(err)
	}
	return r
}

func wantRefused(tb testing.TB, r *media.Refused, status int, reason media.Reason) {
	tb.Helper()
	if r == nil || r.Status != status || r.Reason != reason {
		tb.Fatalf("got %+v, want %d %s", r, status, reason)
	}
	if (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && r.RetryAfter <= 0 {
		tb.Error("no time to come again is named")
	}
}

func TestRecordingsAtOnceOnANode(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.Limits.Recordings = 2 })
	list := chunks(sample(t, "avc1-opus.mkv"), 8192)
	one, two, three := b.store.clip(domain.KindScreen), b.store.clip(domain.KindScreen), b.store.clip(domain.KindScreen)
	b.append(t, one, mkvType, 0, list[0])
	b.append(t, two, mkvType, 0, list[0])
	wantRefused(t, b.offered(t, three, 0, list[0]), http.StatusTooManyRequests, media.ReasonBusy)
	if r := b.offered(t, one, 1, list[1]); r != nil {
		t.Errorf("one that records is refused: %v", r)
	}
	if _, err := b.Finish(t.Context(), two, 1, ""); err != nil {
		t.Fatal(err)
	}
	// What has ended makes room a moment after its answer.
	b.until(t, "there is room again", func() bool { return b.offered(t, three, 0, list[0]) == nil })
}

func TestRecordingsAtOnceOfAPerson(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.Limits.PerOwner = 1 })
	list := chunks(sample(t, "avc1-opus.mkv"), 8192)
	one, two, others := b.store.clip(domain.KindScreen), b.store.clip(domain.KindScreen), b.store.clip(domain.KindScreen)
	b.store.own(others, "01other")
	b.append(t, one, mkvType, 0, list[0])
	wantRefused(t, b.offered(t, two, 0, list[0]), http.StatusTooManyRequests, media.ReasonBusy)
	if r := b.offered(t, others, 0, list[0]); r != nil {
		t.Errorf("another person is refused: %v", r)
	}
	if _, err := b.Abandon(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	b.append(t, two, mkvType, 0, list[0])
	if r := b.offered(t, one, 1, list[1]); r != nil {
		t.Errorf("a take that goes on is refused: %v", r)
	}
}

func TestLengthOfARecording(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.Limits.Length, c.Limits.Bytes = 2*time.Second, 1<<30 })
	clip := b.store.clip(domain.KindScreen)
	if s, err := b.Status(t.Context(), clip); err != nil || s.MaxMS != 2000 || s.MaxBytes != 1<<30 {
		t.Errorf("the limits are not told: %+v, %v", s, err)
	}
	whole := sample(t, "avc1-opus.mkv")
	list := chunks(whole, 8192)
	sent := 0
	var r *media.Refused
	for r == nil {
		if r = b.offered(t, clip, sent, list[sent]); r == nil {
			sent++
		}
		if sent == len(list)/2 {
			b.until(t, "two seconds are packaged", func() bool { return b.store.get(clip).Take.Clip.DurationMS >= 2000 })
		}
	}
	wantRefused(t, r, http.StatusRequestEntityTooLarge, media.ReasonRecordingTooLarge)
	s, err := b.Finish(t.Context(), clip, int64(sent), hexSum(whole[:sent*8192]))
	if err != nil {
		t.Fatal(err)
	}
	if s.DurationMS < 2000 || s.DurationMS > 6000 {
		t.Errorf("it is %d ms long", s.DurationMS)
	}
}

// until waits for f, looking often.
func (b *bench) until(tb testing.TB, what string, f func() bool) {
	tb.Helper()
	end := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		if time.Now().After(end) {
			tb.Fatal("waited in vain: " + what)
		}
		<-tick.C
	}
}

// TestChunkForARecordingThatIsBeingPutAway: the reaper ends it while the object store is away, and its owner comes back.
// What comes is asked for again, never refused for good.
func TestChunkForARecordingThatIsBeingPutAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindScreen)
	whole := sample(t, "avc1-opus.mkv")
	list := chunks(whole, 8192)
	b.append(t, clip, mkvType, 0, list[0])
	b.objects.fault(domain.Errorf(domain.KindUnavailable, "away"))
	ended := make(chan error)
	go func() {
		_, err := b.Abandon(t.Context(), clip)
		ended <- err
	}()
	next := 1
	b.until(t, "the end is noted", func() bool {
		r := b.offered(t, clip, next, list[next])
		if r == nil {
			next++ // it came before
			return false
		}
		wantRefused(t, r, http.StatusServiceUnavailable, media.ReasonUnavailable)
		return true
	})
	b.objects.fault(nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for i := next; i < len(list); i++ {
		b.append(t, clip, mkvType, i, list[i])
	}
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(whole)); err != nil {
		t.Fatal(err)
	}
	if hexSum(b.source(t, clip)) != hexSum(whole) {
		t.Error("the stored source is not what was sent")
	}
}
