package moonshine

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Token ids with a meaning of their own: the Llama vocabulary of 32,000 pieces,
// followed by 768 that stand for no text.
const (
	tokenBOS       = 1
	tokenEOS       = 2
	tokenFirstByte = 3 // <0x00>; the last is <0xFF>
	tokenFirstText = tokenFirstByte + 256
	tokenEndText   = 32000
	vocabularySize = 32768
)

//go:embed tokens.txt.gz
var tokensGZ []byte

// vocabulary holds the text of each token. A piece that begins a word begins with a space.
type vocabulary []string

// loadVocabulary unpacks the embedded list, lines of "piece id".
func loadVocabulary() (vocabulary, error) {
	zr, err := gzip.NewReader(bytes.NewReader(tokensGZ))
	if err != nil {
		return nil, fmt.Errorf("unpack vocabulary: %w", err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		return nil, fmt.Errorf("unpack vocabulary: %w", err)
	}
	v := make(vocabulary, vocabularySize)
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		i := strings.LastIndexByte(line, ' ')
		id, err := strconv.Atoi(line[i+1:])
		if err != nil || i < 0 || id < 0 || id >= len(v) {
			return nil, fmt.Errorf("read vocabulary: bad line %q", line)
		}
		v[id] = tokenText(id, line[:i])
	}
	return v, nil
}

func tokenText(id int, piece string) string {
	switch {
	case id < tokenFirstByte || id >= tokenEndText:
		return ""
	case id < tokenFirstText:
		return string([]byte{byte(id - tokenFirstByte)})
	default:
		return strings.ReplaceAll(piece, "▁", " ")
	}
}
