package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// environment is how the process sees its variables.
type environment struct {
	lookup func(string) (string, bool)
	all    func() []string
}

func system() environment { return environment{os.LookupEnv, os.Environ} }

// Config checks every setting. Its error names all that are wrong, a line each.
func (f ServeFlags) Config() (*Config, error) { return f.check(system()) }

// Check gives the settings of the rows.
func (f DataFlags) Check() (Data, error) {
	c := checker{env: system()}
	c.secrets(&f)
	d := f.check(&c)
	return d, c.err()
}

// Check gives the settings of the objects.
func (f StoreFlags) Check() (Store, error) {
	c := checker{env: system()}
	c.secrets(&f)
	s := f.check(&c)
	return s, c.err()
}

// Check gives the settings of a client.
func (f ClientFlags) Check() (Client, error) { return f.check(system()) }

func (f ClientFlags) check(env environment) (Client, error) {
	c := checker{env: env}
	c.secrets(&f)
	if f.Token == "" {
		c.bad("BATON_TOKEN", "is missing: `baton token create` prints one")
	}
	out := Client{Server: c.url("BATON_SERVER", f.Server, "http", "https"), Token: f.Token}
	return out, c.err()
}

func (f ServeFlags) check(env environment) (*Config, error) {
	c := checker{env: env}
	c.secrets(&f)
	out := &Config{
		Data: f.DataFlags.check(&c), Store: f.StoreFlags.check(&c),
		Listen:    c.address("BATON_LISTEN", f.Listen),
		PublicURL: c.origin("BATON_PUBLIC_URL", f.PublicURL),
		Roles:     c.roles("BATON_ROLES", f.Roles),

		TrustedProxies: c.networks("BATON_TRUSTED_PROXIES", f.TrustedProxies),
		MetricsOpen:    c.oneOf("BATON_METRICS", f.Metrics, "loopback", "all") == "all",
		Outbound:       c.networks("BATON_OUTBOUND_NETWORKS", f.OutboundNetworks),
		EmbedOrigins:   c.ancestors("BATON_EMBED_ORIGINS", f.EmbedOrigins),

		Media: Media{
			Listen:     c.address("BATON_MEDIA_LISTEN", f.MediaListen),
			Addresses:  c.addresses("BATON_MEDIA_ADDRESSES", f.MediaAddresses),
			ICEServers: c.iceServers("BATON_ICE_SERVERS", f.ICEServers),
		},
		Transcribe:   Engine{c.url("BATON_TRANSCRIBE_URL", f.TranscribeURL, "http", "https"), f.TranscribeAPIKey, f.TranscribeModel},
		LLM:          Engine{c.url("BATON_LLM_URL", f.LLMURL, "http", "https"), f.LLMAPIKey, f.LLMModel},
		ModelsDir:    c.dir("BATON_MODELS_DIR", f.ModelsDir),
		Mail:         f.mail(&c),
		OIDC:         f.oidc(&c),
		AbandonAfter: c.duration("BATON_ABANDON_AFTER", f.AbandonAfter, shortestAbandon),
		Limits: Limits{
			Recordings:      c.count("BATON_MAX_RECORDINGS", f.MaxRecordings),
			PerUser:         c.count("BATON_MAX_RECORDINGS_PER_USER", f.MaxRecordingsPerUser),
			RecordingBytes:  c.size("BATON_MAX_RECORDING_BYTES", f.MaxRecordingBytes, 0),
			RecordingLength: c.duration("BATON_MAX_RECORDING_LENGTH", f.MaxRecordingLength, 0),
			SpoolBytes:      c.size("BATON_SPOOL_BYTES", f.SpoolBytes, leastSpool),
		},
		DrainLimit: c.duration("BATON_DRAIN_LIMIT", f.DrainLimit, 0),
		Workers: Workers{
			FFmpeg:     c.workers("BATON_FFMPEG_WORKERS", f.FFmpegWorkers),
			Transcribe: c.workers("BATON_TRANSCRIBE_WORKERS", f.TranscribeWorkers),
		},
		LogLevel: c.oneOf("BATON_LOG_LEVEL", f.LogLevel, "debug", "info", "warn", "error"),
		Unknown:  unknown(env.all()),
	}
	if out.ModelsDir == "" {
		out.ModelsDir = modelsDir(env, out.Dir)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	if _, port, _ := net.SplitHostPort(out.Listen); out.PublicURL == nil && port != "0" {
		out.PublicURL = PublicURLFor(out.Listen)
	}
	return out, nil
}

func (f DataFlags) check(c *checker) Data {
	if f.Data == "" {
		c.bad("BATON_DATA_DIR", "is empty")
	}
	u := f.DatabaseURL
	if u != "" && !strings.HasPrefix(u, "postgres://") && !strings.HasPrefix(u, "postgresql://") && !strings.Contains(u, "=") {
		c.bad("BATON_DATABASE_URL", "is not a postgres:// URL") // not shown: it holds a password
	}
	return Data{Dir: c.dir("BATON_DATA_DIR", f.Data), DatabaseURL: u, PGBin: c.dir("BATON_PG_BIN", f.PGBin)}
}

func (f StoreFlags) check(c *checker) Store {
	s := S3{f.S3Endpoint, f.S3Region, f.S3Bucket, f.S3AccessKeyID, f.S3SecretAccessKey}
	if s.Embedded() {
		return Store{}
	}
	c.url("BATON_S3_ENDPOINT", s.Endpoint, "http", "https")
	if s.Endpoint == "" && s.Bucket == "" {
		c.bad("BATON_S3_BUCKET", "is missing: other BATON_S3_* settings are there")
	}
	if (s.AccessKeyID == "") != (s.SecretAccessKey == "") {
		c.bad("BATON_S3_ACCESS_KEY_ID", "and BATON_S3_SECRET_ACCESS_KEY belong together")
	}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if s.Bucket == "" {
		s.Bucket = "baton"
	}
	return Store{S3: s}
}

func (f ServeFlags) mail(c *checker) Mail {
	m := Mail{URL: c.url("BATON_SMTP_URL", f.SMTPURL, "smtp", "smtps"), From: f.MailFrom}
	if _, err := mail.ParseAddress(m.From); err != nil && (m.From != "" || m.URL != nil) {
		c.bad("BATON_MAIL_FROM", "has to be an e-mail address")
	}
	return m
}

func (f ServeFlags) oidc(c *checker) OIDC {
	o := OIDC{f.OIDCIssuer, f.OIDCClientID, f.OIDCClientSecret}
	if o == (OIDC{}) {
		return o
	}
	c.url("BATON_OIDC_ISSUER", o.Issuer, "http", "https")
	for name, v := range map[string]string{"BATON_OIDC_ISSUER": o.Issuer, "BATON_OIDC_CLIENT_ID": o.ClientID} {
		if v == "" {
			c.bad(name, "is missing: other BATON_OIDC_* settings are there")
		}
	}
	return o
}

// PublicURLFor is where a browser on this machine finds a server that listens
// on address.
func PublicURLFor(address string) *url.URL {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost" // a browser records on localhost without TLS
	}
	u := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
	if port == "80" || port == "" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u
}

// checker reads settings and keeps every complaint.
type checker struct {
	env  environment
	errs []error
}

func (c *checker) bad(name, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s "+format, append([]any{name}, args...)...))
}

func (c *checker) err() error {
	slices.SortStableFunc(c.errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(c.errs...)
}

// secrets fills the fields that are tagged secret from the files that
// NAME_FILE variables name.
func (c *checker) secrets(flags any) {
	forFields(reflect.ValueOf(flags).Elem(), func(f reflect.StructField, v reflect.Value) {
		if _, secret := f.Tag.Lookup("secret"); !secret {
			return
		}
		name := f.Tag.Get("env") + "_FILE"
		path, ok := c.env.lookup(name)
		if !ok || path == "" {
			return
		}
		if v.String() != "" {
			c.bad(name, "and %s are both set", f.Tag.Get("env"))
			return
		}
		b, err := os.ReadFile(path)
		if err != nil {
			c.bad(name, "cannot be read: %w", err)
			return
		}
		v.SetString(strings.TrimRight(string(b), "\r\n"))
	})
}

// forFields walks the fields of a struct and of those embedded in it.
func forFields(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous {
			forFields(v.Field(i), visit)
		} else {
			visit(f, v.Field(i))
		}
	}
}

// unknown finds BATON_* variables that nothing reads. Those of tests are left.
func unknown(all []string) []string {
	known := map[string]bool{}
	for _, flags := range []any{ServeFlags{}, ClientFlags{}} {
		forFields(reflect.ValueOf(flags), func(f reflect.StructField, _ reflect.Value) {
			name := f.Tag.Get("env")
			known[name] = true
			if _, secret := f.Tag.Lookup("secret"); secret {
				known[name+"_FILE"] = true
			}
		})
	}
	var out []string
	for _, kv := range all {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "BATON_") && !strings.HasPrefix(name, "BATON_TEST_") && !known[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (c *checker) address(name, v string) string {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		c.bad(name, "%q is not HOST:PORT", v)
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		c.bad(name, "%q has no port from 0 to 65535", v)
	}
	return v
}

func (c *checker) url(name, v string, schemes ...string) *url.URL {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		c.bad(name, "is not a URL that begins with %s://", strings.Join(schemes, ":// or ")) // may hold a password
		return nil
	}
	return u
}

// origin is a URL without a path: links and cookies are made for the root.
func (c *checker) origin(name, v string) *url.URL {
	u := c.url(name, v, "http", "https")
	if u == nil {
		return nil
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		c.bad(name, "%q has more than a scheme, a host and a port", v)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

// ancestors reads origins as a Content-Security-Policy lists them.
func (c *checker) ancestors(name, v string) string {
	switch strings.TrimSpace(v) {
	case "", "none":
		return "'none'"
	case "*":
		return "*"
	}
	var out []string
	for _, o := range strings.Split(v, ",") {
		if u := c.origin(name, strings.TrimSpace(o)); u != nil {
			out = append(out, u.String())
		}
	}
	return strings.Join(out, " ")
}

func (c *checker) dir(name, v string) string {
	if v == "" {
		return ""
	}
	abs, err := filepath.Abs(v)
	if err != nil {
		c.bad(name, "%q: %w", v, err)
	}
	return abs
}

// networks reads CIDR blocks; an address alone is a block of one.
func (c *checker) networks(name, v string) []netip.Prefix {
	var out []netip.Prefix
	for part := range items(v) {
		if a, err := netip.ParseAddr(part); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		} else if p, err := netip.ParsePrefix(part); err == nil {
			out = append(out, p.Masked())
		} else {
			c.bad(name, "%q is not a network like 10.0.0.0/8", part)
		}
	}
	return out
}

func (c *checker) roles(name, v string) Roles {
	var r Roles
	before := len(c.errs)
	for part := range items(v) {
		switch part {
		case "web":
			r.Web = true
		case "ingest":
			r.Ingest = true
		case "worker":
			r.Worker = true
		default:
			c.bad(name, "%q is not one of web, ingest, worker", part)
		}
	}
	if len(c.errs) == before && r == (Roles{}) {
		c.bad(name, "names no role")
	}
	return r
}

func (c *checker) addresses(name, v string) (out []netip.Addr) {
	for part := range items(v) {
		ip, err := netip.ParseAddr(part)
		if err != nil {
			c.bad(name, "%q is not an IP address", part)
			continue
		}
		out = append(out, ip)
	}
	return out
}

// iceServers reads URLs of RFC 7064 and RFC 7065, the latter with a user and
// a password before the host, which the RFC leaves to others.
func (c *checker) iceServers(name, v string) (out []ICEServer) {
	for part := range items(v) {
		scheme, rest, _ := strings.Cut(part, ":")
		if !slices.Contains([]string{"stun", "stuns", "turn", "turns"}, scheme) || rest == "" {
			c.bad(name, "item %d does not begin with stun:, stuns:, turn: or turns:", len(out)+1)
			continue
		}
		s := ICEServer{URL: part}
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			s.URL = scheme + ":" + rest[at+1:]
			s.Username, s.Credential, _ = strings.Cut(rest[:at], ":")
		}
		if strings.HasPrefix(scheme, "turn") && (s.Username == "" || s.Credential == "") {
			c.bad(name, "item %d needs a user and a password: turn:user:password@host:port", len(out)+1)
		}
		out = append(out, s)
	}
	return out
}

func (c *checker) duration(name, v string, least time.Duration) time.Duration {
	d, err := time.ParseDuration(v)
	if err != nil {
		c.bad(name, "%q is not a time such as 30m or 1h30m", v)
	} else if d < least || d < 0 {
		c.bad(name, "%q is less than %v", v, least)
	}
	return d
}

func (c *checker) count(name, v string) int {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		c.bad(name, "%q is not a number, 0 or more", v)
	}
	return int(n)
}

// size reads a number of bytes, with or without one of the units.
func (c *checker) size(name, v string, least int64) int64 {
	number, factor := v, int64(1)
	for _, u := range units {
		if n, ok := strings.CutSuffix(v, u.name); ok {
			number, factor = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	switch {
	case err != nil || n < 0 || n > math.MaxInt64/factor:
		c.bad(name, "%q is not a size such as 500MB or 2GiB", v)
	case n*factor < least:
		c.bad(name, "%q is less than %d bytes", v, least)
	}
	return n * factor
}

func (c *checker) workers(name, v string) int {
	if v == "auto" {
		return max(1, runtime.NumCPU()/2)
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > mostWorkers {
		c.bad(name, "%q is not a number from 1 to %d", v, mostWorkers)
	}
	return n
}

func (c *checker) oneOf(name, v string, allowed ...string) string {
	if !slices.Contains(allowed, v) {
		c.bad(name, "%q is not one of %s", v, strings.Join(allowed, ", "))
	}
	return v
}

// items gives the parts of a comma-separated list that are not empty.
func items(v string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" && !yield(part) {
				return
			}
		}
	}
}
