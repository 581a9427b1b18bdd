package domain_test

import (
	"fmt"
	"strings"
	"testing"

	"baton/domain"
)

func TestSectionsThatWereHeard(t *testing.T) {
	t.Parallel()
	sections := []domain.Section{{Key: "y", Title: "Yesterday"}, {Key: "t", Title: "Today"}, {Key: "b", Title: "Blockers", Blockers: true}}
	heard := func(pairs ...any) (out []domain.SectionMark) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, domain.SectionMark{Name: pairs[i].(string), StartMS: int64(pairs[i+1].(int))})
		}
		return out
	}
	whole := []domain.AnswerPart{{Section: "y", ClipID: "c"}}
	for name, c := range map[string]struct {
		before []domain.AnswerPart
		heard  []domain.SectionMark
		want   string
	}{
		"all":                {whole, heard("Yesterday", 900, "Today", 9000, "Blockers", 20_000), "y 0-9000, t 9000-20000, b 20000-0"},
		"after a greeting":   {whole, heard("Today", 8000, "Blockers", 20_000), "t 0-20000, b 20000-0"},
		"the first unspoken": {whole, heard("Today", 12_000, "Blockers", 20_000), "y 0-12000, t 12000-20000, b 20000-0"},
		"in another order":   {whole, heard("Blockers", 500, "Yesterday", 30_000), "y 30000-0, b 0-30000"},
		"one alone":          {whole, heard("Today", 500), ""},
		"one, late":          {whole, heard("Blockers", 15_000), "y 0-15000, b 15000-0"},
		"none":               {whole, nil, ""},
		"of another round":   {whole, heard("Wishes", 15_000), ""},
		"marked by hand":     {[]domain.AnswerPart{{Section: "y", ClipID: "c"}, {Section: "t", ClipID: "c", StartMS: 5000}}, heard("Yesterday", 0, "Blockers", 9000), ""},
		"a stretch of it":    {[]domain.AnswerPart{{Section: "y", ClipID: "c", StartMS: 1000, EndMS: 9000}}, heard("Yesterday", 0, "Blockers", 9000), ""},
		"heard before": {
			[]domain.AnswerPart{{Section: "y", ClipID: "c", EndMS: 5000, Heard: true}, {Section: "t", ClipID: "c", StartMS: 5000, Heard: true}},
			heard("Yesterday", 0, "Blockers", 9000), "y 0-9000, b 9000-0",
		},
		"with words": {
			[]domain.AnswerPart{{Section: "y", ClipID: "c"}, {Section: "t", Text: "Tests"}}, heard("Yesterday", 0, "Today", 9000), "y 0-9000, t 9000-0 Tests",
		},
		"another clip has it": {
			[]domain.AnswerPart{{Section: "y", ClipID: "c"}, {Section: "t", ClipID: "d"}}, heard("Yesterday", 0, "Today", 9000, "Blockers", 12_000), "y 0-12000, t(d) 0-0, b 12000-0",
		},
	} {
		var got []string
		parts, changed := domain.WithHeard("c", sections, c.before, c.heard)
		for _, p := range parts {
			other := ""
			if p.ClipID != "c" {
				other = fmt.Sprintf("(%s)", p.ClipID)
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s%s %d-%d %s", p.Section, other, p.StartMS, p.EndMS, p.Text)))
		}
		if s := strings.Join(got, ", "); s != c.want || changed != (c.want != "") {
			t.Errorf("%s: %s (%t), want %s", name, s, changed, c.want)
		}
	}
	if got := domain.NewClipSections("c", sections, []domain.AnswerPart{{Section: "b", ClipID: "c", StartMS: 5}}, 0).Blockers; len(got) != 1 || got[0].StartMS != 5 || got[0].EndMS < 1<<40 {
		t.Errorf("%+v", got)
	}
}
