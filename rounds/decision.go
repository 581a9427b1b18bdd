package rounds

import (
	"fmt"
	"strings"

	"baton/domain"
)

// DecisionMarkdown writes a decision as a file of its own, ready for a repository. clipURL is the address of its moment; may be empty.
func DecisionMarkdown(d domain.Decision, clipURL string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n- Decided: %s\n", line(d.What), d.DecidedAt.UTC().Format("2006-01-02"))
	var names []string
	for _, p := range d.People {
		names = append(names, line(p.Name))
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "- By: %s\n", strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "- Written down by: %s\n", line(d.Author.Name))
	if d.Supersedes != "" {
		fmt.Fprintf(&b, "- Supersedes: %s\n", d.Supersedes)
	}
	if d.SupersededBy != "" {
		fmt.Fprintf(&b, "- Superseded by: %s\n", d.SupersededBy)
	}
	if clipURL != "" {
		fmt.Fprintf(&b, "- Said at: <%s>\n", clipURL)
	}
	for _, s := range []struct{ title, text string }{{"Why", d.Why}, {"Alternatives", d.Alternatives}} {
		if s.text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.title, block(s.text))
		}
	}
	return b.String()
}

// DecisionFile names a decision's file: day, what, and enough of its id to be alone.
func DecisionFile(d domain.Decision) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '_' || r == '/':
			return '-'
		}
		return -1
	}, strings.ToLower(strings.Join(strings.Fields(d.What), " ")))
	if len(slug) > 60 {
		slug = slug[:60]
	}
	return fmt.Sprintf("%s-%s-%s.md", d.DecidedAt.UTC().Format("2006-01-02"), strings.Trim(slug, "-"), d.ID[len(d.ID)-6:])
}
