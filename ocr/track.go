package ocr

import (
	"strings"
	"unicode"

	"baton/domain"
)

// Picture is what was read at a time.
type Picture struct {
	AtMS  int64
	Lines []Line
}

// Track follows lines through the pictures of a clip, which are in order. A line lasts from the picture in which it
// came up to the first in which it is gone; where it moved to on the screen does not matter, so that scrolling gives
// each line once. A line that is missing in a single picture only, covered by a menu, goes on.
func Track(pictures []Picture, durationMS int64) []domain.ScreenLine {
	var out []domain.ScreenLine
	shown := map[string]int{} // key → index in out
	for i, p := range pictures {
		end := durationMS
		if i+1 < len(pictures) {
			end = pictures[i+1].AtMS
		}
		end = max(end, p.AtMS)
		for _, l := range p.Lines {
			k := key(l.Text)
			if at, known := shown[k]; known && (out[at].EndMS >= p.AtMS || i > 0 && out[at].EndMS >= pictures[i-1].AtMS) {
				out[at].EndMS = max(out[at].EndMS, end)
				if l.Confidence > out[at].Confidence {
					out[at].Text, out[at].Confidence = l.Text, l.Confidence
				}
				continue
			}
			shown[k] = len(out)
			out = append(out, domain.ScreenLine{StartMS: p.AtMS, EndMS: end, Text: l.Text, Confidence: l.Confidence})
		}
	}
	return out
}

// key makes equal what is most probably the same line: without case, blanks and marks, and with the characters as
// one that are often taken for each other.
func key(text string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case strings.ContainsRune("l1i|!", r):
			return 'l'
		case strings.ContainsRune("o0", r):
			return 'o'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return -1
	}, text)
}
