package transcribe

import "baton/domain"

// minWordMS keeps a word visible when its neighbours squeeze it.
const minWordMS = 10

// Tidy puts word times into order in place, inside [startMS,endMS): none overlaps the one
// before, none is empty. What an engine says of times is only nearly so.
func Tidy(words []domain.Word, startMS, endMS int64) {
	last := startMS
	for i := range words {
		w := &words[i]
		w.StartMS = max(last, w.StartMS)
		w.EndMS = max(w.StartMS+minWordMS, w.EndMS)
		last = w.EndMS
	}
	limit := endMS
	for i := len(words) - 1; i >= 0 && words[i].EndMS > limit; i-- {
		w := &words[i]
		w.EndMS = limit
		w.StartMS = min(w.StartMS, limit-minWordMS)
		limit = w.StartMS
	}
}
