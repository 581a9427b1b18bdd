package chapters

import "strings"

// word is a word of a sentence on its way to a title.
type word struct {
	text  string // as written, without punctuation around it
	fold  string // for comparing
	pause bool   // a comma, dash, colon or semicolon follows
}

// sentence is what was said between two full stops.
type sentence struct {
	words    []word
	unit     int // in which it starts
	question bool
}

// sentences joins the units of a piece where the talk runs on and splits them where a
// sentence ends.
func (d *document) sentences(first, end int) []sentence {
	var out []sentence
	current := sentence{unit: first}
	flush := func(next int) {
		if len(current.words) > 0 {
			out = append(out, current)
		}
		current = sentence{unit: next}
	}
	for i := first; i < end; i++ {
		if len(current.words) == 0 {
			current.unit = i
		}
		tokens := strings.Fields(d.units[i].text)
		for n, token := range tokens {
			w := newWord(token)
			if w.fold == "" {
				if len(current.words) > 0 {
					current.words[len(current.words)-1].pause = true
				}
				continue
			}
			if n == 0 && len(current.words) > 0 {
				w = lowered(w)
			}
			current.words = append(current.words, w)
			if stop := closes(token); stop != 0 && (n < len(tokens)-1 || !runsOn(w)) {
				current.question = stop == '?'
				flush(i)
			}
		}
	}
	flush(end)
	return out
}

func newWord(token string) word {
	text := strings.Trim(token, `"“”'‘()[]{}<>*_,;:.!?…—–-`)
	if strings.Trim(token, `.,;:!?…`) == "'s" {
		text = "'s"
	}
	return word{text: text, fold: fold(text), pause: strings.ContainsAny(token[len(token)-1:], ",;:-") || strings.HasSuffix(token, "—") || strings.HasSuffix(token, "–")}
}

// closes gives the mark that ends a sentence after this token; 0: none.
func closes(token string) byte {
	token = strings.TrimRight(token, `"”')`)
	if token == "" {
		return 0
	}
	switch c := token[len(token)-1]; c {
	case '.', '?', '!':
		return c
	}
	if strings.HasSuffix(token, "…") || strings.HasSuffix(token, "。") {
		return '.'
	}
	return 0
}

// breathless are last words after which a cue runs on into the next: recognisers put a full
// stop at each pause for breath.
var breathless = set(`the a an of to and or for with is are was were be at by my your our their his its some any from into if because but these those than i we you they he she can could will would should have has had do does did not very where when we've i've gonna wanna`) //nolint:gochecknoglobals // a table

func runsOn(w word) bool {
	_, open := breathless[w.fold]
	return open
}

// lowered undoes the capital that a recogniser put on a word in the middle of a sentence.
func lowered(w word) word {
	if isStop(w.fold) && !strings.HasPrefix(w.fold, "i'") && w.fold != "i" || isPlain(w.fold) {
		w.text = strings.ToLower(w.text[:1]) + w.text[1:]
	}
	return w
}

func folds(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.fold)
	}
	return b.String()
}
