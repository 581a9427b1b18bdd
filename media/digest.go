package media

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// ParseContentDigest reads the SHA-256 of a Content-Digest header (RFC 9530, section 2: a dictionary of
// byte sequences, "sha-256=:BASE64:"). The error is a *Refused with status 400.
func ParseContentDigest(header string) (sum [sha256.Size]byte, err error) {
	for member := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		if name != "sha-256" {
			continue
		}
		value, _, _ = strings.Cut(value, ";") // parameters
		inner, opened := strings.CutPrefix(strings.TrimSpace(value), ":")
		inner, closed := strings.CutSuffix(inner, ":")
		b, err := base64.StdEncoding.DecodeString(inner)
		if !opened || !closed || err != nil || len(b) != sha256.Size {
			break
		}
		return [sha256.Size]byte(b), nil
	}
	return sum, refuse(http.StatusBadRequest, ReasonDigest, 0, "Content-Digest must hold sha-256=:…: of the body")
}
