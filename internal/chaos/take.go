package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"baton/media/loadgen"
)

// takeLimit is how long a take may need in all.
const takeLimit = 15 * time.Minute

// visit is a time that the recorder's page is open, and how long it is gone afterwards.
type visit struct{ open, away time.Duration }

// take is one recording: an encoder, what is kept of its chunks, and the visits of a page that sends them.
type take struct {
	src     source
	chunks  [][]byte
	every   time.Duration // a chunk
	clip    string
	kept    *loadgen.Take
	way     *network
	visits  []visit // that are cut off; with the first the encoder ends too
	returns bool    // after them
	rnd     *rand.Rand
	begun   chan struct{} // closed when it records

	inBrowser    bool          // in a real one, by the product's recorder
	wholeBrowser bool          // a visit ends by the death of the browser, not only of the page
	complete     bool          // the person pressed Stop
	lasts        time.Duration // at least

	mu       sync.Mutex
	refusals map[string]int
	receipt  loadgen.Receipt
	err      error
	slow     time.Duration // from the last chunk to the receipt
	promised promise
}

// record plays the take to the end.
func (t *take) record(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(ctx, takeLimit+t.src.long)
	defer cancel()
	close(t.begun)
	encoder, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan time.Time, 1)
	go func() {
		t.encode(encoder)
		ended <- time.Now()
	}()
	for _, v := range t.visits {
		open, leave := context.WithTimeout(ctx, v.open)
		receipt, err := t.send(open, token)
		leave()
		t.way.cut()
		if err == nil {
			t.receipt = receipt
			return // finished before it was cut off
		}
		stop()
		if pause(ctx, v.away) != nil {
			break
		}
	}
	if !t.returns {
		return
	}
	t.receipt, t.err = t.send(ctx, token)
	t.slow = time.Since(<-ended)
}

// encode makes the chunks at their time.
func (t *take) encode(ctx context.Context) {
	defer t.kept.Stop()
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for _, c := range t.chunks {
		select {
		case <-tick.C:
			t.kept.Add(c)
		case <-ctx.Done():
			return
		}
	}
}

// send is one visit.
func (t *take) send(ctx context.Context, token string) (loadgen.Receipt, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	defer transport.CloseIdleConnections()
	s := loadgen.Sender{
		URL: "http://" + t.way.tcp.Addr().String() + "/api/v1/clips/" + t.clip, Token: token, Client: &http.Client{Transport: transport},
		MimeType: t.src.mime, Take: t.kept, Channel: t.rnd.IntN(3) == 0, Settings: loopback(), Answer: t.way.through, Refused: t.refused,
	}
	receipt, err := s.Run(ctx)
	if _, _, missing := t.kept.Told(); missing > 0 {
		err = errors.Join(err, fmt.Errorf("%d chunks were wanted again after they had been stored", missing))
	}
	return receipt, err
}

func (t *take) refused(status int, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refusals == nil {
		t.refusals = map[string]int{}
	}
	t.refusals[strings.TrimSpace(fmt.Sprintf("%d %s", status, reason))]++
}

func (t *take) wasRefused(reason string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refusals[reason] > 0
}

// loopback keeps pion to this machine's own address and to UDP.
func loopback() *webrtc.SettingEngine {
	s := &webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return s
}

var candidatePort = regexp.MustCompile(`(a=candidate:\S+ \d udp \d+ \S+) \d+ typ host`)

// through has the answer's candidates lead to the relay.
func (n *network) through(sdp string) string {
	_, port, _ := net.SplitHostPort(n.udp.LocalAddr().String())
	return candidatePort.ReplaceAllString(sdp, "${1} "+port+" typ host")
}
