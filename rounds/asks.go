package rounds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

// AskStore is what is read and recorded about asks. Each method is one transaction, and may be called twice.
type AskStore interface {
	// Pending lists the asks that are open, or were answered after a moment, with what was told.
	Pending(ctx context.Context, answeredAfter time.Time) ([]domain.PendingAsk, error)
	// Remind and Escalate tell somebody, if that was not done and the ask is still open.
	Remind(ctx context.Context, id domain.AskID, n domain.Nudge) error
	Escalate(ctx context.Context, id domain.AskID, n domain.Nudge) error
}

// answerNews is how long an answer is news to who asked.
const answerNews = 4 * 24 * time.Hour

// afterReminder is the working time that a reminder gives, at most, before an escalation: it may come late, after a time without power.
const afterReminder = time.Hour

// AskStep is one thing to tell one person about an ask.
type AskStep struct {
	Kind domain.NudgeKind
	To   domain.AccountID
}

// AskSteps lists whom to tell what about an ask now: each thing once, and only in the working hours of who is told.
// The owner hears of it, later one gentle reminder when a quarter of the time is left (in their core hours, if some are before it is due), and when the answer stays out, whoever
// the workspace wants: never before the reminder was told and had its time.
func AskSteps(p domain.PendingAsk, calendars map[domain.AccountID]*worktime.Calendar, now time.Time) []AskStep {
	var out []AskStep
	add := func(k domain.NudgeKind, to domain.AccountID) {
		if c := calendars[to]; c != nil && c.Reachable(now) && !slices.Contains(p.Sent[k], to) {
			out = append(out, AskStep{k, to})
		}
	}
	if p.State == domain.AskAnswered {
		add(domain.NudgeAnswered, p.Author.ID)
		return out
	}
	if p.State != domain.AskOpen {
		return nil
	}
	owner := p.Owner.ID
	told := slices.Contains(p.Sent[domain.NudgeAsk], owner) || slices.Contains(p.Sent[domain.NudgeUrgent], owner)
	if !told {
		add(domain.NudgeAsk, owner)
	}
	c := calendars[owner]
	if c == nil || p.DueAt.IsZero() {
		return out
	}
	lead := c.Between(p.AskedAt, p.DueAt) / 4
	if p.RemindedAt.IsZero() {
		if told && c.Between(now, p.DueAt) <= lead && !coreAhead(c, now, p.DueAt) {
			add(domain.NudgeAskDue, owner)
		}
		return out // nobody is reported before they were reminded
	}
	late := now.After(p.DueAt) && c.Between(p.DueAt, now) >= p.Norms.EscalateAfter
	if late && c.Between(p.RemindedAt, now) >= min(lead, afterReminder) {
		for _, to := range escalation(p) {
			add(domain.NudgeEscalate, to)
		}
	}
	return out
}

// coreAhead tells whether it is better to wait: the person is not in their core hours now, and will be before a moment.
func coreAhead(c *worktime.Calendar, now, until time.Time) bool {
	at, ok := c.NextCore(now, until)
	return ok && at.After(now)
}

// escalation is who is told of an ask that stays unanswered. Never the one who does not answer: when there is nobody else, who asked.
func escalation(p domain.PendingAsk) []domain.AccountID {
	var to []domain.AccountID
	switch p.Norms.Escalation {
	case domain.EscalateAdmins:
		to = slices.Clone(p.Admins)
	case domain.EscalatePerson:
		to = []domain.AccountID{p.Norms.EscalateTo}
	case domain.EscalateNobody:
		return nil
	}
	to = slices.DeleteFunc(to, func(id domain.AccountID) bool { return id == p.Owner.ID || id == "" })
	if len(to) == 0 {
		return []domain.AccountID{p.Author.ID}
	}
	return to
}

// asks tells people what they have to know about asks.
func (t *tick) asks(ctx context.Context) error {
	all, err := t.Asks.Pending(ctx, t.now.Add(-answerNews))
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	var people []domain.AccountID
	for _, p := range all {
		people = append(append(people, p.Owner.ID, p.Author.ID), escalation(p)...)
	}
	if err := t.addCalendars(ctx, people); err != nil {
		return err
	}
	var errs []error
	for _, p := range all {
		for _, s := range AskSteps(p, t.calendars, t.now) {
			if err := t.tell(ctx, p, s); err != nil {
				errs = append(errs, fmt.Errorf("%s about ask %s: %w", s.Kind, p.ID, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (t *tick) tell(ctx context.Context, p domain.PendingAsk, s AskStep) error {
	n := domain.Nudge{WorkspaceID: p.WorkspaceID, AccountID: s.To, Kind: s.Kind, Ref: string(p.ID), At: t.now, Title: askTitle(s, p.Ask), Path: domain.AskPath(p.ID)}
	switch s.Kind {
	case domain.NudgeAskDue:
		return t.Asks.Remind(ctx, p.ID, n)
	case domain.NudgeEscalate:
		return t.Asks.Escalate(ctx, p.ID, n)
	default:
		_, err := t.Store.Nudge(ctx, n)
		return err
	}
}

func askTitle(s AskStep, a domain.Ask) string {
	switch s.Kind {
	case domain.NudgeAskDue:
		return "Soon due for " + a.Author.Name + ": " + a.Body
	case domain.NudgeEscalate:
		if s.To == a.Author.ID {
			return a.Owner.Name + " has not answered you: " + a.Body
		}
		return a.Owner.Name + " has not answered " + a.Author.Name + ": " + a.Body
	case domain.NudgeAnswered:
		return a.Owner.Name + " has answered: " + a.Body
	default:
		return a.Author.Name + " asks: " + a.Body
	}
}

// addCalendars reads the hours of people whose calendars are not at hand.
func (t *tick) addCalendars(ctx context.Context, people []domain.AccountID) error {
	people = slices.DeleteFunc(people, func(id domain.AccountID) bool { return t.calendars[id] != nil })
	slices.Sort(people)
	schedules, err := t.Store.Schedules(ctx, slices.Compact(people))
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	for id, schedule := range schedules {
		c, err := worktime.New(schedule)
		if err != nil {
			t.Log.WarnContext(ctx, "hours that nobody can work", slog.String("account_id", string(id)), slog.Any("error", err))
			continue
		}
		t.calendars[id] = c
	}
	return nil
}
