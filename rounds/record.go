package rounds

import (
	"fmt"
	"strings"
	"time"

	"baton/domain"
)

// MemberState is where a member stands in an occurrence.
type MemberState string

// The states of a member.
const (
	MemberAway     MemberState = "away"     // does not work on that day
	MemberWaiting  MemberState = "waiting"  // it has not opened for them
	MemberOpen     MemberState = "open"     // it is open and they have not answered
	MemberMissed   MemberState = "missed"   // it closed without an answer
	MemberAnswered MemberState = "answered" // in time
	MemberLate     MemberState = "late"     // after it closed for them
)

// Record is what the written record of an occurrence is made from.
type Record struct {
	Round      domain.Round
	Occurrence domain.Occurrence
	States     map[domain.AccountID]MemberState
	// Words gives what was said in a part that is a clip; empty: not known (yet).
	Words func(domain.AnswerPart) string
	// ClipURL is the address of a moment.
	ClipURL   func(c domain.ClipID, startMS int64) string
	Decisions []domain.Decision
	Asks      []domain.Ask
	Blockers  []domain.Blocker
	// Unconfirmed was answered to what is in the way, and its speaker neither put it on the board nor dismissed it.
	Unconfirmed []Said
	// Awaited are those whose words are still being written down.
	Awaited []domain.Account
}

// Said is a sentence of an answer.
type Said struct {
	By      domain.Account // id and name
	Text    string
	ClipID  domain.ClipID
	StartMS int64
}

// Markdown writes the record: who, what, decisions, asks, blockers.
func (r Record) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, %s\n", line(r.Round.Name), r.Occurrence.On)
	r.people(&b)
	r.awaited(&b)
	for _, a := range r.Occurrence.Answers {
		r.answer(&b, a)
	}
	r.outcomes(&b)
	return b.String()
}

// people says who answered and who did not.
func (r Record) people(b *strings.Builder) {
	groups := []struct {
		title  string
		states []MemberState
	}{
		{"Answered", []MemberState{MemberAnswered, MemberLate}}, {"No answer", []MemberState{MemberMissed, MemberOpen, MemberWaiting}}, {"Away", []MemberState{MemberAway}},
	}
	b.WriteByte('\n')
	for _, g := range groups {
		var names []string
		for _, m := range r.Round.Members {
			for _, s := range g.states {
				if r.States[m.ID] == s {
					names = append(names, line(m.Name))
				}
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(b, "- %s: %s\n", g.title, strings.Join(names, ", "))
		}
	}
}

// awaited says whose words are not all here.
func (r Record) awaited(b *strings.Builder) {
	var names []string
	for _, a := range r.Awaited {
		names = append(names, line(a.Name))
	}
	if len(names) > 0 {
		fmt.Fprintf(b, "- Words still being written down, and here when they are: %s\n", strings.Join(names, ", "))
	}
}

func (r Record) answer(b *strings.Builder, a domain.Answer) {
	late := ""
	if a.Late {
		late = " (late)"
	}
	fmt.Fprintf(b, "\n## %s%s\n", line(a.Author.Name), late)
	for _, s := range r.Round.Sections {
		for _, p := range a.Parts {
			if p.Section == s.Key {
				r.part(b, s, p)
			}
		}
	}
}

func (r Record) part(b *strings.Builder, s domain.Section, p domain.AnswerPart) {
	fmt.Fprintf(b, "\n### %s\n", line(s.Title))
	if p.Text != "" {
		fmt.Fprintf(b, "\n%s\n", block(p.Text))
	}
	if p.ClipID == "" {
		return
	}
	if words := r.Words(p); words != "" {
		fmt.Fprintf(b, "\n%s\n", quote(words))
	}
	fmt.Fprintf(b, "\n[Play %s](%s)\n", clock(p.StartMS), r.ClipURL(p.ClipID, p.StartMS))
}

// outcomes lists what came of it.
func (r Record) outcomes(b *strings.Builder) {
	section(b, "Decisions", r.Decisions, func(d domain.Decision) string {
		if d.Why == "" {
			return line(d.What)
		}
		return line(d.What) + ": " + line(d.Why)
	})
	section(b, "Asks", r.Asks, func(a domain.Ask) string {
		return fmt.Sprintf("%s → %s: %s (%s, %s)", line(a.Author.Name), line(a.Owner.Name), line(a.Body), a.Class, a.State)
	})
	r.blockers(b)
}

// blockers lists what is in the way: what stands on the board, and what was only said.
func (r Record) blockers(b *strings.Builder) {
	var items []string
	for _, x := range r.Blockers {
		item := line(x.Owner.Name) + ": " + line(x.Body)
		if x.Source.OccurrenceID != r.Occurrence.ID {
			item += ", again, since " + x.RaisedAt.UTC().Format(time.DateOnly)
		}
		if !x.ClearedAt.IsZero() {
			item += " (cleared)"
		}
		items = append(items, item)
	}
	for _, x := range r.Unconfirmed {
		items = append(items, fmt.Sprintf("%s: %s (said, not confirmed) [Play %s](%s)", line(x.By.Name), line(x.Text), clock(x.StartMS), r.ClipURL(x.ClipID, x.StartMS)))
	}
	section(b, "Blockers", items, func(item string) string { return item })
}

func section[T any](b *strings.Builder, title string, all []T, item func(T) string) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", title)
	for _, x := range all {
		fmt.Fprintf(b, "- %s\n", item(x))
	}
}

// line makes text one line that Markdown does not read anything into.
func line(s string) string { return escape(strings.Join(strings.Fields(s), " ")) }

// block keeps the lines of a text, and lets none begin a heading, a fence or HTML.
func block(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = escape(strings.TrimRight(l, " \t"))
		if rest := strings.TrimLeft(lines[i], " "); strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "=") {
			lines[i] = `\` + rest
		}
	}
	return strings.Join(lines, "\n")
}

func quote(s string) string { return "> " + strings.ReplaceAll(block(s), "\n", "\n> ") }

// escape takes the meaning from the characters that make links, code and HTML.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "<", `\<`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`).Replace(s)
}

// clock writes an offset in a clip as 1:05.
func clock(ms int64) string { return fmt.Sprintf("%d:%02d", ms/60_000, ms/1000%60) }
