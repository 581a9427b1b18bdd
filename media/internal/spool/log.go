package spool

import (
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Log is one recording's part of the spool. It is safe for concurrent use; appends that come
// together share an fsync.
type Log struct {
	node *Node
	name string
	dir  string

	mu      sync.Mutex
	settled *sync.Cond // a sync ended
	parts   []*part    // closed ones, then the open one
	file    *os.File   // of the open part; nil: none is open
	sum     hash.Hash
	written Position // without Hash
	durable Position // without Hash
	syncing bool
	broken  error
	nextNo  int
}

// Open opens a recording's log. When the spool has nothing of it, it begins at start, with part number
// no; else with what is there: a torn tail, which nobody was told was safe, is cut off.
func (n *Node) Open(name string, start Position, no int) (*Log, error) {
	l := &Log{node: n, name: name, dir: filepath.Join(n.dir, name), nextNo: no}
	l.settled = sync.NewCond(&l.mu)
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	if err := n.syncDir(n.dir); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	if err := l.recover(); err != nil {
		return nil, err
	}
	if len(l.parts) > 0 {
		last := l.parts[len(l.parts)-1]
		start, l.nextNo = last.end, last.No+1
	}
	var err error
	if l.sum, err = resumeHash(start.Hash); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	start.Hash = nil
	l.written, l.durable = start, start
	return l, nil
}

// recover reads the parts back, in order and without holes.
func (l *Log) recover() error {
	paths, err := filepath.Glob(filepath.Join(l.dir, "part-*"))
	if err != nil {
		return fmt.Errorf("open spool: %w", err)
	}
	slices.Sort(paths)
	for i, path := range paths {
		p, torn, err := readPart(path)
		if err != nil {
			return fmt.Errorf("open spool: %w", err)
		}
		if torn && i < len(paths)-1 {
			// A part is closed only after its last fsync: this is a disk that lost what it had promised.
			return fmt.Errorf("open spool: %s is damaged", path)
		}
		if p == nil || len(p.chunks) == 0 {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("open spool: %w", err)
			}
			continue
		}
		if torn {
			if err := l.truncate(path, p.size); err != nil {
				return fmt.Errorf("open spool: %w", err)
			}
		}
		if k := len(l.parts); k > 0 && (l.parts[k-1].No+1 != p.No || l.parts[k-1].end.Offset != p.Start.Offset) {
			return fmt.Errorf("open spool: %s does not follow the part before it", path)
		}
		l.parts = append(l.parts, p)
		l.node.used.Add(p.size)
	}
	return nil
}

func (l *Log) truncate(path string, size int64) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Truncate(size); err != nil {
		return err
	}
	return l.node.Sync(f)
}

// Durable is the position up to which everything is fsynced here or was before.
func (l *Log) Durable() Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable
}

// Written is the position after the last append, fsynced or not.
func (l *Log) Written() Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written
}

// Sum is the SHA-256 of the whole stream up to Written.
func (l *Log) Sum() [sha256.Size]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out [sha256.Size]byte
	l.sum.Sum(out[:0])
	return out
}

// Digest tells the digest of a chunk that is still here.
func (l *Log) Digest(seq int64) (sum [sha256.Size]byte, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.parts {
		if i := seq - p.Start.Seq; i >= 0 && i < int64(len(p.chunks)) {
			return p.chunks[i].sum, true
		}
	}
	return sum, false
}

// Append writes chunk seq and returns when it is fsynced. sum is the SHA-256 of data, already checked.
// Errors: ErrFull, ErrBroken, ErrOrder when seq is not the next.
func (l *Log) Append(seq int64, data []byte, sum [sha256.Size]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.write(seq, data, sum); err != nil {
		return err
	}
	return l.sync(seq + 1)
}

// Wait returns when all chunks before seq, which were appended, are fsynced.
func (l *Log) Wait(seq int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq > l.written.Seq {
		return ErrOrder
	}
	return l.sync(seq)
}

// ErrOrder means: not the chunk that comes next.
var ErrOrder = errors.New("chunk out of order")

// write puts a chunk into the open part. The lock is held, but may be let go in between.
func (l *Log) write(seq int64, data []byte, sum [sha256.Size]byte) error {
	need := int64(chunkHead + len(data))
	if err := l.node.reserve(need); err != nil {
		return err
	}
	err := l.makeRoom(int64(len(data)))
	switch {
	case err != nil:
	case l.broken != nil:
		err = l.broken
	case seq != l.written.Seq:
		err = ErrOrder
	default:
		err = l.put(data, sum)
	}
	if err != nil {
		l.node.used.Add(-need)
	}
	return err
}

func (l *Log) put(data []byte, sum [sha256.Size]byte) error {
	p := l.parts[len(l.parts)-1]
	head := encodeChunk(l.written.Seq, data, sum)
	if _, err := l.file.Write(head); err != nil {
		return l.fail(fmt.Errorf("write spool: %w", err))
	}
	if _, err := l.file.Write(data); err != nil {
		return l.fail(fmt.Errorf("write spool: %w", err))
	}
	l.sum.Write(data)
	p.chunks = append(p.chunks, chunk{seq: l.written.Seq, offset: l.written.Offset, at: p.size + chunkHead, size: len(data), sum: sum})
	p.size += int64(len(head) + len(data))
	l.written.Seq++
	l.written.Offset += int64(len(data))
	p.end = l.written
	return nil
}

// makeRoom opens a part that can take n more bytes.
func (l *Log) makeRoom(n int64) error {
	if l.broken != nil {
		return l.broken
	}
	for l.file != nil {
		p := l.parts[len(l.parts)-1]
		if l.written.Offset-p.Start.Offset+n <= MaxPartBytes && time.Since(p.Opened) < MaxPartAge {
			return nil
		}
		if err := l.rotate(); err != nil {
			return err
		}
	}
	start := l.written
	start.Hash = marshalHash(l.sum)
	h := header{No: l.nextNo, Start: start, Opened: time.Now().UTC()}
	b, err := encodeHeader(h)
	if err != nil {
		return err
	}
	path := partPath(l.dir, h.No)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open part: %w", err)
	}
	if _, err := f.Write(b); err != nil {
		return errors.Join(fmt.Errorf("open part: %w", err), f.Close(), os.Remove(path))
	}
	if err := l.node.syncDir(l.dir); err != nil {
		return errors.Join(fmt.Errorf("open part: %w", err), f.Close(), os.Remove(path))
	}
	l.node.used.Add(int64(len(b)))
	l.parts = append(l.parts, &part{header: h, path: path, end: l.written, size: int64(len(b))})
	l.file = f
	l.nextNo++
	return nil
}

// sync waits until chunk seq-1 is fsynced. One of those who wait does it for all who wrote before it began.
func (l *Log) sync(seq int64) error {
	for {
		switch {
		case l.durable.Seq >= seq:
			return nil
		case l.broken != nil:
			return l.broken
		case l.syncing:
			l.settled.Wait()
			continue
		}
		l.syncing = true
		upTo, f := l.written, l.file
		l.mu.Unlock()
		err := l.node.Sync(f)
		l.mu.Lock()
		l.syncing = false
		if err != nil {
			_ = l.fail(fmt.Errorf("fsync spool: %w", err))
		} else {
			l.durable = upTo
		}
		l.settled.Broadcast()
	}
}

// fail breaks the log: the open file is cut back to what was durable and closed, for the Open that follows.
func (l *Log) fail(cause error) error {
	l.broken = fmt.Errorf("%w: %w", ErrBroken, cause)
	if l.file == nil {
		return l.broken
	}
	p := l.parts[len(l.parts)-1]
	size := p.size
	for i := len(p.chunks) - 1; i >= 0 && p.chunks[i].seq >= l.durable.Seq; i-- {
		size = p.chunks[i].at - chunkHead
	}
	if err := l.file.Truncate(size); err != nil {
		l.broken = errors.Join(l.broken, err)
	}
	_ = l.file.Close()
	l.file = nil
	return l.broken
}

// rotate closes the open part. The lock is held.
func (l *Log) rotate() error {
	if l.file == nil {
		return nil
	}
	for l.durable.Seq < l.written.Seq { // others may write while it syncs
		if err := l.sync(l.written.Seq); err != nil {
			return err
		}
	}
	for l.syncing { // another's sync still uses the file
		l.settled.Wait()
	}
	if l.file == nil {
		return l.broken // nil when another has rotated it meanwhile
	}
	if l.durable.Seq < l.written.Seq {
		return l.rotate()
	}
	p := l.parts[len(l.parts)-1]
	p.end = l.written
	p.end.Hash = marshalHash(l.sum)
	p.closed = true
	err := l.file.Close()
	l.file = nil
	if err != nil {
		return fmt.Errorf("close part: %w", err)
	}
	return nil
}

// Rotate closes the open part when it is older than age, so that it can be shipped.
func (l *Log) Rotate(age time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil || l.broken != nil || time.Since(l.parts[len(l.parts)-1].Opened) < age {
		return nil
	}
	return l.rotate()
}

// Closed lists the closed parts that are still here, oldest first.
func (l *Log) Closed() []Part {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Part
	for _, p := range l.parts {
		if p.closed {
			out = append(out, p.public())
		}
	}
	return out
}

// Bytes reads a closed part's media.
func (l *Log) Bytes(no int) ([]byte, error) {
	l.mu.Lock()
	i := slices.IndexFunc(l.parts, func(p *part) bool { return p.No == no && p.closed })
	var p *part
	if i >= 0 {
		p = l.parts[i]
	}
	l.mu.Unlock()
	if p == nil {
		return nil, fmt.Errorf("read spool: no closed part %d", no)
	}
	return p.bytes()
}

// Read copies durable media from a stream offset on into b. It gives 0 when there is no more; ErrNotHere
// when the offset is before what is still here.
func (l *Log) Read(b []byte, offset int64) (int, error) {
	l.mu.Lock()
	limit := l.durable.Offset - offset
	var found *part
	for _, p := range l.parts {
		if offset >= p.Start.Offset && offset < p.end.Offset {
			c := *p // chunks only grow, and the copy has its own length
			found = &c
			break
		}
	}
	l.mu.Unlock()
	if limit <= 0 {
		return 0, nil
	}
	if found == nil {
		return 0, ErrNotHere
	}
	return found.read(b[:min(int64(len(b)), limit)], offset)
}

// ErrNotHere means: the bytes were shipped and deleted; they are in the object store.
var ErrNotHere = errors.New("not in the spool any more")

// Remove deletes closed parts up to number no, after the object store has them.
func (l *Log) Remove(no int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.parts) > 0 && l.parts[0].closed && l.parts[0].No <= no {
		if err := os.Remove(l.parts[0].path); err != nil {
			return fmt.Errorf("remove part: %w", err)
		}
		l.node.used.Add(-l.parts[0].size)
		l.parts = l.parts[1:]
	}
	return nil
}

// Close closes the files; what is in them stays.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.rotate()
	for _, p := range l.parts {
		l.node.used.Add(-p.size)
	}
	l.parts = nil
	if l.broken == nil {
		l.broken = fmt.Errorf("%w: closed", ErrBroken)
	}
	return err
}

func marshalHash(h hash.Hash) []byte {
	b, err := h.(encoding.BinaryMarshaler).MarshalBinary() //nolint:forcetypeassert // sha256 documents it
	if err != nil {
		return nil // it never fails
	}
	return b
}

func resumeHash(state []byte) (hash.Hash, error) {
	h := sha256.New()
	if len(state) == 0 {
		return h, nil
	}
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil { //nolint:forcetypeassert // sha256 documents it
		return nil, fmt.Errorf("hash state: %w", err)
	}
	return h, nil
}
