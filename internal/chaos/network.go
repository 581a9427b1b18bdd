package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"
)

// weather is the state of a network.
type weather struct {
	delay time.Duration // one way
	loss  float64       // of packets
	dark  bool          // nothing passes, connections stay
}

const (
	packet = 1460
	// retransmit is what a lost packet costs a TCP connection beside a round trip.
	retransmit = 200 * time.Millisecond
	datagram   = 65536
	// block is read from a TCP connection at once, and blocks are under way.
	block  = 16 << 10
	blocks = 64
)

// network is the way of one sender to the server: a TCP relay for HTTP and a UDP relay for WebRTC. There is no packet filter
// here to do it in the kernel, so a lost packet of TCP is imitated by what it causes, a stall; one of UDP is really dropped.
type network struct {
	tcp net.Listener
	udp *net.UDPConn
	// web and media tell where the server is now.
	web, media func() string

	ctx    context.Context //nolint:containedctx // its life, ended by close
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu      sync.Mutex
	rnd     *rand.Rand
	now     weather
	changed chan struct{}
	conns   map[net.Conn]struct{}
	flows   map[string]net.Conn
}

func newNetwork(seed uint64, web, media func() string) (*network, error) {
	n := &network{web: web, media: media, rnd: rand.New(rand.NewPCG(seed, 1)), changed: make(chan struct{}), conns: map[net.Conn]struct{}{}, flows: map[string]net.Conn{}} //nolint:gosec // a seed is wanted
	var err error
	if n.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // local
		return nil, fmt.Errorf("open a relay: %w", err)
	}
	if n.udp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return nil, errors.Join(fmt.Errorf("open a relay: %w", err), n.tcp.Close())
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.wait.Go(n.accept)
	n.wait.Go(n.receive)
	return n, nil
}

func (n *network) close() {
	n.cancel()
	_, _ = n.tcp.Close(), n.udp.Close()
	n.cut()
	n.mu.Lock()
	for _, c := range n.flows {
		_ = c.Close()
	}
	n.mu.Unlock()
	n.wait.Wait()
}

// set changes the weather.
func (n *network) set(w weather) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = w
	close(n.changed)
	n.changed = make(chan struct{})
}

// cut breaks every connection, as a router that forgot them.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.conns {
		_ = c.Close()
	}
	clear(n.conns)
}

// keep has a connection closed by cut.
func (n *network) keep(c net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns[c] = struct{}{}
	if n.ctx.Err() != nil {
		_ = c.Close()
	}
}

func (n *network) drop(c net.Conn) {
	_ = c.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.conns, c)
}

// light waits while the network is dark.
func (n *network) light() error {
	for {
		n.mu.Lock()
		dark, changed := n.now.dark, n.changed
		n.mu.Unlock()
		if !dark {
			return nil
		}
		select {
		case <-changed:
		case <-n.ctx.Done():
			return n.ctx.Err()
		}
	}
}

// lag is how long so many bytes of a TCP connection take now, and stall what their losses add for all behind them.
func (n *network) lag(bytes int) (delay, stall time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	lost := 1 - math.Pow(1-n.now.loss, float64(bytes/packet+1))
	if n.rnd.Float64() < lost {
		stall = retransmit + 2*n.now.delay
	}
	return n.now.delay, stall
}

func (n *network) accept() {
	for {
		c, err := n.tcp.Accept()
		if err != nil {
			return
		}
		n.keep(c)
		n.wait.Go(func() { n.relay(c) })
	}
}

func (n *network) relay(c net.Conn) {
	defer n.drop(c)
	if n.light() != nil {
		return
	}
	up, err := dial(n.web())
	if err != nil {
		return
	}
	n.keep(up)
	defer n.drop(up)
	var both sync.WaitGroup
	both.Go(func() { n.pump(up, c) })
	both.Go(func() { n.pump(c, up) })
	both.Wait()
}

// dial reaches a port, or a Unix socket: its name has no colon.
func dial(addr string) (net.Conn, error) {
	kind := "tcp"
	if !strings.Contains(addr, ":") {
		kind = "unix"
	}
	return net.DialTimeout(kind, addr, 5*time.Second) //nolint:noctx // bounded
}

type late struct {
	b  []byte
	at time.Time
}

// pump carries one direction; the end of it ends the other.
func (n *network) pump(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	queue := make(chan late, blocks)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for x := range queue {
			if pause(n.ctx, time.Until(x.at)) != nil || n.light() != nil {
				break
			}
			if _, err := to.Write(x.b); err != nil {
				break
			}
		}
		_, _ = to.Close(), from.Close()
		for range queue { // what is left is lost
		}
	}()
	var free time.Time // nothing overtakes what was stalled
	for {
		b := make([]byte, block)
		k, err := from.Read(b)
		if k > 0 {
			delay, stall := n.lag(k)
			at := time.Now().Add(delay)
			if at.Before(free) {
				at = free
			}
			free = at.Add(stall)
			queue <- late{b[:k], free}
		}
		if err != nil {
			break
		}
	}
	close(queue)
	<-gone
}

// receive carries datagrams to the server, each client by a socket of its own.
func (n *network) receive() {
	b := make([]byte, datagram)
	for {
		k, from, err := n.udp.ReadFromUDP(b)
		if err != nil {
			return
		}
		up, err := n.flow(from)
		if err != nil {
			continue // the server is away; so is the packet
		}
		n.carry(b[:k], func(p []byte) { _, _ = up.Write(p) })
	}
}

func (n *network) flow(from *net.UDPAddr) (net.Conn, error) {
	to := n.media()
	key := from.String() + " " + to
	n.mu.Lock()
	defer n.mu.Unlock()
	if c := n.flows[key]; c != nil {
		return c, nil
	}
	if n.ctx.Err() != nil {
		return nil, n.ctx.Err()
	}
	c, err := net.Dial("udp4", to) //nolint:noctx // nothing is sent
	if err != nil {
		return nil, err
	}
	n.flows[key] = c
	n.wait.Go(func() { n.back(c, from) })
	return c, nil
}

// back carries datagrams to the client. A refused one (the server is away) does not end it.
func (n *network) back(c net.Conn, to *net.UDPAddr) {
	b := make([]byte, datagram)
	for n.ctx.Err() == nil {
		k, err := c.Read(b)
		if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			n.carry(b[:k], func(p []byte) { _, _ = n.udp.WriteToUDP(p, to) })
		}
	}
}

// carry sends a datagram later, or never.
func (n *network) carry(b []byte, send func([]byte)) {
	n.mu.Lock()
	w, lost := n.now, n.rnd.Float64()
	n.mu.Unlock()
	if w.dark || lost < w.loss {
		return
	}
	if w.delay == 0 {
		send(b)
		return
	}
	p := append([]byte(nil), b...)
	time.AfterFunc(w.delay, func() { send(p) })
}
