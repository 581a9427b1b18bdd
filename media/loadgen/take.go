package loadgen

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"sync"
)

// Take is a recording in its sender's durable spool: what the encoder made, until the server says that it is stored.
// It outlives the connections, and the visits, that send it.
type Take struct {
	mu      sync.Mutex
	chunks  [][]byte // nil: stored, and dropped here
	sum     hash.Hash
	bytes   int64
	ended   bool
	acked   int64
	stored  int64
	missing int64 // chunks that were asked for again after they were dropped
	changed chan struct{}
}

// NewTake is an empty one.
func NewTake() *Take { return &Take{sum: sha256.New(), changed: make(chan struct{})} }

// Add takes the encoder's next chunk.
func (t *Take) Add(chunk []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chunks = append(t.chunks, slices.Clone(chunk))
	t.sum.Write(chunk)
	t.bytes += int64(len(chunk))
	t.tell()
}

// Stop says that the encoder has made its last chunk.
func (t *Take) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.tell()
}

func (t *Take) tell() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// told keeps what the server said: the chunk that it wants next, and that all before stored are in the object store.
func (t *Take) told(next, stored int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acked, t.stored = max(t.acked, next), max(t.stored, stored)
	for i := min(t.stored, int64(len(t.chunks))) - 1; i >= 0 && t.chunks[i] != nil; i-- {
		t.chunks[i] = nil
	}
	t.tell()
}

// safe is how many chunks are stored: none of them is here any more.
func (t *Take) safe() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stored
}

// chunk gives chunk i. more is closed when there is news; over tells that i is behind the last.
func (t *Take) chunk(i int64) (b []byte, over bool, more <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i >= int64(len(t.chunks)) {
		return nil, t.ended, t.changed
	}
	if t.chunks[i] == nil {
		t.missing++
	}
	return t.chunks[i], false, t.changed
}

// Made is how many chunks there are, their size, and the SHA-256 of them all in hex.
func (t *Take) Made() (chunks, bytes int64, sum string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int64(len(t.chunks)), t.bytes, hex.EncodeToString(t.sum.Sum(nil))
}

// Told is the most that the server ever acknowledged and said it had stored, in chunks; missing counts the chunks that it asked
// for although it had said so, which is a loss.
func (t *Take) Told() (acked, stored, missing int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.acked, t.stored, t.missing
}
