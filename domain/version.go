package domain

import (
	"crypto/sha256"
	"encoding/hex"
)

// ObjectVersion is a short name of what stands under an object key. URLs of media carry it as `?v=`: a job that
// runs again stores under other keys, so what was fetched under one version may be kept for ever.
func ObjectVersion(key string) string {
	h := sha256.Sum256([]byte(key))
	return hex.EncodeToString(h[:6])
}
