package media

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"baton/domain"
)

// What one who may publish can make this server do at most (RFC 9725, 5): a connection costs memory for as long as it tries,
// and each candidate makes us send checks to an address that the other side named.
const (
	// rateLimit of requests a second to one session, and rateBurst of them at once.
	rateLimit, rateBurst = 5, 30
	// knockLimit of connections a second to one clip, and knockBurst of them at once: a recorder on a bad network opens four at a time.
	knockLimit, knockBurst = 1, 20
	// maxPerClip connections of one clip may be open, those that are being given up included.
	maxPerClip = 16
	// maxCandidates of one ICE session.
	maxCandidates = 64
	// maxKnocks are remembered before those that have come to rest are forgotten.
	maxKnocks = 1000
)

func tooFast(format string, args ...any) error {
	r := refuse(http.StatusTooManyRequests, ReasonBusy, 0, format, args...)
	r.RetryAfter = time.Second
	return r
}

// knock bounds how often connections are made to one clip.
func (d *Door) knock(clip domain.ClipID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.knocks[clip]
	if l == nil {
		d.rest()
		l = rate.NewLimiter(knockLimit, knockBurst)
		d.knocks[clip] = l
	}
	if !l.Allow() {
		return tooFast("too many connections to this clip in a short time")
	}
	return nil
}

// rest forgets the clips that nobody knocks at any more. The lock is held.
func (d *Door) rest() {
	if len(d.knocks) < maxKnocks {
		return
	}
	for c, l := range d.knocks {
		if l.Tokens() >= knockBurst {
			delete(d.knocks, c)
		}
	}
}

// bounded takes out of an offer what we do not do: simulcast, so that the answer declines it as a whole (RFC 8853, 5.3.2), and
// candidates beyond the most that are tried, of which it tells the number.
func bounded(offer string) (out string, candidates int) {
	var b strings.Builder
	for line := range strings.Lines(offer) {
		switch {
		case strings.HasPrefix(line, "a=rid:"), strings.HasPrefix(line, "a=simulcast:"):
			continue
		case strings.HasPrefix(line, "a=candidate:"):
			if candidates == maxCandidates {
				continue
			}
			candidates++
		}
		b.WriteString(line)
	}
	return b.String(), candidates
}

// muxOnly adds to each section of an answer that RTCP has no port of its own, for which RFC 9725 (4.4.1) asks.
func muxOnly(answer string) string {
	return strings.ReplaceAll(answer, "a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-mux-only\r\n")
}
