package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Ledger keeps the meetings that rounds stand in for, and counts what the rounds took.
type Ledger struct{ db *DB }

// AddMeeting registers one.
func (s Ledger) AddMeeting(ctx context.Context, m domain.Meeting) error {
	return failed("register a meeting", s.db.queries().InsertMeeting(ctx, sqlc.InsertMeetingParams{
		ID: m.ID, WorkspaceID: m.WorkspaceID, RoundID: orNull(m.RoundID), Name: m.Name, Minutes: m.Minutes, People: m.People, PerYear: m.PerYear,
		Since: m.Since.Midnight(), CreatedBy: m.CreatedBy,
	}))
}

// Meetings lists those of a workspace.
func (s Ledger) Meetings(ctx context.Context, w domain.WorkspaceID) ([]domain.Meeting, error) {
	rows, err := s.db.queries().Meetings(ctx, w)
	return each(rows, func(r sqlc.Meeting) domain.Meeting {
		return domain.Meeting{
			ID: r.ID, WorkspaceID: r.WorkspaceID, RoundID: deref(r.RoundID), Name: r.Name, Minutes: r.Minutes, People: r.People, PerYear: r.PerYear,
			Since: domain.DateOf(r.Since), CreatedBy: r.CreatedBy,
		}
	}), failed("list meetings", err)
}

// RemoveMeeting removes one. KindNotFound.
func (s Ledger) RemoveMeeting(ctx context.Context, w domain.WorkspaceID, id domain.MeetingID) error {
	n, err := s.db.queries().DeleteMeeting(ctx, w, id)
	return failed("remove a meeting", found(n, err, "there is no such meeting"))
}

// Taken counts what the rounds of a workspace took from one moment up to another.
func (s Ledger) Taken(ctx context.Context, w domain.WorkspaceID, since, until time.Time) (domain.Taken, error) {
	q := s.db.queries()
	spent, err := q.LedgerSpent(ctx, sqlc.LedgerSpentParams{WorkspaceID: w, Since: since, Until: until})
	if err != nil {
		return domain.Taken{}, failed("count what rounds took", err)
	}
	a, err := q.LedgerAnswers(ctx, sqlc.LedgerAnswersParams{WorkspaceID: w, Since: since, Until: until})
	return domain.Taken{
		RecordedMS: spent.RecordedMs, HeardMS: spent.HeardMs, Texts: spent.Texts,
		Occurrences: a.Occurrences, Expected: a.Expected, Answered: a.Answered, Late: a.Late,
	}, failed("count answers", err)
}
