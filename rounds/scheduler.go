package rounds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"baton/domain"
	"baton/rounds/cadence"
	"baton/rounds/worktime"
)

// Store is what the scheduler reads and records. Each method is one transaction, and may be called twice.
type Store interface {
	// Running lists all rounds that are not paused, with their members.
	Running(ctx context.Context) ([]domain.Round, error)
	// Unfinished lists the occurrences that are open, and those that closed after a moment, with answers and what was sent.
	Unfinished(ctx context.Context, closedAfter time.Time) ([]domain.Occurrence, error)
	// Open makes an occurrence, if there is none of that day. It stands for so many days: until the next.
	Open(ctx context.Context, r domain.RoundID, on domain.Date, covers int, now time.Time) error
	// Close ends one, if it is open.
	Close(ctx context.Context, id domain.OccurrenceID, now time.Time) error
	// Publish sends the record of one that has closed, if it was not sent; false: it waits for words that are being written down.
	Publish(ctx context.Context, id domain.OccurrenceID, now time.Time) (bool, error)
	// Nudge tells a person something, unless it was told before; it says whether it was now.
	Nudge(ctx context.Context, n domain.Nudge) (bool, error)

	Schedules(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]domain.Schedule, error)
}

// Scheduler opens and closes occurrences and says who is told what. It keeps nothing: all that it knows is in the store, so it may be
// killed anywhere, and several may run at once.
type Scheduler struct {
	Store Store
	Asks  AskStore
	Log   *slog.Logger
}

// Tick does what is to be done at a moment. It goes on after a failure with one round, and returns them all.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) error {
	t, err := s.look(ctx, now)
	if err != nil {
		return err
	}
	errs := []error{t.open(ctx)}
	current, err := s.Store.Unfinished(ctx, now.Add(-recordNews))
	if err != nil {
		return fmt.Errorf("list occurrences: %w", err)
	}
	for _, o := range current {
		if r, running := t.rounds[o.RoundID]; running {
			errs = append(errs, t.occurrence(ctx, r, o))
		}
	}
	return errors.Join(append(errs, t.asks(ctx))...)
}

// tick is one look at everything.
type tick struct {
	*Scheduler
	now       time.Time
	rounds    map[domain.RoundID]domain.Round
	calendars map[domain.AccountID]*worktime.Calendar
}

func (s *Scheduler) look(ctx context.Context, now time.Time) (*tick, error) {
	t := &tick{Scheduler: s, now: now, rounds: map[domain.RoundID]domain.Round{}, calendars: map[domain.AccountID]*worktime.Calendar{}}
	all, err := s.Store.Running(ctx)
	if err != nil {
		return t, fmt.Errorf("list rounds: %w", err)
	}
	var people []domain.AccountID
	for _, r := range all {
		t.rounds[r.ID] = r
		for _, m := range r.Members {
			people = append(people, m.ID)
		}
	}
	return t, t.addCalendars(ctx, people)
}

// open makes the occurrences that have begun for somebody and are not over for everybody.
func (t *tick) open(ctx context.Context) error {
	today := domain.DateOf(t.now.UTC())
	var errs []error
	for _, r := range t.rounds {
		rule, err := cadence.Parse(r.Rule)
		if err != nil {
			errs = append(errs, fmt.Errorf("round %s: %w", r.ID, err))
			continue
		}
		for _, on := range rule.Between(r.StartsOn, today.Plus(-2-r.CloseAfterDays), today.Plus(1)) {
			if begun, over := t.span(r, on); begun && !over && t.expected(r, on) {
				if err := t.Store.Open(ctx, r.ID, on, rule.Gap(r.StartsOn, on), t.now); err != nil {
					errs = append(errs, fmt.Errorf("open round %s of %s: %w", r.ID, on, err))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// span tells whether a day's occurrence has begun for any member, and whether it is over for all.
func (t *tick) span(r domain.Round, on domain.Date) (begun, over bool) {
	over = true
	for _, m := range r.Members {
		if c := t.calendars[m.ID]; c != nil {
			w := WindowOf(r, on, c)
			begun = begun || !t.now.Before(w.Opens)
			over = over && !t.now.Before(w.Closes)
		}
	}
	return begun, over
}

// expected tells whether anybody works on that day.
func (t *tick) expected(r domain.Round, on domain.Date) bool {
	for _, m := range r.Members {
		if c := t.calendars[m.ID]; c != nil && c.WorkingDay(on) {
			return true
		}
	}
	return false
}

// occurrence tells members what they have to be told, and closes it at its end.
func (t *tick) occurrence(ctx context.Context, r domain.Round, o domain.Occurrence) error {
	if _, over := t.span(r, o.On); over && o.ClosedAt.IsZero() {
		if err := t.Store.Close(ctx, o.ID, t.now); err != nil {
			return fmt.Errorf("close %s: %w", o.ID, err)
		}
		o.ClosedAt = t.now
	}
	if !o.ClosedAt.IsZero() && o.RecordedAt.IsZero() {
		sent, err := t.Store.Publish(ctx, o.ID, t.now)
		if err != nil {
			return fmt.Errorf("send the record of %s: %w", o.ID, err)
		}
		if !sent {
			return nil // who is told of it reads all of it
		}
		o.RecordedAt = t.now
	}
	for _, m := range r.Members {
		c := t.calendars[m.ID]
		if c == nil {
			continue
		}
		for _, kind := range Due(r, o, m.ID, c, t.now) {
			n := news(kind, r, o, WindowOf(r, o.On, c).Closes.In(c.Zone()))
			n.AccountID, n.At = m.ID, t.now
			if _, err := t.Store.Nudge(ctx, n); err != nil {
				return fmt.Errorf("nudge %s about %s: %w", m.ID, o.ID, err)
			}
		}
	}
	return nil
}

// news is what a member is told of an occurrence that closes for them at a moment, shown on their clock.
func news(k domain.NudgeKind, r domain.Round, o domain.Occurrence, closes time.Time) domain.Nudge {
	n := domain.Nudge{WorkspaceID: r.WorkspaceID, Kind: k, Ref: string(o.ID), Path: domain.OccurrencePath(r.ID, o.ID)}
	if k == domain.NudgeRecord {
		n.Title = r.Name + " has closed: read the record"
		return n
	}
	n.Title, n.Until = r.Name+" is open until "+closes.Format("Monday 15:04"), closes
	if k == domain.NudgeRemind {
		n.Title = r.Name + " closes soon: " + closes.Format("Monday 15:04")
	}
	var questions []string
	for _, s := range r.Sections {
		questions = append(questions, s.Title+": "+s.Prompt)
	}
	n.Text = strings.Join(questions, "\n")
	return n
}
