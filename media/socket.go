package media

import (
	"errors"
	"net"

	"github.com/pion/transport/v4"
	"golang.org/x/sys/unix"
)

// roomyNet gives the UDP sockets that are opened through it large buffers, and reads them in bursts.
type roomyNet struct{ transport.Net }

func (n roomyNet) ListenUDP(network string, local *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(network, local)
	u, ok := conn.(*net.UDPConn)
	if !ok || err != nil {
		return conn, err
	}
	if err := roomy(u); err != nil {
		return nil, errors.Join(err, u.Close())
	}
	return newBurstConn(u), nil
}

// roomy gives a socket its buffers: beyond what the system grants everybody (net.core.rmem_max) where we may. What does not
// fit into them is lost, which costs RTP a repair, and a data channel its speed for seconds.
func roomy(conn *net.UDPConn) error {
	if err := errors.Join(conn.SetReadBuffer(socketBuffer), conn.SetWriteBuffer(socketBuffer)); err != nil {
		return err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) {
		// Without CAP_NET_ADMIN what was granted above stays.
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer)
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, socketBuffer)
	})
}
