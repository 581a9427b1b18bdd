package media_test

import (
	"sync"
	"testing"

	"github.com/pion/rtcp"

	"baton/domain"
	"baton/media/loadgen"
)

// TestWHIPTellsThePublisherWhatArrives: receiver reports of both tracks, with what was lost on the way, and the feedback
// that a browser's congestion control goes by.
func TestWHIPTellsThePublisherWhatArrives(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := whipServer(t, b.door(t))
	clip := b.store.clip(domain.KindScreen)
	src := source(t, "avc1-opus.mkv")
	l := &lossy{every: 11}
	var mu sync.Mutex
	reports, lost, answered := map[uint32]int{}, map[uint32]uint32{}, 0
	heard := func(ps []rtcp.Packet) {
		mu.Lock()
		defer mu.Unlock()
		for _, p := range ps {
			switch p := p.(type) {
			case *rtcp.ReceiverReport:
				for _, r := range p.Reports {
					if r.LastSenderReport != 0 {
						reports[r.SSRC]++
					}
					lost[r.SSRC] = r.TotalLost
				}
			case *rtcp.TransportLayerCC:
				answered += int(p.PacketStatusCount)
			}
		}
	}
	p := publish(t, s.URL+"/"+string(clip)+"/whip", src, func(c *loadgen.WHIP) { c.Before, c.Congestion, c.Heard = l, true, heard })
	if err := p.Play(t.Context(), src.Duration); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(reports) != 2 || answered < len(src.Video)+len(src.Audio) {
		t.Errorf("reports with the sender's own of %v, feedback on %d packets", reports, answered)
	}
	all := int64(0) // of the picture; sound is sent again under its own SSRC, and so was not lost
	for _, n := range lost {
		all += int64(n)
	}
	if all == 0 || all > l.dropped.Load() {
		t.Errorf("%d packets are told to be lost, %d were", all, l.dropped.Load())
	}
	f := b.files(t, clip)[0]
	decodes(t, f)
	if v, a := frames(t, f, "v:0"), frames(t, f, "a:0"); v < len(src.Video)-2 || a < len(src.Audio)-3 {
		t.Errorf("%d of %d frames, %d of %d packets of sound", v, len(src.Video), a, len(src.Audio))
	}
}
