package config

import "time"

// DataFlags are the flags of every command that needs the rows.
type DataFlags struct {
	Data        string `name:"data" env:"BATON_DATA_DIR" default:"./baton-data" placeholder:"DIR" help:"Where everything embedded lives: database, objects, spool, models."`
	DatabaseURL string `env:"BATON_DATABASE_URL" placeholder:"URL" secret:"" help:"A PostgreSQL to use instead of the embedded one."`
	PGBin       string `name:"pg-bin" env:"BATON_PG_BIN" placeholder:"DIR" help:"The folder with initdb and postgres for the embedded database. Default: the newest installed."`
}

// StoreFlags are the flags of every command that needs the objects.
type StoreFlags struct {
	S3Endpoint        string `name:"s3-endpoint" env:"BATON_S3_ENDPOINT" placeholder:"URL" group:"Object store" help:"An S3 server to use instead of the embedded one. Amazon's needs only the bucket."`
	S3Region          string `name:"s3-region" env:"BATON_S3_REGION" placeholder:"NAME" group:"Object store" help:"Its region. Default: us-east-1."`
	S3Bucket          string `name:"s3-bucket" env:"BATON_S3_BUCKET" placeholder:"NAME" group:"Object store" help:"The bucket. Default: baton. It is made if missing."`
	S3AccessKeyID     string `name:"s3-access-key-id" env:"BATON_S3_ACCESS_KEY_ID" placeholder:"ID" group:"Object store" help:"Default: the machine's role, or the AWS settings."`
	S3SecretAccessKey string `name:"s3-secret-access-key" env:"BATON_S3_SECRET_ACCESS_KEY" placeholder:"KEY" secret:"" group:"Object store" help:"Belongs to the id."`
}

// ServeFlags are all flags of `baton serve`. The texts are checked by Config,
// all at once, and not by the parser, which stops at the first.
type ServeFlags struct {
	Listen    string `env:"BATON_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where the web server listens."`
	PublicURL string `name:"public-url" env:"BATON_PUBLIC_URL" placeholder:"URL" help:"How people reach it. Default: where it listens."`
	Roles     string `env:"BATON_ROLES" default:"web,ingest,worker" placeholder:"LIST" help:"Which parts this process plays."`

	TrustedProxies string `env:"BATON_TRUSTED_PROXIES" placeholder:"NET,..." help:"Networks of proxies that may say by X-Forwarded-For who asks, like 10.0.0.0/8. This machine's always may."`
	Metrics        string `env:"BATON_METRICS" default:"loopback" placeholder:"WHO" help:"Who may read /metrics: loopback or all."`

	OutboundNetworks string `env:"BATON_OUTBOUND_NETWORKS" placeholder:"NET,..." help:"Networks that are not the public Internet and that webhooks and push messages may be sent to all the same, like 10.1.0.0/16. None by default."`

	EmbedOrigins string `env:"BATON_EMBED_ORIGINS" default:"*" placeholder:"ORIGIN,..." help:"Sites that may show clips for anyone with the link in their pages. *: any; none: no site."`

	DataFlags  `embed:""`
	StoreFlags `embed:""`

	MediaListen    string `env:"BATON_MEDIA_LISTEN" default:":8189" placeholder:"HOST:PORT" group:"Media" help:"Where WebRTC arrives, UDP and TCP."`
	MediaAddresses string `env:"BATON_MEDIA_ADDRESSES" placeholder:"IP,..." group:"Media" help:"Addresses to advertise besides the machine's own: a router's."`
	ICEServers     string `name:"ice-servers" env:"BATON_ICE_SERVERS" placeholder:"URL,..." secret:"" group:"Media" help:"stun:host:port or turn:user:password@host:port that WHIP publishers are told of."`

	TranscribeURL    string `env:"BATON_TRANSCRIBE_URL" placeholder:"URL" group:"Engines" help:"An OpenAI-compatible /v1/audio/transcriptions to use instead of the built-in engine, which takes over when it fails."`
	TranscribeAPIKey string `name:"transcribe-api-key" env:"BATON_TRANSCRIBE_API_KEY" placeholder:"KEY" secret:"" group:"Engines" help:"Its key."`
	TranscribeModel  string `env:"BATON_TRANSCRIBE_MODEL" placeholder:"NAME" group:"Engines" help:"Its model."`
	LLMURL           string `name:"llm-url" env:"BATON_LLM_URL" placeholder:"URL" group:"Engines" help:"An OpenAI-compatible /v1/chat/completions for titles, summaries and action items."`
	LLMAPIKey        string `name:"llm-api-key" env:"BATON_LLM_API_KEY" placeholder:"KEY" secret:"" group:"Engines" help:"Its key."`
	LLMModel         string `name:"llm-model" env:"BATON_LLM_MODEL" placeholder:"NAME" group:"Engines" help:"Its model."`
	ModelsDir        string `env:"BATON_MODELS_DIR" placeholder:"DIR" group:"Engines" help:"Models of the built-in speech engine. Default: models in the data directory, or else in the cache of whoever runs it."`

	SMTPURL          string `name:"smtp-url" env:"BATON_SMTP_URL" placeholder:"URL" secret:"" group:"People" help:"smtp://user:password@host:port or smtps://… to send mail by: what people were told and have not read."`
	MailFrom         string `env:"BATON_MAIL_FROM" placeholder:"ADDRESS" group:"People" help:"The sender. Needed with --smtp-url."`
	OIDCIssuer       string `name:"oidc-issuer" env:"BATON_OIDC_ISSUER" placeholder:"URL" group:"People" help:"An OpenID Connect provider to sign in with (no effect yet)."`
	OIDCClientID     string `name:"oidc-client-id" env:"BATON_OIDC_CLIENT_ID" placeholder:"ID" group:"People" help:"Our id there."`
	OIDCClientSecret string `name:"oidc-client-secret" env:"BATON_OIDC_CLIENT_SECRET" placeholder:"SECRET" secret:"" group:"People" help:"Our secret there."`

	AbandonAfter         string `env:"BATON_ABANDON_AFTER" default:"30m" placeholder:"TIME" group:"Limits" help:"Ends a recording to which nothing has come for so long."`
	MaxRecordings        string `env:"BATON_MAX_RECORDINGS" default:"0" placeholder:"N" group:"Limits" help:"Recordings at the same time on this node. 0: as many as come."`
	MaxRecordingsPerUser string `name:"max-recordings-per-user" env:"BATON_MAX_RECORDINGS_PER_USER" default:"0" placeholder:"N" group:"Limits" help:"Recordings of one person at the same time. 0: as many as they like."`
	MaxRecordingBytes    string `env:"BATON_MAX_RECORDING_BYTES" default:"0" placeholder:"SIZE" group:"Limits" help:"Size of a recording or an uploaded file, like 2GiB. 0: any."`
	MaxRecordingLength   string `env:"BATON_MAX_RECORDING_LENGTH" default:"0" placeholder:"TIME" group:"Limits" help:"Length of a recording, like 2h. 0: any."`
	SpoolBytes           string `env:"BATON_SPOOL_BYTES" default:"4GiB" placeholder:"SIZE" group:"Limits" help:"How much this node keeps of recordings while the object store is away; then senders are asked to wait."`
	DrainLimit           string `env:"BATON_DRAIN_LIMIT" default:"25s" placeholder:"TIME" group:"Limits" help:"How long an orderly stop waits for the jobs that it interrupts."`
	FFmpegWorkers        string `name:"ffmpeg-workers" env:"BATON_FFMPEG_WORKERS" default:"auto" placeholder:"N" group:"Limits" help:"Encoders at the same time. auto: half the processors."`
	TranscribeWorkers    string `env:"BATON_TRANSCRIBE_WORKERS" default:"1" placeholder:"N" group:"Limits" help:"Pieces of speech that are written down at the same time; each keeps a core busy."`
	LogLevel             string `env:"BATON_LOG_LEVEL" default:"info" placeholder:"LEVEL" group:"Limits" help:"debug, info, warn or error."`
}

// ClientFlags are the flags of commands that talk to a server.
type ClientFlags struct {
	Server string `env:"BATON_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL" help:"The Baton to talk to."`
	Token  string `env:"BATON_TOKEN" placeholder:"TOKEN" secret:"" help:"A token of that server: see baton token create."`
}

const (
	shortestAbandon = 10 * time.Second
	mostWorkers     = 256
	// leastSpool holds a largest chunk and its head.
	leastSpool = 5 << 20
)

// units of sizes, the longer names first.
var units = []struct { //nolint:gochecknoglobals // a table
	name  string
	bytes int64
}{
	{"TiB", 1 << 40},
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"TB", 1e12},
	{"GB", 1e9},
	{"MB", 1e6},
	{"kB", 1e3},
	{"B", 1},
}
