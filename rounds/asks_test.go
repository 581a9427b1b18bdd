package rounds_test

import (
	"slices"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds"
	"baton/rounds/worktime"
)

// The people of these tests: Ada and Eve run the workspace, Ben asks, Cem is asked. All work Monday to Friday, 9 to 17, in Berlin.
const ada, ben, cem, eve = domain.AccountID("ada"), domain.AccountID("ben"), domain.AccountID("cem"), domain.AccountID("eve")

func berlinTime(t *testing.T, s string) time.Time {
	t.Helper()
	l, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, l)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func everybody(t *testing.T) map[domain.AccountID]*worktime.Calendar {
	t.Helper()
	all := map[domain.AccountID]*worktime.Calendar{}
	for _, id := range []domain.AccountID{ada, ben, cem, eve} {
		c, err := worktime.New(domain.Schedule{AccountID: id, Hours: domain.DefaultHours("Europe/Berlin")})
		if err != nil {
			t.Fatal(err)
		}
		all[id] = c
	}
	return all
}

// standard is asked on a Tuesday at ten; it is due on Wednesday at ten, and late enough to be escalated at two.
func standard(t *testing.T) domain.PendingAsk {
	t.Helper()
	p := domain.PendingAsk{Norms: domain.DefaultNorms(), Admins: []domain.AccountID{ada, eve}, Sent: map[domain.NudgeKind][]domain.AccountID{}}
	p.Author.ID, p.Owner.ID, p.State = ben, cem, domain.AskOpen
	p.AskedAt, p.DueAt = berlinTime(t, "2026-03-03 10:00"), berlinTime(t, "2026-03-04 10:00")
	return p
}

// look tells what is due at a moment, and notes that it was told.
func look(p *domain.PendingAsk, calendars map[domain.AccountID]*worktime.Calendar, now time.Time) []rounds.AskStep {
	steps := rounds.AskSteps(*p, calendars, now)
	for _, s := range steps {
		p.Sent[s.Kind] = append(p.Sent[s.Kind], s.To)
		if s.Kind == domain.NudgeAskDue {
			p.RemindedAt = now
		}
	}
	return steps
}

// TestAReminderComesInCoreHours: they are from 10 to 15, and what was asked on Tuesday at eleven is due on Wednesday at eleven.
func TestAReminderComesInCoreHours(t *testing.T) {
	t.Parallel()
	p, people := standard(t), everybody(t)
	p.AskedAt, p.DueAt = berlinTime(t, "2026-03-03 11:00"), berlinTime(t, "2026-03-04 11:00")
	look(&p, people, berlinTime(t, "2026-03-03 11:05"))
	for _, c := range []struct {
		at   string
		want int
	}{{"2026-03-03 16:55", 0}, {"2026-03-04 09:30", 0}, {"2026-03-04 10:00", 1}, {"2026-03-04 10:05", 0}} {
		if got := look(&p, people, berlinTime(t, c.at)); len(got) != c.want {
			t.Errorf("%s: %v", c.at, got)
		}
	}
	// Nobody looked in the core hours: it comes all the same.
	p.RemindedAt, p.Sent[domain.NudgeAskDue] = time.Time{}, nil
	if got := look(&p, people, berlinTime(t, "2026-03-04 16:30")); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestAnAskIsRemindedOfThenEscalated(t *testing.T) {
	t.Parallel()
	asked, remind := rounds.AskStep{Kind: domain.NudgeAsk, To: cem}, rounds.AskStep{Kind: domain.NudgeAskDue, To: cem}
	escalate := func(to domain.AccountID) rounds.AskStep { return rounds.AskStep{Kind: domain.NudgeEscalate, To: to} }
	type at struct {
		now  string
		want []rounds.AskStep
	}
	for _, c := range []struct {
		what  string
		norms func(*domain.PendingAsk)
		looks []at
	}{
		{"in its order", nil, []at{
			{"2026-03-03 10:05", []rounds.AskStep{asked}},
			{"2026-03-03 15:55", nil},
			{"2026-03-03 16:05", []rounds.AskStep{remind}},
			{"2026-03-04 13:55", nil},
			{"2026-03-04 14:05", []rounds.AskStep{escalate(ada), escalate(eve)}},
			{"2026-03-04 14:15", nil},
		}},
		{"after days without a look, one thing at a time", nil, []at{
			{"2026-03-06 10:00", []rounds.AskStep{asked}},
			{"2026-03-06 10:05", []rounds.AskStep{remind}},
			{"2026-03-06 10:10", nil},
			{"2026-03-06 11:00", nil},
			{"2026-03-06 11:05", []rounds.AskStep{escalate(ada), escalate(eve)}},
		}},
		{"a reminder late on Friday has its hour on Monday", nil, []at{
			{"2026-03-06 16:20", []rounds.AskStep{asked}},
			{"2026-03-06 16:40", []rounds.AskStep{remind}},
			{"2026-03-09 09:35", nil},
			{"2026-03-09 09:40", []rounds.AskStep{escalate(ada), escalate(eve)}},
		}},
		{"at a person", func(p *domain.PendingAsk) { p.Norms.Escalation, p.Norms.EscalateTo = domain.EscalatePerson, eve }, []at{
			{"2026-03-03 10:05", []rounds.AskStep{asked}},
			{"2026-03-03 16:05", []rounds.AskStep{remind}},
			{"2026-03-04 14:05", []rounds.AskStep{escalate(eve)}},
		}},
		{"at the person who is asked: who asked hears of it", func(p *domain.PendingAsk) { p.Norms.Escalation, p.Norms.EscalateTo = domain.EscalatePerson, cem }, []at{
			{"2026-03-03 10:05", []rounds.AskStep{asked}},
			{"2026-03-03 16:05", []rounds.AskStep{remind}},
			{"2026-03-04 14:05", []rounds.AskStep{escalate(ben)}},
		}},
		{"at the only admin, who is asked: who asked hears of it", func(p *domain.PendingAsk) { p.Admins = []domain.AccountID{cem} }, []at{
			{"2026-03-03 10:05", []rounds.AskStep{asked}},
			{"2026-03-03 16:05", []rounds.AskStep{remind}},
			{"2026-03-04 14:05", []rounds.AskStep{escalate(ben)}},
		}},
		{"at nobody", func(p *domain.PendingAsk) { p.Norms.Escalation = domain.EscalateNobody }, []at{
			{"2026-03-03 10:05", []rounds.AskStep{asked}},
			{"2026-03-03 16:05", []rounds.AskStep{remind}},
			{"2026-03-05 14:05", nil},
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			p, calendars := standard(t), everybody(t)
			if c.norms != nil {
				c.norms(&p)
			}
			for _, l := range c.looks {
				if got := look(&p, calendars, berlinTime(t, l.now)); !slices.Equal(got, l.want) {
					t.Errorf("%s: told %v, want %v", l.now, got, l.want)
				}
			}
		})
	}
}

func TestNobodyIsReportedWhileTheirReminderWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	p, calendars := standard(t), everybody(t)
	p.Sent[domain.NudgeAsk] = []domain.AccountID{cem}
	late, err := worktime.New(domain.Schedule{AccountID: ada, Hours: domain.DefaultHours("America/Los_Angeles")})
	if err != nil {
		t.Fatal(err)
	}
	p.Admins, calendars[ada] = []domain.AccountID{ada}, late
	// Noon in Los Angeles, where Ada works; nine in the evening in Berlin, where Cem is not to be disturbed.
	if got := look(&p, calendars, berlinTime(t, "2026-03-04 21:00")); len(got) > 0 {
		t.Errorf("told %v", got)
	}
}

func TestWhoAskedHearsOfTheAnswer(t *testing.T) {
	t.Parallel()
	p, calendars := standard(t), everybody(t)
	p.State = domain.AskAnswered
	now := berlinTime(t, "2026-03-04 15:00")
	if got, want := look(&p, calendars, now), []rounds.AskStep{{Kind: domain.NudgeAnswered, To: ben}}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	p.State = domain.AskWithdrawn
	if got := look(&p, calendars, now); len(got) > 0 {
		t.Errorf("told %v of what was taken back", got)
	}
}
