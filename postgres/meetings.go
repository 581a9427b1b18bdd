package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noMeeting = "there is no such meeting"

// Ledger keeps the meetings that rounds stand in for, and counts what the rounds took.
type Ledger struct{ db *DB }

// AddMeeting registers one.
func (s Ledger) AddMeeting(ctx context.Context, m domain.Meeting) error {
	return failed("register a meeting", s.db.queries().InsertMeeting(ctx, sqlc.InsertMeetingParams{
		ID: m.ID, WorkspaceID: m.WorkspaceID, RoundID: orNull(m.RoundID), Name: m.Name, Minutes: m.Minutes, People: m.People, PerYear: m.PerYear,
		Since: m.Since.Midnight(), Until: lastDay(m), CreatedBy: m.CreatedBy,
	}))
}

// UpdateMeeting makes one as it is given. KindNotFound.
func (s Ledger) UpdateMeeting(ctx context.Context, m domain.Meeting) error {
	n, err := s.db.queries().UpdateMeeting(ctx, sqlc.UpdateMeetingParams{
		ID: m.ID, WorkspaceID: m.WorkspaceID, RoundID: orNull(m.RoundID), Name: m.Name, Minutes: m.Minutes, People: m.People, PerYear: m.PerYear,
		Since: m.Since.Midnight(), Until: lastDay(m),
	})
	return failed("change a meeting", found(n, err, noMeeting))
}

// Meetings lists those of a workspace.
func (s Ledger) Meetings(ctx context.Context, w domain.WorkspaceID) ([]domain.Meeting, error) {
	rows, err := s.db.queries().Meetings(ctx, w)
	return each(rows, func(r sqlc.Meeting) domain.Meeting {
		m := domain.Meeting{
			ID: r.ID, WorkspaceID: r.WorkspaceID, RoundID: deref(r.RoundID), Name: r.Name, Minutes: r.Minutes, People: r.People, PerYear: r.PerYear,
			Since: domain.DateOf(r.Since), CreatedBy: r.CreatedBy,
		}
		if r.Until != nil {
			m.Until = domain.DateOf(*r.Until)
		}
		return m
	}), failed("list meetings", err)
}

// RemoveMeeting removes one. KindNotFound.
func (s Ledger) RemoveMeeting(ctx context.Context, w domain.WorkspaceID, id domain.MeetingID) error {
	n, err := s.db.queries().DeleteMeeting(ctx, w, id)
	return failed("remove a meeting", found(n, err, noMeeting))
}

// Held lists the occurrences by which rounds stood in for meetings on any of some days, oldest first.
func (s Ledger) Held(ctx context.Context, w domain.WorkspaceID, first, last domain.Date) ([]domain.Held, error) {
	rows, err := s.db.queries().HeldOccurrences(ctx, sqlc.HeldOccurrencesParams{WorkspaceID: w, First: first.Midnight(), Last: last.Midnight()})
	return each(rows, func(r sqlc.HeldOccurrencesRow) domain.Held {
		return domain.Held{RoundID: r.RoundID, On: domain.DateOf(r.OnDay), Days: r.CoversDays}
	}), failed("list what stood in for meetings", err)
}

// Spent lists what the rounds of a workspace took from one day (UTC) to another, by day; days without anything are left out.
func (s Ledger) Spent(ctx context.Context, w domain.WorkspaceID, first, last domain.Date) ([]domain.Spent, error) {
	rows, err := s.db.queries().LedgerSpent(ctx, sqlc.LedgerSpentParams{
		WorkspaceID: w, First: first.Midnight(), Last: last.Midnight(), Since: first.Midnight(), Until: last.Plus(1).Midnight(),
	})
	return each(rows, func(r sqlc.LedgerSpentRow) domain.Spent {
		return domain.Spent{On: domain.DateOf(r.OnDay), RecordedMS: r.RecordedMs, PlayedMS: r.PlayedMs, Texts: r.Texts}
	}), failed("count what rounds took", err)
}

// Answered counts the answers to what opened from one moment up to another.
func (s Ledger) Answered(ctx context.Context, w domain.WorkspaceID, since, until time.Time) (domain.Answered, error) {
	a, err := s.db.queries().LedgerAnswers(ctx, sqlc.LedgerAnswersParams{WorkspaceID: w, Since: since, Until: until})
	return domain.Answered{Occurrences: a.Occurrences, Expected: a.Expected, Answered: a.Answered, Late: a.Late}, failed("count answers", err)
}

// lastDay is null for a meeting that is not held to this day.
func lastDay(m domain.Meeting) *time.Time {
	if m.Until == "" {
		return nil
	}
	day := m.Until.Midnight()
	return &day
}
