package rtpin_test

import (
	"testing"
	"time"

	"baton/media/internal/rtpin"
)

// TestReceptionTellsLossAndJitter: of 200 packets around the wrap-around of both counters every tenth is lost, and each
// second one comes 10 ms late.
func TestReceptionTellsLossAndJitter(t *testing.T) {
	t.Parallel()
	r, begin := rtpin.NewReception(48000), time.Now()
	if _, ok := r.Report(7, begin); ok {
		t.Error("a report of nothing")
	}
	r.SenderReport(0x11112222_33334444, begin)
	first, stamp := uint16(65_500), uint32(4_294_900_000)
	for i := range 200 {
		if i%10 == 5 {
			continue
		}
		now := begin.Add(time.Duration(i)*20*time.Millisecond + time.Duration(i%2)*10*time.Millisecond)
		r.Packet(first+uint16(i), stamp+uint32(i)*960, now)
	}
	x, ok := r.Report(7, begin.Add(4*time.Second))
	if !ok || x.SSRC != 7 || x.TotalLost != 20 || x.FractionLost != 25 || x.LastSequenceNumber != 65_500+199 ||
		x.LastSenderReport != 0x22223333 || x.Delay != 4*65536 {
		t.Errorf("%+v", x)
	}
	if x.Jitter < 300 || x.Jitter > 480 {
		t.Errorf("jitter of %d", x.Jitter)
	}
	r.Packet(first+199, stamp+199*960, begin.Add(4*time.Second)) // twice
	if x, _ = r.Report(7, begin.Add(5*time.Second)); x.FractionLost != 0 || x.TotalLost != 19 {
		t.Errorf("after a second copy: %+v", x)
	}
}
