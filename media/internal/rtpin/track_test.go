package rtpin_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"

	"baton/media/internal/rtpin"
)

// packets of n Opus frames from a sequence number and timestamp near their ends.
func packets(n int) []*rtp.Packet {
	out := make([]*rtp.Packet, n)
	for i := range out {
		out[i] = &rtp.Packet{
			Header:  rtp.Header{SequenceNumber: uint16(65_500 + i), Timestamp: uint32(4_294_960_000 + i*960)},
			Payload: []byte{0xfc, byte(i), byte(i >> 8)},
		}
	}
	return out
}

func audio(tb testing.TB) *rtpin.Track {
	tb.Helper()
	x, err := rtpin.NewTrack("audio/opus")
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func TestPacketsArePutInOrderAcrossWrapArounds(t *testing.T) {
	t.Parallel()
	list := packets(300)
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := 1; i+8 < len(list); i += 8 {
		rnd.Shuffle(8, func(a, b int) { list[i+a], list[i+b] = list[i+b], list[i+a] })
	}
	x, now, n := audio(t), time.Now(), 0
	last := int64(-1)
	for _, p := range list {
		x.Push(p, now)
		x.Push(p, now) // and twice
		x.Frames(now, false, func(f rtpin.Frame) {
			if int(f.Data[1])|int(f.Data[2])<<8 != n || last >= 0 && f.TS != last+960 || f.Gap {
				t.Errorf("frame %d: %v at %d after %d", n, f.Data, f.TS, last)
			}
			last = f.TS
			n++
		})
	}
	if n != len(list) || x.Stats.Lost != 0 {
		t.Errorf("%d frames, %+v", n, x.Stats)
	}
}

func TestMissingPacketsAreAskedForAndGivenUpInTime(t *testing.T) {
	t.Parallel()
	list := packets(20)
	x, begin := audio(t), time.Now()
	now := begin
	for i, p := range list {
		if i != 5 && i != 6 {
			x.Push(p, now)
		}
	}
	n := 0
	var gap bool
	take := func(f rtpin.Frame) { n++; gap = gap || f.Gap }
	asked := 0
	for ; now.Sub(begin) < 3*time.Second; now = now.Add(10 * time.Millisecond) {
		x.Frames(now, false, take)
		nacks := x.Nack(now)
		asked += len(nacks)
		for _, s := range nacks {
			if s != list[5].SequenceNumber && s != list[6].SequenceNumber {
				t.Errorf("asked for %d", s)
			}
		}
		if d := now.Sub(begin); d < 1400*time.Millisecond && n != 5 || d > 1600*time.Millisecond && n != 18 {
			t.Fatalf("%d frames after %v", n, d)
		}
	}
	if !gap || x.Stats.Lost != 2 || asked < 10 || asked > 30 {
		t.Errorf("gap %v, asked %d times, %+v", gap, asked, x.Stats)
	}
}

func TestOutageLongerThanTheBuffer(t *testing.T) {
	t.Parallel()
	list := packets(3000)
	x, now, n := audio(t), time.Now(), 0
	for _, p := range append(list[:100:100], list[2500:]...) {
		x.Push(p, now)
		x.Frames(now, false, func(rtpin.Frame) { n++ })
	}
	if n != 600 || x.Stats.Lost != 2400 {
		t.Errorf("%d frames, %+v", n, x.Stats)
	}
}

// FuzzTrack feeds anything to each codec's track: no panic, and no more frames than packets.
func FuzzTrack(f *testing.F) {
	f.Add(uint8(0), []byte{0x7c, 0x85, 1, 2, 3, 0x7c, 0x45, 4, 5})
	f.Add(uint8(1), []byte{0x90, 0x80, 0x80, 0x80, 1, 2, 3})
	f.Add(uint8(2), []byte{0x8a, 0x80, 1, 2, 0, 1, 2})
	f.Add(uint8(3), []byte{0x10, 0x0a, 1, 2, 3})
	f.Add(uint8(4), []byte{0xfc, 1, 2})
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		mimes := []string{"video/H264", "video/VP8", "video/VP9", "video/AV1", "audio/opus"}
		x, err := rtpin.NewTrack(mimes[int(which)%len(mimes)])
		if err != nil {
			t.Fatal(err)
		}
		now, n, frames := time.Now(), 0, 0
		for len(b) > 4 {
			size := min(int(b[0])+1, len(b)-4)
			x.Push(&rtp.Packet{
				Header:  rtp.Header{SequenceNumber: uint16(b[1]), Timestamp: uint32(b[2]) * 3000, Marker: b[3]&1 == 1},
				Payload: b[4 : 4+size],
			}, now)
			b = b[4+size:]
			n++
			now = now.Add(50 * time.Millisecond)
			x.Frames(now, false, func(rtpin.Frame) { frames++ })
			x.Nack(now)
			x.PLI(now)
		}
		x.Frames(now, true, func(rtpin.Frame) { frames++ })
		if frames > n {
			t.Errorf("%d frames of %d packets", frames, n)
		}
	})
}

// BenchmarkH264 puts frames of 10 kB, in nine packets each, together.
func BenchmarkH264(b *testing.B) {
	x, err := rtpin.NewTrack("video/H264")
	if err != nil {
		b.Fatal(err)
	}
	units := [][]byte{{0x67, 1, 2, 3}, {0x68, 1, 2}}
	fragments := (&codecs.H264Payloader{}).Payload(1200, append([]byte{0, 0, 0, 1, 0x65}, make([]byte, 10_000)...))
	p := &rtp.Packet{}
	now, n := time.Now(), 0
	b.ReportAllocs()
	for b.Loop() {
		p.Timestamp += 3000
		for i, payload := range append(units, fragments...) {
			p.SequenceNumber++
			p.Payload, p.Marker = payload, i == len(units)+len(fragments)-1
			x.Push(p, now)
		}
		x.Frames(now, false, func(f rtpin.Frame) { n += len(f.Data) })
		now = now.Add(33 * time.Millisecond)
	}
	if n == 0 {
		b.Error("no frames")
	}
}
