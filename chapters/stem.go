package chapters

import "strings"

// stem brings the forms of an English word together: a short version of Porter's
// algorithm (steps 1a to 1c and the commonest derivations). Words of other scripts
// pass unchanged but for a possessive.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	w = plural(w)
	w = inflection(w)
	if len(w) > 4 && w[len(w)-1] == 'y' && !vowel(w, len(w)-2) {
		w = w[:len(w)-1] + "i"
	}
	return derivation(w)
}

func plural(w string) string {
	switch {
	case len(w) < 4 || !strings.HasSuffix(w, "s"):
		return w
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ies"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	}
	return w[:len(w)-1]
}

func inflection(w string) string {
	var base string
	switch {
	case strings.HasSuffix(w, "eed"):
		return w
	case strings.HasSuffix(w, "ed"):
		base = w[:len(w)-2]
	case strings.HasSuffix(w, "ing"):
		base = w[:len(w)-3]
	case strings.HasSuffix(w, "e") && len(w) > 4:
		return w[:len(w)-1]
	default:
		return w
	}
	if len(base) < 3 || !hasVowel(base) {
		return w
	}
	last := base[len(base)-1]
	if last == base[len(base)-2] && last != 'l' && last != 's' && last != 'z' && !strings.ContainsRune("aeiou", rune(last)) {
		return base[:len(base)-1] // running → run
	}
	return base
}

func derivation(w string) string {
	for _, s := range [...][2]string{
		{"ization", "iz"},
		{"ational", "at"},
		{"fulness", "ful"},
		{"iveness", "iv"},
		{"ousness", "ous"},
		{"ation", "at"},
		{"ator", "at"},
		{"ement", ""},
		{"ment", ""},
		{"ness", ""},
		{"abl", ""},
		{"ibl", ""},
		{"ion", ""},
		{"er", ""},
		{"or", ""},
		{"li", ""},
		{"al", ""},
		{"at", ""},
	} {
		if strings.HasSuffix(w, s[0]) && len(w)-len(s[0])+len(s[1]) >= 4 {
			return strings.TrimSuffix(w, s[0]) + s[1]
		}
	}
	return w
}

func hasVowel(w string) bool {
	for i := range len(w) {
		if vowel(w, i) {
			return true
		}
	}
	return false
}

func vowel(w string, i int) bool {
	if i < 0 || i >= len(w) {
		return false
	}
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	case 'y':
		return i > 0 && !vowel(w, i-1)
	}
	return false
}
