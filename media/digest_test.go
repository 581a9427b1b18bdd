package media_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"baton/media"
)

func TestParseContentDigest(t *testing.T) {
	t.Parallel()
	want := sha256.Sum256([]byte("x"))
	b64 := base64.StdEncoding.EncodeToString(want[:])
	for _, good := range []string{"sha-256=:" + b64 + ":", "sha-512=:AAAA:, sha-256=:" + b64 + ":", "sha-256=:" + b64 + ":;a=1"} {
		if got, err := media.ParseContentDigest(good); err != nil || got != want {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "sha-256=" + b64, "sha-256=:AAAA:", "sha-512=:" + b64 + ":", "sha-256=:" + b64} {
		if _, err := media.ParseContentDigest(bad); reason(err) != media.ReasonDigest {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
