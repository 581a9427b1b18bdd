package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func TestChunksAreTheRecording(t *testing.T) {
	t.Parallel()
	b := make([]byte, 100_003)
	r := seeded(1)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	s := source{bytes: b, long: 10 * time.Second}
	for seed := range uint64(20) {
		x := &take{src: s, chunks: s.cut(seeded(seed))}
		if !bytes.Equal(bytes.Join(x.chunks, nil), b) {
			t.Fatalf("seed %d: the chunks are not the recording", seed)
		}
		if n := len(x.chunks); n < 20 || n > 80 {
			t.Errorf("seed %d: %d chunks of 10 s", seed, n)
		}
		if got := x.sizeOf(3); got != len(bytes.Join(x.chunks[:3], nil)) {
			t.Errorf("seed %d: the first three have %d bytes", seed, got)
		}
		if got := x.share(int64(len(b)) / 2); (got - 5*time.Second).Abs() > time.Millisecond {
			t.Errorf("half of it is %v", got)
		}
	}
}

func TestCommon(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 3}, {"abc", "abd", 2}, {"abc", "abcdef", 3}, {"xbc", "abc", 0}} {
		if got := common([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("%q and %q have %d bytes in common, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestSameSeedSamePlan: what is random of a run comes from its seed.
func TestSameSeedSamePlan(t *testing.T) {
	t.Parallel()
	plan := func(seed uint64) (out []weather, v []visit) {
		r := seeded(seed)
		for range 50 {
			w := foul(r)
			if w.loss < 0.01 || w.loss > 0.3 || w.delay < 25*time.Millisecond || w.delay > 150*time.Millisecond {
				t.Errorf("weather %+v", w)
			}
			out = append(out, w)
		}
		x := &take{}
		visits(r, x)
		return out, x.visits
	}
	one, first := plan(5)
	same, second := plan(5)
	other, _ := plan(6)
	if one[49] != same[49] || first[0] != second[0] {
		t.Error("the same seed made another plan")
	}
	if one[49] == other[49] {
		t.Error("another seed made the same plan")
	}
}

func TestSharesDealAllTakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		opt         options
		takes, tabs int
	}{
		{options{takes: 200, tabs: 20, together: 8}, 200, 20},
		{options{takes: 7, together: 8}, 7, 0},
		{options{takes: 9, tabs: 3, together: 8, only: "server: kill|node lost"}, 9, 3},
		{options{takes: 4, tabs: 1, together: 4, long: true}, 4, 1},
		{options{takes: 4, together: 4, only: "no such fault"}, 0, 0},
	}
	for _, tt := range tests {
		takes, tabs := 0, 0
		for _, s := range shares(tt.opt) {
			if s.inBrowser {
				tabs += s.takes
			} else {
				takes += s.takes
			}
			if tt.opt.only != "" && !strings.Contains(s.name, "server: kill") && !strings.Contains(s.name, "node lost") {
				t.Errorf("%q is played for %q", s.name, tt.opt.only)
			}
		}
		if takes != tt.takes || tabs != tt.tabs {
			t.Errorf("%+v: %d takes and %d tabs, want %d and %d", tt.opt, takes, tabs, tt.takes, tt.tabs)
		}
	}
}

func TestReportCountsAndNamesWhatIsNotWell(t *testing.T) {
	t.Parallel()
	f, tab := &faults[0], &browserFaults[0]
	r := newReport(options{log: slog.New(slog.DiscardHandler), seed: 9}, []share{{fault: f}, {fault: tab}})
	good, bad, seen := &take{refusals: map[string]int{"503 spool_full": 2}}, &take{clip: "c1", visits: make([]visit, 2)}, &take{}
	s := &scene{fault: f, takes: []*take{good, bad}, strikes: 3, spool: 1 << 20}
	r.add(s, good, &proof{recorded: 8 * time.Second, sameHash: true, ready: true, frames: 100})
	r.add(s, bad, &proof{recorded: 4 * time.Second, lost: 1500 * time.Millisecond, faults: []string{"the hash is another"}})
	r.add(&scene{fault: tab, takes: []*take{seen}, strikes: 1}, seen, &proof{recorded: 6 * time.Second, sameHash: true, ready: true, frames: 180, beeps: 5})
	text := r.markdown()
	for _, want := range []string{
		"| server: kill -9, started again | 2 | 3 | 2 | 12 | 1.50 | 1 | 1 | 0 | 100 | 1.0 | 503 spool_full: 2 |",
		"| server: kill -9, started again | 1 | 1 | 0 | 6 | 0 | 0.00 | 1 | 1 | 0 | 180 | 5 |",
		"* not well: server: kill -9, started again, clip c1 (): the hash is another",
		"seed 9: 3 takes, 1 of them in a browser, 4 faults and 2 closed pages",
		"18 s recorded, 1.50 s lost, 2 of 3 with the encoder's own bytes, 1 not well",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report has not: %s\n%s", want, text)
		}
	}
}

func TestTabProof(t *testing.T) {
	t.Parallel()
	made := []byte("what the encoder made")
	tests := []struct {
		name     string
		stored   string
		complete bool
		promised int64
		lost     bool
		well     bool
	}{
		{"all of it", string(made), true, int64(len(made)), false, true},
		{"a part, though Stop was pressed", string(made[:9]), true, 9, true, false},
		{"a part of what a killed page made", string(made[:9]), false, 9, false, true},
		{"less than was acknowledged", string(made[:9]), false, 12, true, false},
		{"a chunk that the listener did not note any more", string(made) + " more", false, 9, false, true},
		{"something else", "what an encoder made", false, 4, false, false},
	}
	for _, tt := range tests {
		p := &proof{}
		p.compare(&take{src: source{bytes: made, long: 10 * time.Second}, complete: tt.complete, promised: promise{Bytes: tt.promised}}, []byte(tt.stored))
		if (p.lost > 0) != tt.lost || (len(p.faults) == 0) != tt.well {
			t.Errorf("%s: lost %v, not well: %v", tt.name, p.lost, p.faults)
		}
	}
}

func TestMissingPicturesAndBeeps(t *testing.T) {
	t.Parallel()
	at := 10.0
	type sec = struct {
		No       int      `json:"no"`
		Beep     *float64 `json:"beep"`
		OffsetMS *float64 `json:"offset_ms"`
	}
	film := func(frames int, offsets ...float64) seen {
		s := seen{Frames: frames, FirstCount: 3, LastCount: 3 + frames}
		for i := range offsets {
			s.Seconds = append(s.Seconds, sec{i, &at, &offsets[i]})
		}
		return s
	}
	mute := film(90, 10, 10, 10)
	mute.Seconds[1].OffsetMS = nil
	tests := []struct {
		name   string
		played seen
		want   int
	}{
		{"the same", film(90, 10, 12, 9), 0},
		{"a picture less", film(89, 10, 12, 9), 1},
		{"no beep", mute, 1},
		{"a beep that moved", film(90, 10, 80, 10), 1},
		{"nothing", seen{}, 4},
	}
	for _, tt := range tests {
		if got := film(90, 10, 10, 10).missing(tt.played, true); len(got) != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if got := film(90, 10, 10).missing(film(89, 10), false); len(got) > 0 {
		t.Errorf("a recording that was cut off: %v", got)
	}
}

func TestPollEnds(t *testing.T) {
	t.Parallel()
	n := 0
	err := poll(t.Context(), time.Millisecond, time.Minute, func() error {
		if n++; n < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
	over := errors.New("over")
	if err := poll(t.Context(), time.Millisecond, time.Minute, func() error { return final{over} }); !errors.Is(err, over) {
		t.Errorf("%v", err)
	}
	if err := poll(t.Context(), time.Millisecond, 20*time.Millisecond, func() error { return over }); !errors.Is(err, over) {
		t.Errorf("%v", err)
	}
}

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

// TestNetwork: the relay carries, delays, holds back in the dark, and forgets its connections.
func TestNetwork(t *testing.T) {
	t.Parallel()
	server := echo(t)
	n, err := newNetwork(1, func() string { return server }, func() string { return server })
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	c, err := net.Dial("tcp", n.tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	trip := func(limit time.Duration) (time.Duration, error) {
		began := time.Now()
		if err := c.SetDeadline(began.Add(limit)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); err != nil {
			return 0, err
		}
		_, err := io.ReadFull(c, make([]byte, 1))
		return time.Since(began), err
	}
	if _, err := trip(time.Minute); err != nil {
		t.Fatal(err)
	}
	n.set(weather{delay: 50 * time.Millisecond})
	if d, err := trip(time.Minute); err != nil || d < 100*time.Millisecond {
		t.Errorf("with 50 ms each way a trip took %v, %v", d, err)
	}
	n.set(weather{dark: true})
	if d, err := trip(200 * time.Millisecond); err == nil {
		t.Errorf("in the dark a trip took %v", d)
	}
	n.set(weather{})
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Errorf("what was under way did not come: %v", err)
	}
	n.cut()
	if _, err := trip(time.Minute); err == nil {
		t.Error("the connection was not cut")
	}
}

func TestAnswerLeadsThroughTheRelay(t *testing.T) {
	t.Parallel()
	n, err := newNetwork(1, func() string { return "" }, func() string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	_, port, _ := net.SplitHostPort(n.udp.LocalAddr().String())
	got := n.through("a=candidate:1 1 udp 2130706431 127.0.0.1 9999 typ host\r\na=candidate:2 1 tcp 1 127.0.0.1 9999 typ host tcptype passive\r\n")
	if !strings.Contains(got, "127.0.0.1 "+port+" typ host\r\n") || !strings.Contains(got, "tcp 1 127.0.0.1 9999") {
		t.Errorf("%s", got)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
