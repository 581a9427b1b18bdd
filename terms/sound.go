package terms

import "strings"

// letters are the words as one, letters and digits only.
func letters(words []string) string {
	return strings.Map(func(r rune) rune {
		if mark(r) {
			return -1
		}
		return r
	}, strings.Join(words, ""))
}

// sound is what of a word a listener with bad ears hears: its consonants in classes that are taken for each other
// (b and p, d and t, g and k), without doubles; a vowel counts only at the beginning.
func sound(l string) string {
	l = strings.NewReplacer("ph", "f", "sh", "s", "sch", "s", "tch", "k", "ck", "k", "qu", "k", "x", "ks", "ce", "se", "ci", "si", "cy", "sy").Replace(l)
	var b strings.Builder
	last := byte(0)
	for i, r := range l {
		class := classOf(r)
		switch class {
		case 'A':
			if i == 0 {
				b.WriteByte('A')
			}
			last = 0
			continue
		case last:
			continue
		}
		b.WriteByte(class)
		last = class
	}
	if b.Len() == 0 {
		return "A"
	}
	return b.String()
}

func classOf(r rune) byte {
	switch r {
	case 'b', 'p':
		return 'P'
	case 'f', 'v':
		return 'F'
	case 'c', 'k', 'g', 'q', 'j':
		return 'K'
	case 'd', 't':
		return 'T'
	case 's', 'z':
		return 'S'
	case 'l':
		return 'L'
	case 'm':
		return 'M'
	case 'n':
		return 'N'
	case 'r':
		return 'R'
	case 'a', 'e', 'i', 'o', 'u', 'y', 'h', 'w':
		return 'A'
	}
	return 'X'
}

// leastSounds is how many consonants two words must share, all in order, to be taken for each other by sound alone.
const leastSounds = 5

func sameSound(a, b string) bool {
	return a == b && len(a) >= leastSounds && !strings.Contains(a, "X")
}

// allowed is how many slips a word may have and still be the term; more if it sounds the same.
func allowed(l string, sameSound bool) int {
	switch n := len(l); {
	case n >= 10, n >= 7 && sameSound:
		return 2
	case n >= 7:
		return 1
	}
	return 0
}

// distance counts letters to add, drop, change or swap (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
