package ocr

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is a line of text on a picture.
type Line struct {
	Text string
	// Confidence is Tesseract's, 0 to 100, the mean over the words by their length.
	Confidence float64
}

// What is kept: below these confidences more is invented than read.
const (
	leastWordConfidence = 35
	leastLineConfidence = 60
)

// maxLines and maxLineLength (characters) bound what one picture gives.
const (
	maxLines      = 400
	maxLineLength = 500
)

// parseTSV reads Tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, conf, text.
// Rows that are not as expected are passed over.
func parseTSV(table []byte) []Line {
	var lines []Line
	var words []word
	place := ""
	flush := func() {
		if l, ok := joinWords(words); ok && len(lines) < maxLines {
			lines = append(lines, l)
		}
		words = words[:0]
	}
	for row := range bytes.Lines(table) {
		f := strings.Split(strings.TrimRight(string(row), "\r\n"), "\t")
		if len(f) != 12 || f[0] != "5" { // 5: a word
			continue
		}
		if at := strings.Join(f[1:5], " "); at != place {
			flush()
			place = at
		}
		confidence, err := strconv.ParseFloat(f[10], 64)
		text := strings.TrimSpace(f[11])
		if err == nil && confidence >= leastWordConfidence && confidence <= 100 && text != "" && utf8.ValidString(text) {
			words = append(words, word{text, confidence})
		}
	}
	flush()
	return lines
}

type word struct {
	text       string
	confidence float64
}

// joinWords makes a line of words; false when it is not worth keeping.
func joinWords(words []word) (Line, bool) {
	var b strings.Builder
	var sum, weight float64
	letters := 0
	for _, w := range words {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Map(printable, w.text))
		n := float64(utf8.RuneCountInString(w.text))
		sum, weight = sum+n*w.confidence, weight+n
		letters = max(letters, longestRun(w.text))
	}
	text := b.String()
	// Icons and edges of windows come out as single characters.
	if weight == 0 || letters < 2 || sum/weight < leastLineConfidence || utf8.RuneCountInString(text) > maxLineLength {
		return Line{}, false
	}
	return Line{Text: text, Confidence: sum / weight}, true
}

func printable(r rune) rune {
	if unicode.IsControl(r) || !unicode.IsPrint(r) {
		return -1
	}
	return r
}

// longestRun is how many letters and digits follow each other.
func longestRun(s string) int {
	longest, n := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
			longest = max(longest, n)
		} else {
			n = 0
		}
	}
	return longest
}
