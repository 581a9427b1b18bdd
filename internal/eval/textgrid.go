package eval

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"baton/domain"
)

// ParseTextGrid reads the tier "words" of a Praat TextGrid in its short form. Empty labels are pauses.
func ParseTextGrid(text string) ([]domain.Word, error) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	at := slices.Index(lines, `"words"`)
	if at < 0 || at+4 > len(lines) {
		return nil, fmt.Errorf("read TextGrid: no tier of words in short form")
	}
	n, err := strconv.Atoi(strings.TrimSpace(lines[at+3]))
	if err != nil || at+4+3*n > len(lines) || n < 0 {
		return nil, fmt.Errorf("read TextGrid: bad number of intervals %q", lines[at+3])
	}
	var words []domain.Word
	for i := range n {
		interval := lines[at+4+3*i:]
		start, err1 := strconv.ParseFloat(strings.TrimSpace(interval[0]), 64)
		end, err2 := strconv.ParseFloat(strings.TrimSpace(interval[1]), 64)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("read TextGrid: bad interval %q %q", interval[0], interval[1])
		}
		if label := strings.Trim(strings.TrimSpace(interval[2]), `"`); label != "" {
			words = append(words, domain.Word{StartMS: ms(start), EndMS: ms(end), Text: label})
		}
	}
	return words, nil
}

func ms(seconds float64) int64 { return int64(math.Round(seconds * 1000)) }

// Times are the distances of word times from their reference.
type Times struct{ distances []int64 }

// Compare takes the words that are right and gives how far their starts and ends lie from the reference's.
func Compare(ref, hyp []domain.Word) (starts, ends Times) {
	r, refOf := flatten(ref)
	h, hypOf := flatten(hyp)
	pairs, _ := Align(r, h)
	seen := map[int]bool{}
	for _, p := range pairs {
		if p.Ref < 0 || p.Hyp < 0 || r[p.Ref] != h[p.Hyp] || seen[refOf[p.Ref]] {
			continue
		}
		seen[refOf[p.Ref]] = true
		a, b := ref[refOf[p.Ref]], hyp[hypOf[p.Hyp]]
		starts.distances = append(starts.distances, distance(a.StartMS, b.StartMS))
		ends.distances = append(ends.distances, distance(a.EndMS, b.EndMS))
	}
	return starts, ends
}

// flatten normalises words; of tells which word each came from.
func flatten(words []domain.Word) (texts []string, of []int) {
	for i, w := range words {
		for _, t := range Words(w.Text) {
			texts, of = append(texts, t), append(of, i)
		}
	}
	return texts, of
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// Count of words compared.
func (t Times) Count() int { return len(t.distances) }

// Percentile p (0 to 100) of the distances, in milliseconds.
func (t Times) Percentile(p int) int64 {
	if len(t.distances) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(t.distances))
	return s[min(len(s)-1, len(s)*p/100)]
}

// Within is the share of distances of at most so many milliseconds.
func (t Times) Within(limit int64) float64 {
	n := 0
	for _, d := range t.distances {
		if d <= limit {
			n++
		}
	}
	return float64(n) / float64(max(1, len(t.distances)))
}
