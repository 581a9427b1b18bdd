// Package config turns flags and the environment into checked settings. It is
// the only reader of the environment.
//
// Flags come first, then BATON_* variables, then defaults. A secret may also
// be in a file that NAME_FILE names. Nothing set means everything embedded
// under the data directory.
package config

import (
	"net/netip"
	"net/url"
	"time"
)

// Config is what `baton serve` runs with. Every value has been checked.
type Config struct {
	Data
	Store

	// Listen is host:port of the web server; port 0 picks a free one.
	Listen string
	// PublicURL is how people reach us, without a path; nil: see PublicURLFor.
	PublicURL *url.URL
	Roles     Roles
	// TrustedProxies may tell the address of who asks, beside loopback.
	TrustedProxies []netip.Prefix
	// Outbound are networks, beside the public Internet, that may be sent to at people's wish.
	Outbound []netip.Prefix
	// MetricsOpen shows /metrics to everybody.
	MetricsOpen bool
	// EmbedOrigins are the origins whose pages may show clips, as a Content-Security-Policy lists them.
	EmbedOrigins string

	Media      Media
	Transcribe Engine
	// LLM makes titles and chapters better; its zero value: none.
	LLM Engine
	// ModelsDir holds the built-in speech engine's models.
	ModelsDir string
	Mail      Mail
	OIDC      OIDC

	// AbandonAfter ends a recording to which nothing has come for so long.
	AbandonAfter time.Duration
	Limits       Limits
	// DrainLimit is how long an orderly stop waits for the jobs that it interrupts.
	DrainLimit time.Duration
	Workers    Workers
	// LogLevel is debug, info, warn or error.
	LogLevel string
	// Unknown are BATON_* variables that mean nothing to us: slips of the pen.
	Unknown []string
}

// Roles are the parts of Baton that this process plays.
type Roles struct{ Web, Ingest, Worker bool }

// Data is where the rows are: all that user, token and migrate need.
type Data struct {
	// Dir is absolute.
	Dir string
	// DatabaseURL of a PostgreSQL; empty: the embedded one.
	DatabaseURL string
	// PGBin has the binaries for the embedded one; empty: find them.
	PGBin string
}

// Store is where the objects are.
type Store struct{ S3 S3 }

// S3 is an object store. Its keys may be empty: then the machine's role or
// the AWS SDK's own settings count.
type S3 struct {
	Endpoint, Region, Bucket     string
	AccessKeyID, SecretAccessKey string
}

// Embedded tells that no object store is configured.
func (s S3) Embedded() bool { return s == S3{} }

// Media is how encoders reach the ingest.
type Media struct {
	// Listen is host:port for WebRTC, both UDP and TCP; an empty host is all.
	Listen string
	// Addresses are advertised besides those of the machine: a router's.
	Addresses  []netip.Addr
	ICEServers []ICEServer
}

// ICEServer is a STUN or TURN server that browsers are told of.
type ICEServer struct {
	URL                  string // "stun:host:port", "turn:host:port?transport=udp"
	Username, Credential string
}

// Engine is a server that speaks a part of OpenAI's API.
type Engine struct {
	URL    *url.URL // nil: none
	APIKey string
	Model  string
}

// Mail is how we send; URL nil: not at all.
type Mail struct {
	URL  *url.URL // smtp://user:password@host:port or smtps://…
	From string
}

// OIDC signs people in by another service; Issuer empty: not.
type OIDC struct{ Issuer, ClientID, ClientSecret string }

// Limits of recordings; 0 is none.
type Limits struct {
	// Recordings at the same time on this node, and PerUser of one person.
	Recordings, PerUser int
	// RecordingBytes and RecordingLength of one recording.
	RecordingBytes  int64
	RecordingLength time.Duration
	// SpoolBytes that this node keeps while the object store is away; never 0.
	SpoolBytes int64
}

// Workers bound what runs at the same time on this node.
type Workers struct{ FFmpeg, Transcribe int }

// Client is what a command needs that talks to a server.
type Client struct {
	Server *url.URL
	Token  string
}
