package api

import (
	"context"
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
	Comments    comments
	Search      searcher
	Playback    playback
	Events      events

	// Objects is the object store, implemented by package blob.
	Objects objects
	// Playlists renders HLS, implemented by package transcode.
	Playlists Playlists
	// Ingest takes media in, implemented by package media.
	Ingest Ingest
}

// Check is one line of what works on this server.
type Check struct {
	Name   string
	OK     bool
	Detail string
	Mend   string
}

// workspaces keeps the teams of this server.
type workspaces interface {
	// Any tells whether the first workspace has been made.
	Any(ctx context.Context) (bool, error)
	// Create makes the first workspace and its owner (ids, names, e-mail and password hash are
	// given). KindConflict when there is a workspace already, also when two come at once.
	Create(ctx context.Context, w domain.Workspace, owner domain.Account) error
	// Get reads one. KindNotFound.
	Get(ctx context.Context, id domain.WorkspaceID) (domain.Workspace, error)
}
