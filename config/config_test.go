package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// parse reads a command line as cmd does. Variables are given by hand: kong
// reads the process's own, which tests that run in parallel cannot set.
func parse(t *testing.T, args ...string) ServeFlags {
	t.Helper()
	var f ServeFlags
	p, err := kong.New(&f, kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

func given(kv ...string) environment {
	m := map[string]string{}
	for _, s := range kv {
		k, v, _ := strings.Cut(s, "=")
		m[k] = v
	}
	return environment{
		lookup: func(k string) (string, bool) { v, ok := m[k]; return v, ok },
		all:    func() []string { return kv },
	}
}

func TestNothingSetIsEverythingEmbedded(t *testing.T) {
	t.Parallel()
	c, err := parse(t).check(given())
	if err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Data:      Data{Dir: filepath.Join(wd, "baton-data")},
		Listen:    "127.0.0.1:8080",
		PublicURL: PublicURLFor("127.0.0.1:8080"),
		Roles:     Roles{Web: true, Ingest: true, Worker: true},

		EmbedOrigins: "*",

		Media:     Media{Listen: ":8189"},
		ModelsDir: filepath.Join(wd, "baton-data", "models"),

		Limits:       Limits{SpoolBytes: 4 << 30},
		AbandonAfter: 30 * time.Minute, DrainLimit: 25 * time.Second,
		Workers:  Workers{FFmpeg: max(1, runtime.NumCPU()/2), Transcribe: 1},
		LogLevel: "info",
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	if !c.S3.Embedded() || c.DatabaseURL != "" {
		t.Error("not embedded")
	}
}

func TestEverythingSet(t *testing.T) {
	t.Parallel()
	c, err := parse(t,
		"--listen=0.0.0.0:80", "--public-url=https://baton.example.org/", "--roles=web, worker", "--trusted-proxies=10.1.2.3/8,192.0.2.1", "--metrics=all", "--data=/srv/baton",
		"--database-url=postgres://b:p@db/baton", "--s3-endpoint=https://s3.example.org", "--s3-access-key-id=id", "--s3-secret-access-key=key",
		"--media-listen=[::]:9000", "--media-addresses=203.0.113.7,2001:db8::7",
		"--ice-servers=stun:stun.example.org:3478,turn:u:p@ss@turn.example.org:3478?transport=udp",
		"--transcribe-url=http://gpu:9000", "--smtp-url=smtps://u:p@mail", "--mail-from=Baton <b@example.org>",
		"--oidc-issuer=https://id.example.org", "--oidc-client-id=baton", "--abandon-after=1h", "--ffmpeg-workers=3",
		"--max-recordings=40", "--max-recordings-per-user=3", "--max-recording-bytes=2 GiB", "--max-recording-length=2h", "--spool-bytes=500MB",
	).check(given())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.PublicURL.String(); got != "https://baton.example.org" {
		t.Errorf("public URL %s", got)
	}
	if c.Roles != (Roles{Web: true, Worker: true}) {
		t.Errorf("roles %+v", c.Roles)
	}
	if !c.MetricsOpen || len(c.TrustedProxies) != 2 || c.TrustedProxies[0].String() != "10.0.0.0/8" || c.TrustedProxies[1].String() != "192.0.2.1/32" {
		t.Errorf("metrics open %t, proxies %v", c.MetricsOpen, c.TrustedProxies)
	}
	if want := (S3{"https://s3.example.org", "us-east-1", "baton", "id", "key"}); c.S3 != want || c.S3.Embedded() {
		t.Errorf("S3 %+v", c.S3)
	}
	want := Media{
		Listen:    "[::]:9000",
		Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("2001:db8::7")},
		ICEServers: []ICEServer{
			{URL: "stun:stun.example.org:3478"},
			{URL: "turn:turn.example.org:3478?transport=udp", Username: "u", Credential: "p@ss"},
		},
	}
	if d := cmp.Diff(want, c.Media, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
	if want := (Limits{Recordings: 40, PerUser: 3, RecordingBytes: 2 << 30, RecordingLength: 2 * time.Hour, SpoolBytes: 500_000_000}); c.Limits != want {
		t.Errorf("limits %+v", c.Limits)
	}
	if c.Workers.FFmpeg != 3 || c.AbandonAfter != time.Hour || c.Mail.URL.Host != "mail" {
		t.Errorf("%+v", c)
	}
}

func TestEveryBadOptionIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := parse(t,
		"--listen=8080", "--public-url=baton.example.org", "--roles=web,cook", "--trusted-proxies=proxy", "--metrics=some", "--database-url=mysql://x:hunter2@y", "--s3-access-key-id=id",
		"--media-listen=:99999", "--media-addresses=router", "--ice-servers=turn:host,http://x", "--transcribe-url=gpu", "--llm-url=ftp://x",
		"--smtp-url=http://hunter2@x", "--oidc-client-id=x", "--abandon-after=1s", "--drain-limit=soon", "--ffmpeg-workers=0", "--transcribe-workers=many",
		"--log-level=loud", "--max-recordings=-1", "--max-recordings-per-user=few", "--max-recording-bytes=2 pounds", "--max-recording-length=-1h", "--spool-bytes=1MB",
	).check(given("BATON_LLM_API_KEY_FILE=/nowhere"))
	if err == nil {
		t.Fatal("nothing is bad")
	}
	for _, name := range []string{
		"BATON_LISTEN", "BATON_PUBLIC_URL", "BATON_ROLES", "BATON_TRUSTED_PROXIES", "BATON_METRICS", "BATON_DATABASE_URL", "BATON_S3_BUCKET", "BATON_S3_ACCESS_KEY_ID", "BATON_MEDIA_LISTEN",
		"BATON_MEDIA_ADDRESSES", "BATON_ICE_SERVERS", "BATON_TRANSCRIBE_URL", "BATON_LLM_URL", "BATON_SMTP_URL", "BATON_OIDC_ISSUER",
		"BATON_ABANDON_AFTER", "BATON_DRAIN_LIMIT", "BATON_FFMPEG_WORKERS", "BATON_TRANSCRIBE_WORKERS", "BATON_MAX_RECORDINGS",
		"BATON_MAX_RECORDINGS_PER_USER", "BATON_MAX_RECORDING_BYTES", "BATON_MAX_RECORDING_LENGTH", "BATON_SPOOL_BYTES", "BATON_LOG_LEVEL", "BATON_LLM_API_KEY_FILE",
	} {
		if !strings.Contains("\n"+err.Error(), "\n"+name+" ") {
			t.Errorf("%s is not named", name)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("a secret is shown")
	}
	t.Log("\n" + err.Error())
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("postgres://b:p@db/baton\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := given("BATON_DATABASE_URL_FILE="+path, "BATON_LISTNE=typo", "BATON_TEST_X=1", "PATH=/bin")
	c, err := parse(t).check(env)
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL != "postgres://b:p@db/baton" {
		t.Errorf("read %q", c.DatabaseURL)
	}
	if len(c.Unknown) != 1 || c.Unknown[0] != "BATON_LISTNE" {
		t.Errorf("unknown %v", c.Unknown)
	}
	if _, err := parse(t, "--database-url=postgres://x").check(env); err == nil {
		t.Error("both are taken")
	}
}

func TestVariablesAreRead(t *testing.T) {
	t.Setenv("BATON_LISTEN", "127.0.0.1:0")
	t.Setenv("BATON_S3_BUCKET", "takes")
	c, err := parse(t).Config()
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:0" || c.PublicURL != nil || c.S3.Bucket != "takes" || c.S3.Embedded() {
		t.Errorf("%+v", c)
	}
	if c, err = parse(t, "--listen=:1").Config(); err != nil || c.Listen != ":1" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestPublicURLFor(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", ":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost",
		"[::]:8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080", "box:8080": "http://box:8080",
	} {
		if got := PublicURLFor(listen).String(); got != want {
			t.Errorf("%s: %s, not %s", listen, got, want)
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	if _, err := (ClientFlags{Server: "localhost"}).check(given()); err == nil || !strings.Contains(err.Error(), "BATON_SERVER") || !strings.Contains(err.Error(), "BATON_TOKEN") {
		t.Errorf("error %v", err)
	}
	c, err := ClientFlags{Server: "https://baton.example.org", Token: "bat_x"}.check(given())
	if err != nil || c.Server.Host != "baton.example.org" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestEveryFlagHasItsVariable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	forFields(reflect.ValueOf(ServeFlags{}), func(f reflect.StructField, _ reflect.Value) {
		name := f.Tag.Get("env")
		if !strings.HasPrefix(name, "BATON_") || seen[name] || f.Tag.Get("help") == "" {
			t.Errorf("field %s: variable %q", f.Name, name)
		}
		seen[name] = true
	})
}
