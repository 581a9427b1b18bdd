package search

import (
	"encoding/base64"
	"encoding/binary"
	"math"

	"baton/domain"
)

// Position is a place in a ranked list: after the passage with this score and number.
type Position struct {
	Score   float64
	Passage int64
}

// Cursor is the position as an opaque text.
func (p Position) Cursor() string {
	b := binary.BigEndian.AppendUint64(nil, math.Float64bits(p.Score))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(b, uint64(p.Passage))) //nolint:gosec // only bits
}

// ParseCursor reads what Cursor made. KindInvalid for anything else.
func ParseCursor(s string) (Position, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil && len(b) == 16 {
		p := Position{math.Float64frombits(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))} //nolint:gosec // only bits
		if !math.IsNaN(p.Score) && !math.IsInf(p.Score, 0) {
			return p, nil
		}
	}
	return Position{}, domain.Errorf(domain.KindInvalid, "the cursor is not one that a search gave")
}
