// Package password keeps passwords as argon2id hashes (RFC 9106) in PHC string
// format, and bounds how many are computed at once: each needs 19 MiB.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// ErrBusy says that too many hashes are waited for; try again in a moment.
var ErrBusy = errors.New("too many passwords are being hashed")

// The parameters are OWASP's minimum: 19 MiB, two passes, one lane.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
	// Hashes written by another program are taken up to these costs, so that a forged row cannot exhaust us.
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
)

var b64 = base64.RawStdEncoding //nolint:gochecknoglobals // an alias of a constant

// Hasher computes hashes, a bounded number at a time.
type Hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	maxWait int64
	// decoy is verified in place of an unknown person's hash, so that the time tells nothing.
	decoy string
}

// New makes a Hasher that computes up to atOnce hashes at a time and lets 32 times as many wait.
func New(atOnce int) *Hasher {
	h := &Hasher{slots: make(chan struct{}, atOnce), maxWait: int64(atOnce) * 32}
	h.decoy = encode(make([]byte, saltBytes), make([]byte, keyBytes))
	return h
}

// Hash makes the PHC string of a password under a fresh salt.
// ErrBusy when too many wait already.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	return encode(salt, argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes)), nil
}

// Verify tells whether a password has the hash. An empty hash (an account without a password, or
// no account) costs the same time and never matches. ErrBusy when too many wait already.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	p, err := decode(hash)
	if err != nil {
		return false, err
	}
	release, err := h.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	key := argon2.IDKey([]byte(password), p.salt, p.passes, p.memoryKiB, p.lanes, uint32(len(p.key))) //nolint:gosec // bounded by decode
	return subtle.ConstantTimeCompare(key, p.key) == 1 && known, nil
}

// acquire waits for a slot.
func (h *Hasher) acquire(ctx context.Context) (release func(), err error) {
	if h.waiting.Add(1) > h.maxWait {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, memoryKiB, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

type parameters struct {
	memoryKiB, passes uint32
	lanes             uint8
	salt, key         []byte
}

// decode reads a PHC string of argon2id.
func decode(s string) (parameters, error) {
	var p parameters
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, fmt.Errorf("read a password hash: not argon2id version %d in PHC format", argon2.Version)
	}
	if n, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &p.memoryKiB, &p.passes, &p.lanes); n != 3 || err != nil {
		return p, fmt.Errorf("read a password hash: parameters %q", f[3])
	}
	if p.memoryKiB == 0 || p.memoryKiB > maxMemoryKiB || p.passes == 0 || p.passes > maxPasses || p.lanes == 0 {
		return p, fmt.Errorf("read a password hash: parameters %q are out of bounds", f[3])
	}
	var errSalt, errKey error
	p.salt, errSalt = b64.DecodeString(f[4])
	p.key, errKey = b64.DecodeString(f[5])
	if errSalt != nil || errKey != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.key) < 16 || len(p.key) > 64 {
		return p, fmt.Errorf("read a password hash: salt or key is malformed")
	}
	return p, nil
}
