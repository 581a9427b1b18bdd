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
		b.WriteString(html.EscapeString(marked[:i]))
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
	b.WriteString(html.EscapeString(marked))
	if open {
		b.WriteString("</mark>")
	}
	return b.String()
}
