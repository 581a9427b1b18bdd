package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/prometheus/client_golang/prometheus"

	"baton/domain"
	"baton/internal/password"
)

// Needs is all that the server needs. Every field is required unless its comment says otherwise.
// The interfaces stand in the file of the noun that they serve.
type Needs struct {
	Log *slog.Logger
	// PublicURL is how people reach this server: links are made with it, and cookies are Secure when it is https.
	PublicURL *url.URL
	// TrustedProxies may tell the client's address by X-Forwarded-For, beside loopback. May be empty.
	TrustedProxies []netip.Prefix
	// FrameAncestors are the origins whose pages may show /embed/, as the Content-Security-Policy lists them.
	FrameAncestors string
	// Metrics is what /metrics shows; the server adds its own to it.
	Metrics *prometheus.Registry
	// MetricsOpen answers /metrics to everybody instead of loopback only.
	MetricsOpen bool
	// Ready tells why the server cannot take a recording now; nil: it can.
	Ready func(context.Context) error
	// Checks are shown while set-up is needed. May be nil.
	Checks func(context.Context) []Check
	// Web serves the web client's files, and its shell (index.html) at /.
	Web http.Handler
	// Passwords hashes and verifies.
	Passwords *password.Hasher

	// Stores, implemented by package postgres.
	Workspaces  workspaces
	Accounts    accounts
	Members     members
	SignIns     signIns
	Tokens      tokens
	Invites     invites
	Spaces      spaces
	Clips       clips
	Transcripts transcripts
	Screens     screens
	Vocabulary  vocabulary
	Comments    comments
	Search      searcher
	Playback    playback
	Events      events
	Shares      shares
	Watches     watches
	Notices     notices
	Hours       hours
	Rounds      roundStore
	Asks        asks
	Decisions   decisions
	Blockers    blockers
	Ledger      ledgerStore
	Podcasts    podcasts
	StartHere   startHere
	Webhooks    webhooks
	Edits       edits
	Pushes      pushes
	Faces       faces

	// Poster posts to people's other tools, implemented by package notify.
	Poster poster
	// PushKey is this server's public key for push messages.
	PushKey string
	// HasWriter: summaries can be made.
	HasWriter bool
	// HasMail: mails are sent.
	HasMail bool
	// Objects is the object store, implemented by package blob.
	Objects objects
	Keys    keys
	// Formats renders texts, implemented by packages transcode and transcribe.
	Formats Formats
	// Ingest, Channels and WHIP take media in, implemented by package media.
	Ingest   ingest
	Channels channels
	WHIP     whip
}

// Check is one line of what works on this server.
type Check struct {
	Name   string
	OK     bool
	Detail string
	Mend   string
}

// Formats renders what players read.
type Formats struct {
	// MasterPlaylist lists renditions (RFC 8216); their playlists are at NAME/index.m3u8.
	MasterPlaylist func([]domain.Rendition) string
	// MediaPlaylist lists the segments of one rendition; complete tells that none will follow.
	MediaPlaylist func(segments []domain.Segment, complete bool) string
	// Transcript writes one as "srt" or "txt".
	Transcript func(w io.Writer, format string, t domain.Transcript) error
	// Silences are the stretches in which nobody speaks, Fillers the hesitations that can be cut out.
	Silences func(t domain.Transcript, durationMS int64) []domain.Span
	Fillers  func(t domain.Transcript) []domain.Filler
	// Captions and Chapters are WebVTT.
	Captions func(io.Writer, []domain.Cue) error
	Chapters func([]domain.Chapter) string
}
