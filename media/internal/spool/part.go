package spool

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"
)

// MaxChunk is the largest chunk, in bytes.
const MaxChunk = 4 << 20

// Position is a place in a recording's stream between two chunks.
type Position struct {
	Seq    int64 `json:"seq"`
	Offset int64 `json:"offset"`
	// Hash is the marshalled SHA-256 state of all bytes before.
	Hash []byte `json:"hash,omitempty"`
}

// Part is a closed part: the bytes of one source object.
type Part struct {
	No    int
	Start Position
	End   Position
}

// Size in bytes of its media.
func (p Part) Size() int64 { return p.End.Offset - p.Start.Offset }

// header opens a part's file, so that each part can be read without the ones before.
type header struct {
	No     int       `json:"no"`
	Start  Position  `json:"start"`
	Opened time.Time `json:"opened"`
}

const (
	magicPart  = 0x42544e50
	magicChunk = 0x42544e43
	chunkHead  = 4 + 8 + 4 + sha256.Size + 4
)

// part is a part's file, open or closed.
type part struct {
	header
	path   string
	chunks []chunk
	end    Position // Hash only when closed
	size   int64    // of the file
	closed bool
}

type chunk struct {
	seq, offset int64 // in the stream
	at          int64 // of the payload in the file
	size        int
	sum         [sha256.Size]byte
}

func (p *part) public() Part { return Part{No: p.No, Start: p.Start, End: p.end} }

func partPath(dir string, no int) string { return filepath.Join(dir, fmt.Sprintf("part-%08d", no)) }

func encodeHeader(h header) ([]byte, error) {
	j, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint32(nil, magicPart)
	b = binary.BigEndian.AppendUint32(b, uint32(len(j))) //nolint:gosec // small
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(j))
	return append(b, j...), nil
}

func encodeChunk(seq int64, data []byte, sum [sha256.Size]byte) []byte {
	b := make([]byte, 0, chunkHead)
	b = binary.BigEndian.AppendUint32(b, magicChunk)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))       //nolint:gosec // not negative
	b = binary.BigEndian.AppendUint32(b, uint32(len(data))) //nolint:gosec // at most MaxChunk
	b = append(b, sum[:]...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// readPart reads a part's file back. torn tells that its end was not whole and is not in the result.
func readPart(path string) (p *part, torn bool, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	p = &part{path: path, closed: true}
	if len(b) < 12 || binary.BigEndian.Uint32(b) != magicPart {
		return nil, true, nil
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if n == 0 || int64(len(b)) < 12+n || crc32.ChecksumIEEE(b[12:12+n]) != binary.BigEndian.Uint32(b[8:]) {
		return nil, true, nil
	}
	if err := json.Unmarshal(b[12:12+n], &p.header); err != nil { // its checksum is right: not torn, but not ours
		return nil, false, fmt.Errorf("part %s: %w", path, err)
	}
	h, err := resumeHash(p.Start.Hash)
	if err != nil {
		return nil, false, fmt.Errorf("part %s: %w", path, err)
	}
	at := 12 + n
	p.end = p.Start
	for at < int64(len(b)) {
		c, ok := decodeChunk(b[at:], p.end)
		if !ok {
			torn = true
			break
		}
		c.at = at + chunkHead
		h.Write(b[c.at : c.at+int64(c.size)])
		p.chunks = append(p.chunks, c)
		at = c.at + int64(c.size)
		p.end.Seq++
		p.end.Offset += int64(c.size)
	}
	p.size = at
	p.end.Hash = marshalHash(h)
	return p, torn, nil
}

// decodeChunk reads one chunk and believes it only when it is whole, the next in line and has its digest.
func decodeChunk(b []byte, next Position) (c chunk, ok bool) {
	if len(b) < chunkHead || binary.BigEndian.Uint32(b) != magicChunk ||
		crc32.ChecksumIEEE(b[:chunkHead-4]) != binary.BigEndian.Uint32(b[chunkHead-4:]) {
		return c, false
	}
	c.seq = int64(binary.BigEndian.Uint64(b[4:])) //nolint:gosec // compared below
	c.size = int(binary.BigEndian.Uint32(b[12:]))
	copy(c.sum[:], b[16:])
	c.offset = next.Offset
	b = b[chunkHead:]
	if c.seq != next.Seq || c.size > len(b) {
		return c, false
	}
	return c, sha256.Sum256(b[:c.size]) == c.sum
}

// read copies media bytes from stream offset on, at most len(b), from a part's file.
func (p *part) read(b []byte, offset int64) (n int, err error) {
	f, err := os.Open(p.path)
	if err != nil {
		return 0, fmt.Errorf("read spool: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, c := range p.chunks {
		skip := offset + int64(n) - c.offset
		if skip < 0 || skip >= int64(c.size) {
			continue
		}
		want := min(len(b)-n, c.size-int(skip))
		if want == 0 {
			break
		}
		if _, err := f.ReadAt(b[n:n+want], c.at+skip); err != nil {
			return n, fmt.Errorf("read spool: %w", err)
		}
		n += want
	}
	return n, nil
}

// bytes reads a whole part and checks every chunk once more: what goes to the object store is what was acknowledged.
func (p *part) bytes() ([]byte, error) {
	f, err := os.Open(p.path)
	if err != nil {
		return nil, fmt.Errorf("read spool: %w", err)
	}
	defer func() { _ = f.Close() }()
	out := make([]byte, 0, p.end.Offset-p.Start.Offset)
	for _, c := range p.chunks {
		n := len(out)
		out = out[:n+c.size]
		if _, err := io.ReadFull(io.NewSectionReader(f, c.at, int64(c.size)), out[n:]); err != nil {
			return nil, fmt.Errorf("read spool: %w", err)
		}
		if s := sha256.Sum256(out[n:]); !bytes.Equal(s[:], c.sum[:]) {
			return nil, fmt.Errorf("chunk %d in %s has changed on disk", c.seq, p.path)
		}
	}
	return out, nil
}
