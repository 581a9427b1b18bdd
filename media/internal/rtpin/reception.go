package rtpin

import (
	"time"

	"github.com/pion/rtcp"
)

// Reception counts what a receiver report tells of one source (RFC 3550, 6.4.1).
type Reception struct {
	rate     float64
	started  bool
	base     int64 // the first sequence number, and high the highest, without wrap-around
	high     int64
	received int64
	// What the report before was based on.
	expectedBefore, receivedBefore int64

	first   time.Time
	transit float64 // of the last packet, in units of the timestamp
	jitter  float64

	senderReport uint32 // the middle of its NTP time
	reportedAt   time.Time
}

// NewReception of a source whose timestamps count so many units a second.
func NewReception(rate int64) *Reception { return &Reception{rate: float64(rate)} }

// Packet counts one (A.1, A.8).
func (r *Reception) Packet(seq uint16, ts uint32, now time.Time) {
	r.received++
	if !r.started {
		r.started, r.first = true, now
		r.base = int64(seq)
		r.high = r.base
	}
	r.high = max(r.high, r.high+int64(int16(seq-uint16(r.high)))) //nolint:gosec // modular arithmetic
	transit := now.Sub(r.first).Seconds()*r.rate - float64(ts)
	if d := transit - r.transit; r.received > 1 && d > -1<<31 && d < 1<<31 { // else the timestamp wrapped around
		r.jitter += (max(d, -d) - r.jitter) / 16
	}
	r.transit = transit
}

// SenderReport notes one of the source.
func (r *Reception) SenderReport(ntp uint64, now time.Time) {
	r.senderReport, r.reportedAt = uint32(ntp>>16), now //nolint:gosec // the middle of it
}

// Report tells of the time since the one before (A.3). ok is false when nothing ever came.
func (r *Reception) Report(ssrc uint32, now time.Time) (out rtcp.ReceptionReport, ok bool) {
	if !r.started {
		return out, false
	}
	expected := r.high - r.base + 1
	due, came := expected-r.expectedBefore, r.received-r.receivedBefore
	r.expectedBefore, r.receivedBefore = expected, r.received
	out = rtcp.ReceptionReport{
		SSRC:               ssrc,
		LastSequenceNumber: uint32(r.high), //nolint:gosec // its low bits
		TotalLost:          uint32(min(max(expected-r.received, 0), 1<<23-1)),
		Jitter:             uint32(r.jitter),
		LastSenderReport:   r.senderReport,
	}
	if lost := due - came; due > 0 && lost > 0 {
		out.FractionLost = uint8(min(lost*256/due, 255)) //nolint:gosec // bounded
	}
	if !r.reportedAt.IsZero() {
		out.Delay = uint32(now.Sub(r.reportedAt).Seconds() * 65536)
	}
	return out, true
}
