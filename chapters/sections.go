package chapters

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"baton/domain"
)

// sectionsOnlyMS is the length up to which a clip with spoken sections is cut at them alone.
const sectionsOnlyMS = 4 * 60_000

// usualSections are looked for when a clip has no template: a stand-up says them anyway.
func usualSections() []string { return []string{"Yesterday", "Today", "Blockers"} }

// usualSectionsMS is the length up to which a clip without a template may be a stand-up.
const usualSectionsMS = 6 * 60_000

// spokenFor are the other words by which people open the well-known sections.
var spokenFor = map[string][]string{ //nolint:gochecknoglobals // a table
	"yesterday": {"yesterday", "last week", "last time", "since the last", "since last", "over the weekend", "on friday"},
	"today":     {"today", "this week"},
	"blocker":   {"blocker", "blockers", "blocked", "blocking", "stuck", "in my way", "impediments", "roadblocks"},
	"done":      {"done", "finished", "completed", "shipped"},
	"next":      {"next", "up next", "next week"},
	"risk":      {"risk", "risks", "worried", "concern"},
	"demo":      {"demo", "show you"},
	"question":  {"question", "questions", "ask", "asks"},
	"learned":   {"surprised me", "surprised us", "surprise"},
	"keep":      {"went well", "worked well"},
	"change":    {"otherwise", "differently", "did not work", "didn't work"},
	"state":     {"status", "where things stand", "where we stand"},
	"watch":     {"an eye on"},
	"proposal":  {"propose", "suggest"},
	"decide":    {"decision", "decisions"},
}

// sections finds the units that open the named sections, each once.
func (d *document) sections(names []string) map[int]string {
	usual := names == nil
	if usual {
		if d.durationMS > usualSectionsMS {
			return nil
		}
		names = usualSections()
	}
	found := map[int]string{}
	for _, name := range names {
		if i, _ := d.opensSection(marksOf(name, !usual), found); i >= 0 {
			found[i] = strings.TrimSpace(name)
		}
	}
	if usual && len(found) < 2 {
		return nil
	}
	return found
}

// opensSection is the unit that says one of the marks earliest in its sentence, the first such, and after how many words; -1: none.
func (d *document) opensSection(marks [][]string, taken map[int]string) (best, place int) {
	best, place = -1, headWords+1
	for i := range d.units {
		if _, is := taken[i]; is {
			continue
		}
		words, _ := stripLeads(folded(d.units[i].words, headWords+6))
		if at := markedAt(words, marks); at >= 0 && (best < 0 || at+2 <= place) {
			best, place = i, at
		}
	}
	return best, place
}

// announcedWithin is after how many words of its sentence a section's name opens it beyond doubt: "my blockers are", "for today", not
// "I want to finish that today".
const announcedWithin = 2

// Announced finds where the named sections are opened beyond doubt, in order. It finds less than Find, which may be wrong about a title.
func Announced(in Input) []domain.SectionMark {
	d := newDocument(in)
	var out []domain.SectionMark
	taken := map[int]string{}
	for _, name := range in.SectionNames {
		if i, place := d.opensSection(marksOf(name, true), taken); i >= 0 && place <= announcedWithin {
			taken[i] = name
			out = append(out, domain.SectionMark{Name: name, StartMS: d.units[i].startMS})
		}
	}
	slices.SortFunc(out, func(a, b domain.SectionMark) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return out
}

// headWords is how far from the start of a unit a section's name counts.
const headWords = 6

// marksOf are the folded word sequences that open a section. Loose marks only count where a
// template asks for the section: "last week" may stand for its Yesterday.
func marksOf(name string, loose bool) [][]string {
	var marks [][]string
	for _, part := range namesIn(name) {
		own := folded(fields(part), 8)
		for len(own) > 1 && isStop(own[0]) {
			own = own[1:] // my blockers, what went well
		}
		if len(own) == 0 {
			continue
		}
		marks = append(marks, own)
		for _, w := range own {
			for key, spoken := range spokenFor {
				if !inflected(key, w) || !loose && key != "blocker" {
					continue
				}
				for _, s := range spoken {
					marks = append(marks, strings.Fields(s))
				}
			}
		}
	}
	return marks
}

// namesIn are the things that a heading names: Risks and concerns, Wins / losses.
func namesIn(heading string) []string {
	heading = " " + strings.NewReplacer("&", ",", "/", ",", "+", ",", ";", ",").Replace(heading) + " "
	return strings.Split(strings.ReplaceAll(heading, " and ", ","), ",")
}

// markedAt is the place of the earliest mark among the first words; -1: none.
func markedAt(words []string, marks [][]string) int {
	for at := 0; at < min(headWords, len(words)); at++ {
		for _, m := range marks {
			if at+len(m) <= len(words) && slices.EqualFunc(words[at:at+len(m)], m, inflected) {
				return at
			}
		}
	}
	return -1
}

// How alike two forms of a word are that have other stems in English, or are of another language: Hindernis, Hindernisse.
const (
	commonLetters = 5 // at least
	furtherOnes   = 2 // at most
)

// inflected tells whether two folded words are forms of one.
func inflected(a, b string) bool {
	if a == b || stem(a) == stem(b) {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	return utf8.RuneCountInString(a) >= commonLetters && strings.HasPrefix(b, a) && utf8.RuneCountInString(b[len(a):]) <= furtherOnes
}

// sectionStarts cuts at the sections alone. What is said before the first is a chapter of
// its own when it is long enough.
func sectionStarts(d *document, sections map[int]string) []int {
	starts := []int{0}
	for i := range sections {
		if i > 0 && d.units[i].startMS >= MinChapterMS {
			starts = append(starts, i)
		}
	}
	slices.Sort(starts)
	return starts
}

// sectionIn names the section that a piece opens with. The first piece also takes that of
// a section that begins within its first seconds, after a greeting.
func (d *document) sectionIn(sections map[int]string, first, end int) string {
	if s, is := sections[first]; is || first > 0 {
		return s
	}
	for i := first; i < end && d.units[i].startMS < MinChapterMS; i++ {
		if s, is := sections[i]; is {
			return s
		}
	}
	return ""
}
