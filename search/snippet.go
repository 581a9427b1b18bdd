package search

import (
	"html"
	"strings"
)

// The database marks hits with private-use characters, because what it finds is not HTML yet.
const (
	MarkStart = '\uE000'
	MarkEnd   = '\uE001'
)

// standsFor is what the private-use characters from U+E002 on stand for: the database's parser would take words
// joined by them for a host, a path or markup. The migration's function baton_plain has the same list.
const standsFor = "<>/.@:&~"

// restore puts the characters back that the database must not see.
func restore(s string) string {
	return strings.Map(func(r rune) rune {
		if i := r - MarkEnd - 1; i >= 0 && int(i) < len(standsFor) {
			return rune(standsFor[i])
		}
		return r
	}, s)
}

// Snippet turns marked text into HTML: every character escaped, the hits in <mark>, the
// tags balanced whatever the text contains.
func Snippet(marked string) string {
	var b strings.Builder
	open := false
	for {
		i := strings.IndexAny(marked, string([]rune{MarkStart, MarkEnd}))
		if i < 0 {
			break
		}
		b.WriteString(html.EscapeString(restore(marked[:i])))
		start := strings.HasPrefix(marked[i:], string(MarkStart))
		switch {
		case start && !open:
			b.WriteString("<mark>")
		case !start && open:
			b.WriteString("</mark>")
		}
		open = start
		marked = marked[i+len(string(MarkStart)):]
	}
	b.WriteString(html.EscapeString(restore(marked)))
	if open {
		b.WriteString("</mark>")
	}
	return b.String()
}
