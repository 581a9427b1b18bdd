package media

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"

	"baton/domain"
	"baton/media/internal/container"
	"baton/media/internal/rtpin"
)

const (
	// tickEvery drives repair and interleaving while packets are missing, and tickCalm interleaving while none are: what comes out
	// waits for its chunk anyway. The next packet drives it then, because to wake up for it costs more; tickAlone while none come.
	tickEvery = 20 * time.Millisecond
	tickCalm  = 100 * time.Millisecond
	tickAlone = 500 * time.Millisecond
	// clusterTime and clusterBytes of one chunk of the stream that the frames become. A chunk costs an fsync.
	clusterTime  = 500 * time.Millisecond
	clusterBytes = 1 << 20
	// grace for the repair of the tail when the publisher says it is over.
	grace = 300 * time.Millisecond
	// queuedChunks that may wait for the spool: RTP knows no back-pressure, so beyond this the session ends.
	queuedChunks = 64
	// watchdog after which a negotiated track without a packet is reported.
	watchdog = 3 * time.Second
	// smallestGap that is noted on the clip.
	smallestGap = 100 * time.Millisecond
)

// session is a WHIP session. Its frames become a Matroska stream, in chunks of 500 ms, which goes the way
// of every recording: fsynced, packaged, shipped, recoverable. So there is one way only, and VP8 is kept for import like any.
type session struct {
	door   *Door
	id     string
	clip   domain.ClipID
	pc     *webrtc.PeerConnection
	log    *slog.Logger
	chosen []chosen
	mime   string

	// The HTTP side (whip.go); one request at a time.
	http       sync.Mutex
	etag       string
	offer      string
	requests   *rate.Limiter
	candidates int // of the publisher, that were tried

	mu      sync.Mutex
	tracks  []*rtpin.Track // by place in chosen; nil: no packet yet
	ssrc    []uint32
	line    *timeline
	cluster container.ClusterWriter
	header  []byte // to go before the first cluster; nil: the stream goes on
	offset  time.Duration
	ends    []time.Duration // of each track's last frame
	gaps    []domain.Span   // not noted yet
	out     chan []byte
	begun   time.Time
	warned  bool
	feedback
	calm    bool          // nothing was missing at the last tick
	ticked  time.Time     // the last tick
	drained bool          // nothing is taken any more
	hurry   chan struct{} // something is

	once      sync.Once
	over      chan struct{} // asked to end
	up        sync.Once
	connected chan struct{} // closed when it was for the first time
	leave     bool          // end without finishing the recording
	done      chan struct{}
	seq       int64
	sendErr   error
	finished  State
	err       error
}

func randomText() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// newSession takes a clip's recording up. A recording that has chunks already is gone on with: it is closed
// properly first, so that it is known where the new frames follow.
func (d *Door) newSession(ctx context.Context, clip domain.ClipID, offer string) (*session, error) {
	tracks, err := choose(offer)
	if err != nil {
		return nil, err
	}
	s := &session{
		door: d, id: randomText(), clip: clip, chosen: tracks, offer: offer, etag: randomText(), requests: rate.NewLimiter(rateLimit, rateBurst), connected: make(chan struct{}),
		tracks: make([]*rtpin.Track, len(tracks)), ssrc: make([]uint32, len(tracks)), ends: make([]time.Duration, len(tracks)),
		out: make(chan []byte, queuedChunks), over: make(chan struct{}), done: make(chan struct{}), begun: time.Now(),
		hurry: make(chan struct{}, 1), calm: true, feedback: newFeedback(len(tracks), mathrand.Uint32()), //nolint:gosec // an SSRC is no secret
	}
	s.log = d.cfg.Logger.With(slog.String("clip_id", string(clip)), slog.String("session_id", s.id[:8]))
	var rates []int64
	for _, c := range tracks {
		rates = append(rates, c.rate())
	}
	s.line = newTimeline(rates, s.write)
	mime, list := streamType(tracks)
	s.mime, s.header = mime, container.StreamHeader(list)
	if err := s.continueFrom(ctx); err != nil {
		return nil, err
	}
	api, err := d.sessionAPI(tracks, s.buffer)
	if err != nil {
		return nil, err
	}
	if s.pc, err = api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle}); err != nil {
		return nil, fmt.Errorf("new connection: %w", err)
	}
	return s, nil
}

func (s *session) continueFrom(ctx context.Context) error {
	in := s.door.cfg.Ingest
	st, err := in.Status(ctx, s.clip)
	if err != nil {
		return err
	}
	if st.State == string(domain.EndFinished) || st.State == string(domain.EndCancelled) {
		return refuse(http.StatusConflict, ReasonFinished, st.NextSeq, "the recording is %s", st.State)
	}
	if st.NextSeq == 0 {
		return nil
	}
	if st.MimeType != s.mime {
		return refuse(http.StatusConflict, ReasonType, st.NextSeq, "the recording is of type %q, not %q", st.MimeType, s.mime)
	}
	if st, err = in.Abandon(ctx, s.clip); err != nil {
		return err
	}
	s.seq, s.header, s.offset = st.NextSeq, nil, time.Duration(st.DurationMS)*time.Millisecond
	s.gaps = []domain.Span{{StartMS: st.DurationMS, EndMS: st.DurationMS}} // what was not sent meanwhile has no length on the clip's clock
	return nil
}

// run is the session's life.
func (s *session) run() {
	defer close(s.done)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		s.send()
	}()
	s.loop()
	s.drain()
	if err := s.pc.GracefulClose(); err != nil {
		s.log.Debug("close session", slog.Any("error", err))
	}
	s.mu.Lock()
	for _, t := range s.tracks {
		if t != nil {
			t.Frames(time.Now(), true, func(rtpin.Frame) {}) // what came since is beyond the end
			s.log.Info("track ended", slog.Bool("video", t.Video()), slog.Any("stats", t.Stats))
		}
	}
	close(s.out)
	s.mu.Unlock()
	<-sent
	s.door.forget(s)
	if s.leave || s.sendErr != nil && !full(s.sendErr) {
		s.err = s.sendErr
		return
	}
	if s.seq == 0 {
		return // nothing came: the clip is as it was, and the next attempt may do better
	}
	s.finished, s.err = s.finish()
}

// finish ends the recording, for as long as it takes: the publisher is gone and nobody else will.
func (s *session) finish() (State, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.door.ctx), finishWait+5*time.Second)
	defer cancel()
	return s.door.cfg.Ingest.Finish(ctx, s.clip, s.seq, "")
}

func (s *session) end() { s.once.Do(func() { close(s.over) }) }

func (s *session) loop() {
	tick := time.NewTimer(tickAlone)
	defer tick.Stop()
	late := time.NewTimer(s.door.cfg.ConnectWithin)
	defer late.Stop()
	connected := s.connected
	for {
		select {
		case <-tick.C:
			tick.Reset(s.tick(time.Now()))
		case <-s.hurry:
			tick.Reset(tickEvery)
		case <-connected:
			connected = nil
			late.Stop()
		case <-late.C:
			s.log.Warn("a publisher did not connect in time")
			return
		case <-s.over:
			return
		case <-s.door.ctx.Done():
			s.leave = true // the server goes down, the publisher may come back
			return
		}
	}
}

// drain waits a moment for the last repairs.
func (s *session) drain() {
	deadline := time.NewTimer(grace)
	defer deadline.Stop()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for waiting := true; waiting; {
		s.mu.Lock()
		s.move(time.Now(), false)
		waiting = false
		for _, t := range s.tracks {
			waiting = waiting || t != nil && t.Open()
		}
		s.mu.Unlock()
		if !waiting {
			break
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			waiting = false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drained = true
	s.move(time.Now(), true)
	s.closeCluster()
}

// tick moves everything that time moves, and tells when to do so again.
func (s *session) tick(now time.Time) (next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.move(now, false)
}

// move is tick with the lock held. final: nothing more will come.
func (s *session) move(now time.Time, final bool) (next time.Duration) {
	s.ticked, s.calm, next = now, true, tickAlone
	out := s.answers(now)
	for i, t := range s.tracks {
		if t == nil {
			continue
		}
		t.Frames(now, final, func(f rtpin.Frame) { s.line.add(i, f, now) })
		out = append(out, s.wants(t, s.ssrc[i], now)...)
		if t.Lacks() {
			s.calm, next = false, tickEvery
		}
	}
	s.say(out)
	s.line.run(now, final)
	if !s.warned && now.Sub(s.begun) > watchdog+iceDisconnected {
		s.warned = true
		for i, t := range s.tracks {
			if t == nil {
				s.log.Warn("a negotiated track brings no packets", slog.String("codec", s.chosen[i].mime))
			}
		}
	}
	return next
}

// wants lists what a track lacks.
func (s *session) wants(t *rtpin.Track, ssrc uint32, now time.Time) (ps []rtcp.Packet) {
	if n := t.Nack(now); len(n) > 0 {
		ps = append(ps, &rtcp.TransportLayerNack{SenderSSRC: s.own, MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(n)})
	}
	if t.PLI(now) {
		ps = append(ps, &rtcp.PictureLossIndication{SenderSSRC: s.own, MediaSSRC: ssrc})
	}
	return ps
}

// say sends what there is to say to the publisher, in one datagram. pion only queues it for the socket.
func (s *session) say(ps []rtcp.Packet) {
	if len(ps) == 0 {
		return
	}
	if err := s.pc.WriteRTCP(ps); err != nil {
		s.log.Debug("write RTCP", slog.Any("error", err))
	}
}

// place of a codec in chosen; -1: it is not there.
func (s *session) place(mime string) int {
	return slices.IndexFunc(s.chosen, func(c chosen) bool { return strings.EqualFold(c.mime, mime) }) // GStreamer says OPUS
}

func (s *session) reports(i int, t *rtpin.Track, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	for {
		ps, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range ps {
			if sr, ok := p.(*rtcp.SenderReport); ok && sr.SSRC == uint32(remote.SSRC()) {
				s.mu.Lock()
				s.line.clocks[i].report(sr.NTPTime, t.Extend(sr.RTPTime))
				s.receptions[i].SenderReport(sr.NTPTime, time.Now())
				s.mu.Unlock()
			}
		}
	}
}

// write puts a frame into the stream. The lock is held.
func (s *session) write(i int, at time.Duration, f rtpin.Frame) {
	at += s.offset
	if f.Gap && s.ends[i] > 0 && at-s.ends[i] >= smallestGap {
		s.gaps = append(s.gaps, domain.Span{StartMS: s.ends[i].Milliseconds(), EndMS: at.Milliseconds()})
	}
	s.ends[i] = at
	if !s.cluster.Fits(at) || s.cluster.Len() >= clusterBytes || s.cluster.Since(at) >= clusterTime {
		s.closeCluster()
	}
	s.cluster.Add(i, at, f.Key, f.Data)
}

// closeCluster queues the open cluster as a chunk, or several where it is too large for one.
func (s *session) closeCluster() {
	b := s.cluster.Close()
	if b == nil {
		return
	}
	if s.header != nil {
		b, s.header = append(s.header, b...), nil
	}
	for len(b) > 0 {
		n := min(len(b), MaxChunkBytes)
		select {
		case s.out <- b[:n:n]:
		default:
			s.log.Error("the spool is too slow for a publisher; its session ends")
			s.end()
			return
		}
		b = b[n:]
	}
}

// send appends the chunks, one after the other, and waits where the ingest asks for it.
func (s *session) send() {
	ctx := context.WithoutCancel(s.door.ctx)
	for b := range s.out {
		sum := sha256.Sum256(b)
		for s.sendErr == nil {
			_, err := s.door.cfg.Ingest.take(ctx, s.clip, s.mime, s.seq, b, sum)
			if wait := waitFor(err); wait > 0 && s.pause(wait) {
				continue
			}
			if err != nil {
				s.log.Error("store frames", slog.Any("error", err))
				s.sendErr = err
				s.end()
				break
			}
			s.seq++
			s.noteGaps()
			break
		}
	}
}

// waitFor tells after what time the same chunk may be taken; 0: never.
func waitFor(err error) time.Duration {
	if r, ok := errors.AsType[*Refused](err); ok {
		return r.RetryAfter
	}
	if domain.KindOf(err) == domain.KindUnavailable {
		return soonRetry
	}
	return 0
}

// full tells that the recording may not grow: it ends where it is.
func full(err error) bool {
	r, ok := errors.AsType[*Refused](err)
	return ok && r.Reason == ReasonRecordingTooLarge
}

// pause waits unless the server goes down.
func (s *session) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.door.ctx.Done():
		return false
	}
}

func (s *session) noteGaps() {
	s.mu.Lock()
	gaps := s.gaps
	s.gaps = nil
	s.mu.Unlock()
	for _, g := range gaps {
		s.door.cfg.Ingest.noteGap(s.clip, g)
	}
}
