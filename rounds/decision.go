package rounds

import (
	"cmp"
	"fmt"
	"strings"

	"baton/domain"
)

// DecisionMarkdown writes a decision as a file of its own, ready for a repository. clipURL is the address of its moment; may be empty.
// files names the files of other decisions; one without a name is referred to by its id.
func DecisionMarkdown(d domain.Decision, clipURL string, files map[domain.DecisionID]string) string {
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
	for _, other := range []struct {
		title string
		id    domain.DecisionID
	}{{"Supersedes", d.Supersedes}, {"Superseded by", d.SupersededBy}} {
		if other.id != "" {
			fmt.Fprintf(&b, "- %s: %s\n", other.title, cmp.Or(files[other.id], string(other.id)))
		}
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
	day, id := d.DecidedAt.UTC().Format("2006-01-02"), string(d.ID)
	if slug = strings.Trim(slug, "-"); slug == "" {
		return fmt.Sprintf("%s-%s.md", day, id) // no letter of it can stand in a name
	}
	return fmt.Sprintf("%s-%s-%s.md", day, slug, id[len(id)-6:])
}
