package media

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/ipv4"
)

const (
	// burst is how many datagrams one system call takes at most, and datagram the most bytes of one, as pion has it.
	burst    = 64
	datagram = 8192
	// A socket that brought more than busyRate datagrams in a second is read only after they had gatherFor to come together: each
	// of them wakes one goroutine after the other on its way to its session, and those that come together wake them once.
	busyRate  = 1000
	gatherFor = 8 * time.Millisecond
)

// burstConn is a UDP socket that is read by recvmmsg(2). Only one goroutine may read it.
type burstConn struct {
	*net.UDPConn

	batch    *ipv4.PacketConn // for sockets of IPv6, too: it only reads and tells addresses
	messages []ipv4.Message
	at, have int
	seen     int // datagrams since
	since    time.Time
	busy     bool
	rest     *time.Timer
}

func newBurstConn(conn *net.UDPConn) *burstConn {
	c := &burstConn{UDPConn: conn, batch: ipv4.NewPacketConn(conn), messages: make([]ipv4.Message, burst), rest: time.NewTimer(0)}
	<-c.rest.C
	for i := range c.messages {
		c.messages[i].Buffers = [][]byte{make([]byte, datagram)}
	}
	return c
}

// ReadFromAddrPort gives the next datagram (ice.AddrPortReaderWriter).
func (c *burstConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	if c.at == c.have {
		if err := c.fill(); err != nil {
			return 0, netip.AddrPort{}, err
		}
	}
	m := &c.messages[c.at]
	c.at++
	n := copy(b, m.Buffers[0][:m.N])
	from, _ := m.Addr.(*net.UDPAddr)
	return n, from.AddrPort(), nil // of nil, an address that is not valid
}

// WriteToAddrPort sends a datagram (ice.AddrPortReaderWriter).
func (c *burstConn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(b, to)
}

// fill waits for datagrams and takes what there is.
func (c *burstConn) fill() error {
	if c.busy && c.have < burst { // else more are waiting already
		c.rest.Reset(gatherFor)
		<-c.rest.C
	}
	c.at, c.have = 0, 0
	n, err := c.batch.ReadBatch(c.messages, 0)
	if err != nil {
		return err
	}
	c.have = n
	c.seen += n
	if now := time.Now(); now.Sub(c.since) >= time.Second/4 {
		c.busy = c.seen > int(now.Sub(c.since)*busyRate/time.Second)
		c.since, c.seen = now, 0
	}
	return nil
}
