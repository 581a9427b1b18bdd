package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds"
)

func TestSectionsBecomeChapters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ana := b.team(t, "Acme")
	now := time.Now()
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: ana.WorkspaceID, Name: "Daily", Template: "stand-up", Sections: rounds.Templates()[0].Sections, Rule: "FREQ=DAILY",
		StartsOn: "2026-01-01", Closes: domain.DayEnd, Members: []domain.Account{{ID: ana.AccountID}}, CreatedBy: ana.AccountID, CreatedAt: now,
	}
	ok(t, b.Rounds.Create(t.Context(), r))
	ok(t, b.Rounds.Open(t.Context(), r.ID, domain.DateOf(now), 1, now))
	all, err := b.Rounds.Occurrences(t.Context(), r.ID, "", 1)
	ok(t, err)
	// The answer comes while the take is still on its way.
	clip := b.clip(t, ana, "take", domain.VisibleWorkspace)
	answer := func(parts ...domain.AnswerPart) {
		t.Helper()
		a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: all[0].ID, Author: domain.Account{ID: ana.AccountID}, UpdatedAt: time.Now(), Parts: parts}
		ok(t, b.Rounds.Answer(t.Context(), ana.WorkspaceID, a))
	}
	look := func() []domain.Chapter {
		t.Helper()
		got, err := b.Transcripts.Chapters(t.Context(), clip)
		ok(t, err)
		return got
	}
	part := func(section string, at int64) domain.AnswerPart {
		return domain.AnswerPart{Section: section, ClipID: clip, StartMS: at}
	}
	answer(part("today", 6000), part("yesterday", 500))
	take, err := b.Recordings.Begin(t.Context(), clip, "video/webm", "node")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(clip, take.Epoch, 0, 10)))
	ok(t, b.Recordings.Finish(t.Context(), outcome(clip, take.Epoch, 10)))
	if got := look(); len(got) != 2 || got[0] != (domain.Chapter{EndMS: 6000, Title: "Yesterday", Edited: true}) || got[1].Title != "Today" || got[1].EndMS != 20_000 {
		t.Errorf("%+v", got)
	}
	c, err := b.Clips.Get(t.Context(), clip)
	ok(t, err)
	s, err := b.Transcripts.Sections(t.Context(), c)
	ok(t, err)
	if len(s.Names) != 3 || s.Names[2] != "Blockers" || len(s.Marks) != 2 {
		t.Errorf("%+v", s)
	}
	// Other marks take their place; with none left, they are looked for in what was said.
	answer(part("yesterday", 0), part("today", 4000), part("blockers", 9000))
	equal(t, "chapters", len(look()), 3)
	b.queue.take(t)
	_, err = b.pool.Exec(t.Context(), `update clip set transcript_state = 'done' where id = $1`, clip)
	ok(t, err)
	answer(part("yesterday", 0))
	equal(t, "jobs", b.queue.take(t), "chapters")
	// What a person arranged stays as it is, whatever is answered.
	mine := []domain.Chapter{{StartMS: 0, EndMS: 20_000, Title: "My own", Edited: true}}
	ok(t, b.Transcripts.SetChapters(t.Context(), clip, mine))
	answer(part("yesterday", 0), part("today", 4000))
	if got := look(); len(got) != 1 || got[0].Title != "My own" {
		t.Errorf("%+v", got)
	}
	equal(t, "jobs", b.queue.take(t), "")
}

// TestSectionsThatAreSpokenAreAnswered: the answer has them with their spans, and its clip as chapters; what its author marks afterwards stays.
func TestSectionsThatAreSpokenAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ana := b.team(t, "Acme")
	o := b.daily(t, ana, 1)[0]
	clip := b.clip(t, ana, "take", domain.VisibleWorkspace)
	take, err := b.Recordings.Begin(t.Context(), clip, "video/webm", "node")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(clip, take.Epoch, 0, 10)))
	ok(t, b.Recordings.Finish(t.Context(), outcome(clip, take.Epoch, 10))) // 20 s
	heard := []domain.SectionMark{{Name: "Yesterday", StartMS: 800}, {Name: "Today", StartMS: 9000}, {Name: "Blockers", StartMS: 15_000}}
	hears := func(want bool) {
		t.Helper()
		changed, err := b.Transcripts.SetHeard(t.Context(), clip, heard)
		ok(t, err)
		equal(t, "changed", changed, want)
	}
	parts := func() string {
		t.Helper()
		now, _, err := b.Rounds.Occurrence(t.Context(), ana.WorkspaceID, o)
		ok(t, err)
		var out []string
		for _, p := range now.Answers[0].Parts {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d-%d %s", p.Section, p.StartMS, p.EndMS, p.Text)))
		}
		return strings.Join(out, ", ")
	}
	hears(false) // it answers nothing
	b.answers(t, ana, o, domain.AnswerPart{Section: "yesterday", ClipID: clip}, domain.AnswerPart{Section: "today", Text: "Tests"})
	hears(true)
	hears(false)
	equal(t, "parts", parts(), "yesterday 0-9000, today 9000-15000 Tests, blockers 15000-0")
	chapters, err := b.Transcripts.Chapters(t.Context(), clip)
	ok(t, err)
	if len(chapters) != 3 || chapters[2].Title != "Blockers" || chapters[2].StartMS != 15_000 {
		t.Errorf("%+v", chapters)
	}
	c, err := b.Clips.Get(t.Context(), clip)
	ok(t, err)
	s, err := b.Transcripts.Sections(t.Context(), c)
	ok(t, err)
	equal(t, "where blockers are told", s.Blockers[0].StartMS, 15_000)
	b.answers(t, ana, o, domain.AnswerPart{Section: "yesterday", ClipID: clip}, domain.AnswerPart{Section: "today", ClipID: clip, StartMS: 4000})
	hears(false)
	equal(t, "marked by hand", parts(), "yesterday 0-0, today 4000-0")
}
