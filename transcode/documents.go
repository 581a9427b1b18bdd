package transcode

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxDocuments in one file: more restarts than that are not a recording.
const maxDocuments = 100

// documents splits a file that is several of the same format one behind the other,
// which ffmpeg would read as the first alone. An ordinary file is returned as it is.
func (f File) documents(ctx context.Context) ([]File, error) {
	src, err := os.Open(filepath.Join(f.box.dir, f.name))
	if err != nil {
		return nil, fmt.Errorf("open file in box: %w", err)
	}
	defer func() { _ = src.Close() }()
	var starts []int64
	switch f.format { //nolint:exhaustive // recorders write these
	case FormatWebM, FormatMatroska:
		starts, err = ebmlHeads(readerUntil(ctx, src))
	case FormatMP4:
		starts = mp4Heads(src, f.size)
	}
	if err != nil {
		return nil, fmt.Errorf("look for further recordings: %w", err)
	}
	if len(starts) < 2 || len(starts) > maxDocuments || starts[0] != 0 {
		return []File{f}, nil
	}
	var files []File
	for i, start := range starts {
		end := f.size
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		part, err := f.box.Add(ctx, io.NewSectionReader(src, start, end-start))
		if err != nil {
			return nil, err
		}
		files = append(files, part)
	}
	return files, nil
}

// ebmlHead is the longest EBML header that is recognised, from its id to its document type.
const ebmlHead = 64

// ebmlHeads finds where Matroska or WebM documents begin (RFC 8794, section 11.2):
// the id of the EBML header, a document type soon after.
func ebmlHeads(r io.Reader) ([]int64, error) {
	id := []byte("\x1a\x45\xdf\xa3")
	var starts []int64
	b := bufio.NewReaderSize(r, 256<<10)
	for at := int64(0); ; {
		window, err := b.Peek(b.Size())
		if len(window) == 0 {
			if errors.Is(err, io.EOF) {
				return starts, nil
			}
			return nil, err //nolint:wrapcheck // wrapped by the caller
		}
		// The last bytes are looked at again with what follows, unless nothing does.
		use := len(window)
		if err == nil {
			use -= ebmlHead
		}
		for from := 0; ; {
			i := bytes.Index(window[from:], id)
			if i < 0 || from+i >= use {
				break
			}
			from += i
			if head := window[from:min(len(window), from+ebmlHead)]; isDocument(head) {
				starts = append(starts, at+int64(from))
			}
			from += len(id)
		}
		n, _ := b.Discard(use)
		at += int64(n)
	}
}

// isDocument looks for the DocType element (0x4282) with a name we know, its length
// written in whatever way.
func isDocument(head []byte) bool {
	_, doc, found := bytes.Cut(head, []byte("\x42\x82"))
	return found && (bytes.Contains(doc, []byte("webm")) || bytes.Contains(doc, []byte("matroska")))
}

// mp4Heads walks the top-level boxes and returns where a file type box is followed
// by a movie box: the beginning of a fragmented MP4.
func mp4Heads(r io.ReaderAt, size int64) []int64 {
	var starts []int64
	ftyp := int64(-1)
	walkBoxes(r, size, func(kind string, at int64) {
		switch kind {
		case "ftyp":
			ftyp = at
		case "moov":
			if ftyp >= 0 {
				starts = append(starts, ftyp)
			}
			ftyp = -1
		}
	})
	return starts
}

// walkBoxes calls f for each top-level box and returns where the last whole one ends.
func walkBoxes(r io.ReaderAt, size int64, f func(kind string, at int64)) int64 {
	at := int64(0)
	for at+8 <= size {
		var head [16]byte
		n, _ := r.ReadAt(head[:], at)
		length := int64(binary.BigEndian.Uint32(head[:]))
		if length == 1 && n == len(head) {
			length = int64(binary.BigEndian.Uint64(head[8:])) //nolint:gosec // a negative one ends the walk
		}
		f(string(head[4:8]), at)
		if length < 8 || length > size-at {
			break
		}
		at += length
	}
	return at
}
