package cmaf

import (
	"fmt"

	"baton/media/internal/container"
)

// Packager turns a container's byte stream into segments and can stop and go on at each of them.
type Packager struct {
	reader *container.Reader
	seg    *Segmenter
	parts  []Part
}

// Checkpoint is a packager's whole state after a closed segment; the bytes from Offset on are to be pushed again.
type Checkpoint struct {
	Reader    container.State `json:"reader"`
	Segmenter State           `json:"segmenter"`
}

// Offset of the first byte to push after a resume.
func (c *Checkpoint) Offset() int64 { return c.Reader.Mark.Offset }

// NewPackager begins at the first byte of a stream.
func NewPackager() *Packager { return &Packager{reader: container.NewReader()} }

// ResumePackager goes on from a checkpoint.
func ResumePackager(c Checkpoint) (*Packager, error) {
	s, err := Resume(c.Reader.Tracks, c.Segmenter)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	return &Packager{reader: container.Resume(c.Reader), seg: s}, nil
}

// Push takes the next bytes and returns the segments they close. An error ends the packaging, the segments
// returned with it are good: it wraps codec.ErrUnsupported or codec.ErrMalformed.
func (p *Packager) Push(b []byte) ([]Part, error) {
	p.parts = nil
	err := p.reader.Push(b, p.add)
	return p.parts, err
}

func (p *Packager) add(s container.Sample) error {
	if p.seg == nil {
		var err error
		if p.seg, err = NewSegmenter(p.reader.Tracks()); err != nil {
			return err
		}
	}
	parts, err := p.seg.Add(s, p.reader.Mark())
	p.parts = append(p.parts, parts...)
	return err
}

// Flush closes the last segment. The checkpoint to go on from, should more bytes come after all, is the
// one of the segment before: the last is then made again, longer, under the same number.
func (p *Packager) Flush() []Part {
	p.parts = nil
	mark := p.reader.Mark()
	_ = p.reader.Flush(p.add) // what of a torn end cannot be used is not there
	if p.seg == nil {
		return nil
	}
	return append(p.parts, p.seg.Flush(mark)...)
}

// Checkpoint after a part.
func (p *Packager) Checkpoint(x *Part) Checkpoint {
	return Checkpoint{Reader: p.reader.State(x.Mark), Segmenter: x.State}
}

// Info of the present init segment; zero before the first segment.
func (p *Packager) Info() Info {
	if p.seg == nil {
		return Info{}
	}
	return p.seg.Info()
}
