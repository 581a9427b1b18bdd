package rounds_test

import (
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds"
)

func TestADecisionNamesTheFilesOfItsNeighbours(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	older := domain.Decision{ID: "0195aaaa-0000-7000-8000-000000aaaaaa", What: "We stay with Postgres", DecidedAt: day}
	d := domain.Decision{ID: "0195bbbb-0000-7000-8000-000000bbbbbb", What: "We go", DecidedAt: day, Supersedes: older.ID, SupersededBy: "0195cccc-gone"}
	text := rounds.DecisionMarkdown(d, "", map[domain.DecisionID]string{older.ID: rounds.DecisionFile(older)})
	for _, want := range []string{"- Supersedes: 2026-03-03-we-stay-with-postgres-aaaaaa.md\n", "- Superseded by: 0195cccc-gone\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestADecisionsFileHasAName(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]string{
		"We go/stay, at 9": "2026-03-03-we-go-stay-at-9-bbbbbb.md",
		"決めました":            "2026-03-03-0195bbbb-0000-7000-8000-000000bbbbbb.md",
		"— / —":            "2026-03-03-0195bbbb-0000-7000-8000-000000bbbbbb.md",
	} {
		d := domain.Decision{ID: "0195bbbb-0000-7000-8000-000000bbbbbb", What: what, DecidedAt: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)}
		if got := rounds.DecisionFile(d); got != want {
			t.Errorf("%q: %s, want %s", what, got, want)
		}
	}
}
