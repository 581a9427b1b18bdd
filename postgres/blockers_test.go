package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds"
)

// daily is a stand-up of one workspace's person with some occurrences, the oldest first.
func (b bundle) daily(t *testing.T, who domain.Viewer, days int) []domain.OccurrenceID {
	t.Helper()
	now := time.Now()
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: who.WorkspaceID, Name: "Daily", Template: "stand-up", Sections: rounds.Templates()[0].Sections, Rule: "FREQ=DAILY",
		StartsOn: "2026-01-01", Closes: domain.DayEnd, Members: []domain.Account{{ID: who.AccountID}}, CreatedBy: who.AccountID, CreatedAt: now,
	}
	ok(t, b.Rounds.Create(t.Context(), r))
	out := make([]domain.OccurrenceID, days)
	for i := range days {
		opened := now.AddDate(0, 0, i-days+1)
		ok(t, b.Rounds.Open(t.Context(), r.ID, domain.DateOf(opened), 1, opened))
		all, err := b.Rounds.Occurrences(t.Context(), r.ID, "", days)
		ok(t, err)
		out[i] = all[0].ID
	}
	return out
}

// answers says something in an occurrence, now.
func (b bundle) answers(t *testing.T, who domain.Viewer, o domain.OccurrenceID, parts ...domain.AnswerPart) {
	t.Helper()
	ok(t, b.Rounds.Answer(t.Context(), who.WorkspaceID, domain.Answer{
		ID: domain.NewID[domain.AnswerID](), OccurrenceID: o, Author: domain.Account{ID: who.AccountID}, UpdatedAt: time.Now(), Parts: parts,
	}))
}

// board shows the blockers of a workspace.
func (b bundle) board(t *testing.T, w domain.WorkspaceID) string {
	t.Helper()
	all, err := b.Blockers.List(t.Context(), w, "")
	ok(t, err)
	var out []string
	for _, x := range all {
		out = append(out, fmt.Sprintf("%s +%d", x.Body, x.Mentions))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// TestABlockerComesUpAgainInOtherWords: written in a later round it is mentioned again; what only sounds like it, what somebody else has, and what
// was cleared is not.
func TestABlockerComesUpAgainInOtherWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ana := b.team(t, "Acme")
	o := b.daily(t, ana, 4)
	writes := func(o domain.OccurrenceID, text string) {
		t.Helper()
		b.answers(t, ana, o, domain.AnswerPart{Section: "blockers", Text: text})
	}
	writes(o[0], "Waiting for the key of the store\nNo access to staging")
	writes(o[1], "still no store key\nNo access to production")
	equal(t, "the second day", b.board(t, ana.WorkspaceID), "No access to production +0; No access to staging +0; Waiting for the key of the store +1")
	writes(o[1], "Still waiting on the store's key, 2 days now\nNo access to production") // a correction is no further mention
	equal(t, "corrected", b.board(t, ana.WorkspaceID), "No access to production +0; No access to staging +0; Waiting for the key of the store +1")
	writes(o[2], "I don't have access to the staging server\nstill waiting for the store key")
	equal(t, "the third day", b.board(t, ana.WorkspaceID), "No access to production +0; No access to staging +1; Waiting for the key of the store +2")
	writes(o[2], "I don't have access to the staging server")
	equal(t, "taken back", b.board(t, ana.WorkspaceID), "No access to production +0; No access to staging +1; Waiting for the key of the store +1")
	all, err := b.Blockers.List(t.Context(), ana.WorkspaceID, "open")
	ok(t, err)
	key := slices.IndexFunc(all, func(x domain.Blocker) bool { return strings.HasPrefix(x.Body, "Waiting") })
	ok(t, b.Blockers.SetCleared(t.Context(), all[key], ana.AccountID, time.Now()))
	writes(o[3], "The store key again\nAccess to staging works again")
	equal(t, "what was cleared", b.board(t, ana.WorkspaceID),
		"Access to staging works again +0; No access to production +0; No access to staging +1; The store key again +0; Waiting for the key of the store +1")
	rec, err := b.Rounds.Record(t.Context(), ana, o[2], time.Now())
	ok(t, err)
	rec.ClipURL = func(domain.ClipID, int64) string { return "" }
	if text := rec.Markdown(); !strings.Contains(text, ": No access to staging, again, since ") {
		t.Error(text)
	}
}

// TestWhatIsSaidToBeInTheWay: accepted it is on the board with its moment, or what is open already was said again; once.
func TestWhatIsSaidToBeInTheWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ana := b.team(t, "Acme")
	o := b.daily(t, ana, 2)
	clip := b.clip(t, ana, "take", domain.VisibleWorkspace)
	b.answers(t, ana, o[0], domain.AnswerPart{Section: "blockers", Text: "Waiting for the key of the store"})
	b.answers(t, ana, o[1], domain.AnswerPart{Section: "blockers", ClipID: clip})
	says := func(ms int64, body string) (domain.BlockerID, error) {
		return b.Blockers.Accept(t.Context(), domain.Blocker{
			ID: domain.NewID[domain.BlockerID](), WorkspaceID: ana.WorkspaceID, Owner: domain.Account{ID: ana.AccountID}, Body: body, RaisedAt: time.Now(),
			Origin: domain.OriginSpoken, Source: domain.Source{ClipID: clip, StartMS: ms, EndMS: ms + 900, OccurrenceID: o[1]},
		})
	}
	_, err := says(1000, "The store key is still missing.")
	ok(t, err)
	id, err := says(3000, "Nobody has a desk for me.")
	ok(t, err)
	again, err := says(5000, "I have no desk.")
	ok(t, err)
	if again != id {
		t.Error("said twice, it is two")
	}
	equal(t, "the board", b.board(t, ana.WorkspaceID), "Nobody has a desk for me. +0; Waiting for the key of the store +1")
	for _, ms := range []int64{1000, 3000, 5000} {
		if _, err := says(ms, "Anything else"); domain.KindOf(err) != domain.KindConflict {
			t.Errorf("%d: %v", ms, err)
		}
	}
	// Writing it down, too, changes nothing; what was said stays when that is taken back.
	b.answers(t, ana, o[1], domain.AnswerPart{Section: "blockers", ClipID: clip, Text: "no store key\nNobody has a desk for me"})
	equal(t, "written, too", b.board(t, ana.WorkspaceID), "Nobody has a desk for me. +0; Waiting for the key of the store +1")
	b.answers(t, ana, o[1], domain.AnswerPart{Section: "blockers", ClipID: clip})
	equal(t, "and not any more", b.board(t, ana.WorkspaceID), "Nobody has a desk for me. +0; Waiting for the key of the store +1")
	settled, err := b.Asks.SettledProposals(t.Context(), clip)
	ok(t, err)
	equal(t, "settled", len(settled), 3)
}
