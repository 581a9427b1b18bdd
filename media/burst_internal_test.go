package media

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// TestBurstsKeepWhatEachDatagramIs: its bytes, its length and its sender, in order, calm and busy, on each loopback that there is.
func TestBurstsKeepWhatEachDatagramIs(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "::1"} {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
		if err != nil && host == "::1" {
			continue // a machine without IPv6
		}
		if err != nil {
			t.Fatal(err)
		}
		from, err := net.DialUDP("udp", nil, conn.LocalAddr().(*net.UDPAddr))
		if err != nil {
			t.Fatal(err)
		}
		c, sender := newBurstConn(conn), from.LocalAddr().(*net.UDPAddr).AddrPort()
		buf := make([]byte, datagram)
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		const few = 40 // of 400 bytes at most, which any socket holds
		for round := range 3 {
			for i := range few {
				if _, err := from.Write(bytes.Repeat([]byte{byte(i)}, i*10+round)); err != nil {
					t.Fatal(err)
				}
			}
			for i := range few {
				n, addr, err := c.ReadFromAddrPort(buf)
				if err != nil || n != i*10+round || addr != sender || n > 0 && (buf[0] != byte(i) || buf[n-1] != byte(i)) {
					t.Fatalf("datagram %d from %v, not %v: %d bytes, %v", i, addr, sender, n, err)
				}
			}
			c.since, c.busy = time.Now().Add(-time.Second/2), round == 1
		}
		back := make(chan error, 1)
		go func() {
			_, _, err := c.ReadFromAddrPort(buf)
			back <- err
		}()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		select {
		case err := <-back:
			if err == nil {
				t.Error("a datagram from a closed socket")
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the reader does not end with its socket")
		}
		if err := from.Close(); err != nil {
			t.Error(err)
		}
	}
}
