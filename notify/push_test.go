package notify_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/internal/outbound"
	"baton/notify"
)

// browser is the other end of push: it holds the keys and reads what a push service was given.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return browser{key, auth}
}

// read decrypts a message (RFC 8188 with the keys of RFC 8291, section 3.4), written out by itself.
func (b browser) read(t *testing.T, body []byte) []byte {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	salt, size, length := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	sender, sealed := body[21:21+length], body[21+length:]
	if len(body) > 4096 || int(size) < len(sealed) {
		t.Errorf("%d bytes in records of %d", len(body), size)
	}
	public, err := ecdh.P256().NewPublicKey(sender)
	ok(err)
	shared, err := b.key.ECDH(public)
	ok(err)
	info := bytes.Join([][]byte{[]byte("WebPush: info\x00"), b.key.PublicKey().Bytes(), sender}, nil)
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, string(info), 32)
	ok(err)
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	ok(err)
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	ok(err)
	block, err := aes.NewCipher(key)
	ok(err)
	gcm, err := cipher.NewGCM(block)
	ok(err)
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	ok(err)
	plain = bytes.TrimRight(plain, "\x00")
	if plain[len(plain)-1] != 2 {
		t.Error("the last record has no delimiter")
	}
	return plain[:len(plain)-1]
}

// checkVAPID is what a push service does (RFC 8292): the token is for it, is not for ever, and is signed by the key that was subscribed with.
func checkVAPID(t *testing.T, header http.Header, service, public string) {
	t.Helper()
	token, key, found := strings.Cut(strings.TrimPrefix(header.Get("Authorization"), "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !found || key != public || len(parts) != 3 {
		t.Fatalf("Authorization: %q", header.Get("Authorization"))
	}
	decode := func(s string) []byte {
		out, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(decode(parts[1]), &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Aud != service || claims.Exp > time.Now().Add(24*time.Hour).Unix() || claims.Sub != "https://baton.example.org" {
		t.Errorf("%+v", claims)
	}
	point, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), decode(key))
	if err != nil {
		t.Fatal(err)
	}
	sum, sig := sha256.Sum256([]byte(parts[0]+"."+parts[1])), decode(parts[2])
	if !ecdsa.Verify(point, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Error("the token is not signed by the key")
	}
}

// pushes makes what the office's people are pushed by, and a browser of Olga's.
func (o *office) pushes(service string) (*notify.Pusher, browser, domain.PushID) {
	o.t.Helper()
	offered, err := notify.NewPushKeys()
	o.ok(err)
	keys, err := o.db.Pushes.Keys(o.t.Context(), offered)
	o.ok(err)
	other, err := notify.NewPushKeys()
	o.ok(err)
	if again, err := o.db.Pushes.Keys(o.t.Context(), other); err != nil || again != keys {
		o.t.Errorf("the keys change with each start: %v", err)
	}
	b, in := newBrowser(o.t), domain.NewID[domain.SignInID]()
	o.ok(o.db.SignIns.Create(o.t.Context(), domain.SignIn{
		ID: in, AccountID: o.boss.ID, WorkspaceID: o.w, CreatedAt: time.Now(), LastSeenAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	}, []byte(in)))
	s := domain.PushSubscription{
		ID: domain.NewID[domain.PushID](), AccountID: o.boss.ID, SignInID: in, Endpoint: service + "/to/olga",
		P256dh: base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth),
	}
	o.ok(o.db.Pushes.Subscribe(o.t.Context(), s))
	return &notify.Pusher{
		Pushes: o.db.Pushes, Keys: keys, Guard: outbound.NewGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}),
		Public: &url.URL{Scheme: "https", Host: "baton.example.org"}, Log: slog.New(slog.DiscardHandler), Every: 20 * time.Millisecond,
	}, b, s.ID
}

// TestPush: a browser that subscribed is told once, in words that it alone can read; what it is told together is one message.
func TestPush(t *testing.T) {
	t.Parallel()
	o := setup(t)
	service := newChannel(t)
	p, b, id := o.pushes(service.URL)
	o.say(o.max, "", "look <b>here</b>")
	o.ok(p.PushDue(t.Context()))
	o.ok(p.PushDue(t.Context()))
	got := service.take()
	if len(got) != 1 || got[0].path != "POST /to/olga" || got[0].header.Get("TTL") == "" || got[0].header.Get("Content-Encoding") != "aes128gcm" {
		t.Fatalf("%+v", got)
	}
	if strings.Contains(got[0].body, "here") {
		t.Error("the push service can read it")
	}
	checkVAPID(t, got[0].header, service.URL, p.Keys.Public)
	var words struct{ Title, Body, Path, Tag string }
	o.ok(json.Unmarshal(b.read(t, []byte(got[0].body)), &words))
	if words.Title != "Max commented on Plan" || words.Body != "look <b>here</b>" || !strings.HasPrefix(words.Path, "/c/"+string(o.clip)+"?t=65&comment=") {
		t.Errorf("%+v", words)
	}
	o.say(o.max, "", "two")
	o.say(o.max, "", "three")
	service.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	o.ok(p.PushDue(t.Context()))
	o.ok(p.PushDue(t.Context()))
	if n := len(service.take()); n != 1 {
		t.Errorf("%d messages for two notices while the service is away", n)
	}
	o.exec(`update notice set push_at = now() where push_at is not null`)
	service.says(nil)
	o.ok(p.PushDue(t.Context()))
	if got := service.take(); len(got) != 1 || !strings.Contains(string(b.read(t, []byte(got[0].body))), "2 things on Baton wait for you") {
		t.Errorf("%+v", got)
	}
	// What was read in time is not pushed; a browser that is gone is forgotten.
	o.say(o.max, "", "four")
	o.ok(o.db.Notices.Read(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w}, nil))
	o.ok(p.PushDue(t.Context()))
	if n := len(service.take()); n != 0 {
		t.Errorf("%d messages of what was read", n)
	}
	service.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
	o.say(o.max, "", "five")
	o.ok(p.PushDue(t.Context()))
	if all, err := o.db.Pushes.List(t.Context(), o.boss.ID); err != nil || len(all) != 0 {
		t.Errorf("%s is still there: %+v %v", id, all, err)
	}
}

// TestPushRests: nothing comes in quiet hours, nothing to a browser that was signed out, nothing to an address behind the firewall.
func TestPushRests(t *testing.T) {
	t.Parallel()
	o := setup(t)
	service := newChannel(t)
	p, _, _ := o.pushes(service.URL)
	h := domain.DefaultHours("UTC")
	h.QuietFrom, h.QuietTo = 20*60, 8*60
	o.ok(o.db.Hours.Set(t.Context(), o.boss.ID, h))
	o.say(o.max, "", "good night")
	night := time.Date(2126, 3, 2, 22, 0, 0, 0, time.UTC)
	push, found, err := o.db.Pushes.NextPush(t.Context(), night)
	o.ok(err)
	var until time.Time
	o.ok(o.pool.QueryRow(t.Context(), `select push_at from notice`).Scan(&until))
	if !found || len(push.Notices) != 0 || !until.Equal(time.Date(2126, 3, 3, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v until %s", push, until)
	}
	h.QuietFrom, h.QuietTo = 0, 0
	o.ok(o.db.Hours.Set(t.Context(), o.boss.ID, h))
	o.exec(`update notice set push_at = now()`)
	p.Guard = outbound.NewGuard(nil)
	o.ok(p.PushDue(t.Context()))
	if all, err := o.db.Pushes.List(t.Context(), o.boss.ID); err != nil || len(all) != 0 || len(service.take()) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	p, _, _ = o.pushes(service.URL)
	o.exec(`delete from sign_in`)
	o.say(o.max, "", "gone home")
	o.ok(p.PushDue(t.Context()))
	if n := len(service.take()); n != 0 {
		t.Errorf("%d messages to a browser that was signed out", n)
	}
}
