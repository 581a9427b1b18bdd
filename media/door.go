package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"

	"baton/domain"
)

const (
	// socketBuffer holds what many publishers send while this machine does something else for a moment.
	socketBuffer = 16 << 20
	// Consent (RFC 7675) is lost after iceDisconnected without an answer, the connection failed after iceFailed more: the time
	// a publisher has for an ICE restart.
	iceDisconnected = 5 * time.Second
	iceFailed       = 30 * time.Second
	iceKeepAlive    = 2 * time.Second
	// connectTime is far above what ICE and DTLS take together.
	connectTime = 30 * time.Second
	// gatherTime bounds the gathering of our own candidates; they are all local.
	gatherTime = 5 * time.Second
	// maxSDP in bytes.
	maxSDP = 128 << 10
)

// DoorConfig is what the WebRTC side needs.
type DoorConfig struct {
	Ingest *Ingest
	Logger *slog.Logger
	// Addr is one "host:port" for ICE over UDP and TCP; an empty host: all interfaces; port 0: any.
	Addr string
	// PublicIPs are published in place of the local addresses, for a server behind a 1:1 NAT.
	PublicIPs []string
	// MaxSessions of WHIP and data channels at once; 0: no limit.
	MaxSessions int
	// ICEServers are told to WHIP clients in Link headers (RFC 9725, 4.6), e.g. "turn:turn.example.org?transport=udp".
	ICEServers []ICEServer
	// FailedAfter a connection was lost, its WHIP session is ended; 0: 30 s.
	FailedAfter time.Duration
	// ConnectWithin bounds ICE and DTLS of a new WHIP session together; 0: 30 s.
	ConnectWithin time.Duration
}

// ICEServer is a STUN or TURN server with its credentials.
type ICEServer struct {
	URL, Username, Credential string
}

// Door is where WebRTC comes in: the data channel of the record plane, and WHIP. All its connections share one port.
type Door struct {
	cfg      DoorConfig
	settings webrtc.SettingEngine
	udp      ice.UDPMux
	tcp      ice.TCPMux
	port     int
	ctx      context.Context //nolint:containedctx // the life of its sessions, ended by Close
	cancel   context.CancelFunc
	wait     sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	conns    map[*webrtc.PeerConnection]domain.ClipID
	sessions map[string]*session
	knocks   map[domain.ClipID]*rate.Limiter
}

// NewDoor opens the port.
func NewDoor(cfg DoorConfig) (*Door, error) {
	if cfg.FailedAfter == 0 {
		cfg.FailedAfter = iceFailed
	}
	if cfg.ConnectWithin == 0 {
		cfg.ConnectWithin = connectTime
	}
	d := &Door{cfg: cfg, conns: map[*webrtc.PeerConnection]domain.ClipID{}, sessions: map[string]*session{}, knocks: map[domain.ClipID]*rate.Limiter{}}
	if err := d.listen(cfg.Addr); err != nil {
		return nil, fmt.Errorf("open the media port: %w", err)
	}
	if err := d.configure(); err != nil {
		return nil, errors.Join(err, d.udp.Close(), d.tcp.Close())
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d, nil
}

// listen opens TCP first: where any port will do, it chooses it.
func (d *Door) listen(addr string) error {
	l, err := net.Listen("tcp", addr) //nolint:noctx // at start
	if err != nil {
		return err
	}
	d.port = l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it is TCP
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	logger := pionLog{d.cfg.Logger}.NewLogger("mux")
	if d.udp, err = listenUDP(host, d.port, logger); err != nil {
		return errors.Join(err, l.Close())
	}
	d.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: l, Logger: logger, ReadBufferSize: 64, WriteBufferSize: 1 << 20, FirstStunBindTimeout: 10 * time.Second})
	return nil
}

func listenUDP(host string, port int, logger logging.LeveledLogger) (ice.UDPMux, error) {
	if host == "" || host == "0.0.0.0" || host == "::" {
		n, err := stdnet.NewNet()
		if err != nil {
			return nil, err
		}
		return ice.NewMultiUDPMuxFromPort(port, ice.UDPMuxFromPortWithLoopback(), ice.UDPMuxFromPortWithLogger(logger), ice.UDPMuxFromPortWithNet(roomyNet{n}))
	}
	addr, err := net.ResolveUDPAddr("udp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", addr)
	if err != nil {
		return nil, err
	}
	if err := roomy(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: newBurstConn(conn), Logger: logger}), nil
}

func (d *Door) configure() error {
	s := &d.settings
	s.LoggerFactory = pionLog{d.cfg.Logger}
	s.SetICEUDPMux(d.udp)
	s.SetICETCPMux(d.tcp)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	s.SetIncludeLoopbackCandidate(true) // for whoever tries it on one machine; others cannot reach it and lose nothing
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(iceDisconnected, d.cfg.FailedAfter, iceKeepAlive)
	s.SetSCTPMaxMessageSize(maxMessage)
	// A late retransmission is welcome; the default window of 64 packets drops it.
	s.SetSRTPReplayProtectionWindow(1024)
	// As DTLS server pion's own order of SRTP profiles wins, AES-GCM first; a browser would choose
	// AES_CM_HMAC_SHA1_80, which costs several times the CPU.
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return err
	}
	if len(d.cfg.PublicIPs) == 0 {
		return nil
	}
	return s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: d.cfg.PublicIPs, AsCandidateType: webrtc.ICECandidateTypeHost})
}

// Port is the one port of ICE over UDP and TCP.
func (d *Door) Port() int { return d.port }

// add keeps a connection for Close, or refuses it.
func (d *Door) add(pc *webrtc.PeerConnection, clip domain.ClipID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return unavailable(0, 2*time.Second, ReasonUnavailable, "the server is going down", nil)
	}
	if d.cfg.MaxSessions > 0 && len(d.conns) >= d.cfg.MaxSessions {
		return unavailable(0, 10*time.Second, ReasonBusy, "this server has all the WebRTC sessions it can take; try again, or send over HTTP", nil)
	}
	same := 0
	for _, c := range d.conns {
		if c == clip {
			same++
		}
	}
	if same >= maxPerClip {
		return tooFast("this clip has as many connections as one may have")
	}
	d.conns[pc] = clip
	return nil
}

// goes starts work that Close waits for, unless it is closing already.
func (d *Door) goes(f func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.wait.Go(f)
	}
	return !d.closed
}

func (d *Door) remove(pc *webrtc.PeerConnection) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, pc)
}

// Close ends every session and closes the port. A WHIP recording is kept up to here and stays open: its publisher can go on
// with a new session, on this node or another.
func (d *Door) Close() error {
	d.mu.Lock()
	before := d.closed
	d.closed = true
	d.mu.Unlock()
	if before {
		return nil
	}
	d.cancel()
	d.wait.Wait()
	d.mu.Lock()
	var conns []*webrtc.PeerConnection
	for pc := range d.conns {
		conns = append(conns, pc)
	}
	d.mu.Unlock()
	var err error
	for _, pc := range conns {
		err = errors.Join(err, pc.GracefulClose())
	}
	return errors.Join(err, d.udp.Close(), d.tcp.Close())
}

// answer applies an offer and returns the answer with all of our candidates in it.
func answer(ctx context.Context, pc *webrtc.PeerConnection, offer string) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", badSDP(err)
	}
	a, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", badSDP(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(a); err != nil {
		return "", badSDP(err)
	}
	t := time.NewTimer(gatherTime)
	defer t.Stop()
	select {
	case <-gathered:
	case <-t.C:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return pc.LocalDescription().SDP, nil
}

func badSDP(err error) error {
	r := refuse(http.StatusBadRequest, "sdp", 0, "the session description cannot be used")
	r.Err.Cause = err
	return r
}

// checkSDP refuses what is not an offer in form.
func checkSDP(offer string) error {
	if len(offer) > maxSDP {
		return refuse(http.StatusRequestEntityTooLarge, "sdp", 0, "the session description is larger than %d bytes", maxSDP)
	}
	if !strings.HasPrefix(offer, "v=0") {
		return badSDP(errors.New("no v=0"))
	}
	return nil
}
