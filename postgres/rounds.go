package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const (
	noRound      = "there is no such round"
	noOccurrence = "there is no such occurrence of a round"
)

// Rounds keeps the rounds, their occurrences and answers, and what people were told.
type Rounds struct{ db *DB }

// List gives the rounds of a workspace, oldest first.
func (s Rounds) List(ctx context.Context, w domain.WorkspaceID) ([]domain.Round, error) {
	q := s.db.queries()
	rows, err := q.Rounds(ctx, w, "")
	if err != nil {
		return nil, failed("list rounds", err)
	}
	all := each(rows, func(r sqlc.RoundsRow) domain.Round { return toRound(r.Round) })
	return all, failed("list members of rounds", addMembers(ctx, q, all))
}

// Get reads one. KindNotFound.
func (s Rounds) Get(ctx context.Context, w domain.WorkspaceID, id domain.RoundID) (domain.Round, error) {
	r, err := round(ctx, s.db.queries(), w, id)
	return r, failed("read a round", err)
}

func round(ctx context.Context, q *sqlc.Queries, w domain.WorkspaceID, id domain.RoundID) (domain.Round, error) {
	rows, err := q.Rounds(ctx, w, string(id))
	if err != nil || len(rows) == 0 || id == "" {
		return domain.Round{}, found(0, err, noRound)
	}
	one := []domain.Round{toRound(rows[0].Round)}
	err = addMembers(ctx, q, one)
	return one[0], err
}

// addMembers fills in who takes part.
func addMembers(ctx context.Context, q *sqlc.Queries, all []domain.Round) error {
	at := make(map[domain.RoundID]int, len(all))
	for i, r := range all {
		at[r.ID] = i
	}
	rows, err := q.RoundMembers(ctx, each(all, func(r domain.Round) string { return string(r.ID) }))
	for _, m := range rows {
		r := &all[at[m.RoundID]]
		r.Members = append(r.Members, domain.Account{ID: m.AccountID, Name: m.Name})
	}
	return err
}

// Create makes a round; of its members those are taken who belong to the workspace.
func (s Rounds) Create(ctx context.Context, r domain.Round) error {
	return s.db.inTx(ctx, "make a round", func(t *tx) error {
		err := t.InsertRound(ctx, sqlc.InsertRoundParams{
			ID: r.ID, WorkspaceID: r.WorkspaceID, SpaceID: orNull(r.SpaceID), Name: r.Name, Template: r.Template, Sections: r.Sections, Rule: r.Rule,
			StartsOn: r.StartsOn.Midnight(), Opens: int(r.Opens), Closes: int(r.Closes), CloseAfterDays: r.CloseAfterDays,
			RemindMinutes: int(r.RemindBefore / time.Minute), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
		})
		if err != nil {
			return err
		}
		return t.setRoundMembers(ctx, r)
	})
}

// Update makes a round as it is given. KindNotFound.
func (s Rounds) Update(ctx context.Context, r domain.Round) error {
	return s.db.inTx(ctx, "change a round", func(t *tx) error {
		n, err := t.UpdateRound(ctx, sqlc.UpdateRoundParams{
			ID: r.ID, SpaceID: orNull(r.SpaceID), Name: r.Name, Sections: r.Sections, Rule: r.Rule, StartsOn: r.StartsOn.Midnight(), Opens: int(r.Opens),
			Closes: int(r.Closes), CloseAfterDays: r.CloseAfterDays, RemindMinutes: int(r.RemindBefore / time.Minute), Paused: r.Paused,
		})
		if err := found(n, err, noRound); err != nil {
			return err
		}
		return t.setRoundMembers(ctx, r)
	})
}

func (t *tx) setRoundMembers(ctx context.Context, r domain.Round) error {
	ids := each(r.Members, func(a domain.Account) string { return string(a.ID) })
	if err := t.KeepRoundMembers(ctx, r.ID, ids); err != nil {
		return err
	}
	if err := t.AddRoundMembers(ctx, r.ID, ids); err != nil {
		return err
	}
	return t.roundChanged(r.WorkspaceID, r.ID, "")
}

// Delete ends a round for good; what was answered stays in the clips. KindNotFound.
func (s Rounds) Delete(ctx context.Context, w domain.WorkspaceID, id domain.RoundID) error {
	return s.db.inTx(ctx, "delete a round", func(t *tx) error {
		if _, err := round(ctx, t.Queries, w, id); err != nil {
			return err
		}
		n, err := t.DeleteRound(ctx, id)
		if err := found(n, err, noRound); err != nil {
			return err
		}
		return t.roundChanged(w, id, "")
	})
}

// Occurrences lists those of a round with their answers, the newest first, up to limit, older than before if that is given.
func (s Rounds) Occurrences(ctx context.Context, id domain.RoundID, before domain.OccurrenceID, limit int) ([]domain.Occurrence, error) {
	q := s.db.queries()
	rows, err := q.Occurrences(ctx, sqlc.OccurrencesParams{RoundID: id, Before: string(before), PageSize: limit})
	if err != nil {
		return nil, failed("list occurrences", err)
	}
	all := each(rows, func(r sqlc.OccurrencesRow) domain.Occurrence { return toOccurrence(r.Occurrence) })
	return all, failed("list answers", fillOccurrences(ctx, q, all))
}

// LastOccurrences lists the last of each round of a workspace, or of a space in it, with their answers, the newest first.
func (s Rounds) LastOccurrences(ctx context.Context, w domain.WorkspaceID, in domain.SpaceID, most int) ([]domain.Occurrence, error) {
	q := s.db.queries()
	rows, err := q.LastOccurrences(ctx, sqlc.LastOccurrencesParams{WorkspaceID: w, InSpace: string(in), Most: most})
	if err != nil {
		return nil, failed("list last occurrences", err)
	}
	all := each(rows, func(r sqlc.LastOccurrencesRow) domain.Occurrence { return toOccurrence(r.Occurrence) })
	return all, failed("list answers", fillOccurrences(ctx, q, all))
}

// Occurrence reads one with its round. KindNotFound.
func (s Rounds) Occurrence(ctx context.Context, w domain.WorkspaceID, id domain.OccurrenceID) (domain.Occurrence, domain.Round, error) {
	o, r, err := occurrence(ctx, s.db.queries(), w, id)
	return o, r, failed("read an occurrence", err)
}

func occurrence(ctx context.Context, q *sqlc.Queries, w domain.WorkspaceID, id domain.OccurrenceID) (domain.Occurrence, domain.Round, error) {
	row, err := q.Occurrence(ctx, id)
	if err == nil && row.WorkspaceID != w {
		err = domain.Errorf(domain.KindNotFound, noOccurrence)
	}
	if err != nil {
		return domain.Occurrence{}, domain.Round{}, orNotFound(err, noOccurrence)
	}
	one := []domain.Occurrence{toOccurrence(row.Occurrence)}
	if err := fillOccurrences(ctx, q, one); err != nil {
		return domain.Occurrence{}, domain.Round{}, err
	}
	r, err := round(ctx, q, w, one[0].RoundID)
	return one[0], r, err
}

// fillOccurrences adds answers and what was sent.
func fillOccurrences(ctx context.Context, q *sqlc.Queries, all []domain.Occurrence) error {
	at := make(map[domain.OccurrenceID]*domain.Occurrence, len(all))
	ids := make([]string, len(all))
	for i := range all {
		at[all[i].ID], ids[i] = &all[i], string(all[i].ID)
	}
	answers, err := q.Answers(ctx, ids)
	if err != nil {
		return err
	}
	for _, a := range answers {
		o := at[a.Answer.OccurrenceID]
		o.Answers = append(o.Answers, toAnswer(a.Answer, a.AuthorName))
	}
	sent, err := q.Nudges(ctx, ids)
	for _, n := range sent {
		o := at[domain.OccurrenceID(n.Ref)]
		o.Sent[n.Kind] = append(o.Sent[n.Kind], n.AccountID)
	}
	return err
}

// Answer keeps what a member says, in place of what they said before. KindNotFound.
func (s Rounds) Answer(ctx context.Context, w domain.WorkspaceID, a domain.Answer) error {
	return s.db.inTx(ctx, "answer a round", func(t *tx) error {
		if _, err := t.LockOccurrence(ctx, a.OccurrenceID); err != nil {
			return orNotFound(err, noOccurrence)
		}
		o, r, err := occurrence(ctx, t.Queries, w, a.OccurrenceID)
		if err != nil {
			return err
		}
		if err := t.raise(ctx, w, o.ID, a.Author.ID, a.Blockers(r.Sections), a.UpdatedAt); err != nil {
			return err
		}
		if err := t.PutAnswer(ctx, sqlc.PutAnswerParams{
			ID: a.ID, OccurrenceID: a.OccurrenceID, AuthorID: a.Author.ID, Parts: a.Parts, Late: a.Late, At: a.UpdatedAt,
		}); err != nil {
			return err
		}
		if err := t.bringOutcomes(ctx, o, a); err != nil {
			return err
		}
		if err := t.chapterSections(ctx, r.Sections, a.Parts); err != nil {
			return err
		}
		if err := t.settleNotices(ctx, a.Author.ID, string(o.ID), domain.NudgePrompt, domain.NudgeRemind); err != nil {
			return err
		}
		if err := t.UseAnswerLinks(ctx, sqlc.UseAnswerLinksParams{At: a.UpdatedAt, OccurrenceID: o.ID, AccountID: a.Author.ID}); err != nil {
			return err
		}
		if err := t.postAnswer(ctx, r, a); err != nil {
			return err
		}
		return t.roundChanged(w, o.RoundID, o.ID)
	})
}

// Withdraw takes an answer back. KindNotFound.
func (s Rounds) Withdraw(ctx context.Context, w domain.WorkspaceID, id domain.OccurrenceID, author domain.AccountID) error {
	return s.db.inTx(ctx, "withdraw an answer", func(t *tx) error {
		o, _, err := occurrence(ctx, t.Queries, w, id)
		if err != nil {
			return err
		}
		if err := t.raise(ctx, w, id, author, nil, time.Time{}); err != nil {
			return err
		}
		n, err := t.DeleteAnswer(ctx, id, author)
		if err := found(n, err, "there is no such answer"); err != nil {
			return err
		}
		if err := t.DropPosts(ctx, sqlc.DropPostsParams{WorkspaceID: w, Key: "answer_of", ID: answerOf(id, author)}); err != nil {
			return err
		}
		return t.roundChanged(w, o.RoundID, o.ID)
	})
}

// Running lists the rounds of all workspaces that are not paused.
func (s Rounds) Running(ctx context.Context) ([]domain.Round, error) {
	q := s.db.queries()
	rows, err := q.RunningRounds(ctx)
	if err != nil {
		return nil, failed("list running rounds", err)
	}
	all := each(rows, func(r sqlc.RunningRoundsRow) domain.Round { return toRound(r.Round) })
	return all, failed("list members of rounds", addMembers(ctx, q, all))
}

// Unfinished lists occurrences that are open, or closed after a moment.
func (s Rounds) Unfinished(ctx context.Context, closedAfter time.Time) ([]domain.Occurrence, error) {
	q := s.db.queries()
	rows, err := q.UnfinishedOccurrences(ctx, closedAfter)
	if err != nil {
		return nil, failed("list unfinished occurrences", err)
	}
	all := each(rows, func(r sqlc.UnfinishedOccurrencesRow) domain.Occurrence { return toOccurrence(r.Occurrence) })
	return all, failed("list answers", fillOccurrences(ctx, q, all))
}

// OpenFor lists the open occurrences that a member has not answered, without answers.
func (s Rounds) OpenFor(ctx context.Context, v domain.Viewer) ([]domain.Occurrence, error) {
	rows, err := s.db.queries().OpenOccurrencesOf(ctx, v.WorkspaceID, v.AccountID)
	return each(rows, func(r sqlc.OpenOccurrencesOfRow) domain.Occurrence { return toOccurrence(r.Occurrence) }), failed("list open occurrences", err)
}

// Open makes the occurrence of a day, which stands for so many days, if there is none.
func (s Rounds) Open(ctx context.Context, r domain.RoundID, on domain.Date, covers int, now time.Time) error {
	id := domain.NewIDAt[domain.OccurrenceID](now)
	return s.db.inTx(ctx, "open an occurrence", func(t *tx) error {
		n, err := t.OpenOccurrence(ctx, sqlc.OpenOccurrenceParams{ID: id, RoundID: r, OnDay: on.Midnight(), OpenedAt: now, CoversDays: covers})
		if err != nil || n == 0 {
			return err
		}
		row, err := t.Occurrence(ctx, id)
		if err != nil {
			return err
		}
		if err := t.postOpened(ctx, row, now); err != nil {
			return err
		}
		return t.roundChanged(row.WorkspaceID, r, id)
	})
}

// Close ends one, if it is open.
func (s Rounds) Close(ctx context.Context, id domain.OccurrenceID, now time.Time) error {
	return s.db.inTx(ctx, "close an occurrence", func(t *tx) error {
		n, err := t.CloseOccurrence(ctx, now, id)
		if err != nil || n == 0 {
			return err
		}
		o, r, err := t.occurrenceOf(ctx, id)
		if err != nil {
			return err
		}
		if _, err := t.postClosed(ctx, o, r, now); err != nil {
			return err
		}
		return t.roundChanged(r.WorkspaceID, r.ID, id)
	})
}

// Publish sends the record of an occurrence that has closed, unless that was done; false: it waits for words that are being written down.
func (s Rounds) Publish(ctx context.Context, id domain.OccurrenceID, now time.Time) (done bool, err error) {
	err = s.db.inTx(ctx, "send a record", func(t *tx) error {
		o, r, err := t.occurrenceOf(ctx, id)
		if err != nil {
			return err
		}
		if done = !o.RecordedAt.IsZero(); done {
			return nil
		}
		if done, err = t.postClosed(ctx, o, r, now); err != nil || !done {
			return err
		}
		return t.roundChanged(r.WorkspaceID, r.ID, id)
	})
	return done, err
}

func (t *tx) occurrenceOf(ctx context.Context, id domain.OccurrenceID) (domain.Occurrence, domain.Round, error) {
	row, err := t.Occurrence(ctx, id)
	if err != nil {
		return domain.Occurrence{}, domain.Round{}, orNotFound(err, noOccurrence)
	}
	return occurrence(ctx, t.Queries, row.WorkspaceID, id)
}

// Nudge tells a person something unless they were told before, and says whether it did.
func (s Rounds) Nudge(ctx context.Context, n domain.Nudge) (bool, error) {
	told := false
	err := s.db.inTx(ctx, "nudge", func(t *tx) (err error) {
		told, err = t.nudge(ctx, n)
		return err
	})
	return told, err
}

// Nudges lists what a person was told in a workspace, the newest first.
func (s Rounds) Nudges(ctx context.Context, v domain.Viewer, limit int) ([]domain.Nudge, error) {
	rows, err := s.db.queries().NudgesOf(ctx, sqlc.NudgesOfParams{AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, PageSize: limit})
	return each(rows, func(r sqlc.Nudge) domain.Nudge {
		return domain.Nudge{WorkspaceID: r.WorkspaceID, AccountID: r.AccountID, Kind: r.Kind, Ref: r.Ref, Title: r.Title, At: r.At}
	}), failed("list nudges", err)
}

// Schedules reads when people work.
func (s Rounds) Schedules(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]domain.Schedule, error) {
	return schedules(ctx, s.db.queries(), ids)
}

// roundChanged notes that a round, or one occurrence of it, has to be read again.
func (t *tx) roundChanged(w domain.WorkspaceID, id domain.RoundID, o domain.OccurrenceID) error {
	data, err := json.Marshal(struct {
		ID           domain.RoundID      `json:"id"`
		OccurrenceID domain.OccurrenceID `json:"occurrence_id,omitempty"`
	}{id, o})
	if err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	t.events = append(t.events, domain.Event{WorkspaceID: w, Kind: domain.EventRoundChanged, Data: data})
	return nil
}

func toRound(r sqlc.Round) domain.Round {
	return domain.Round{
		ID: r.ID, WorkspaceID: r.WorkspaceID, SpaceID: deref(r.SpaceID), Name: r.Name, Template: r.Template, Sections: r.Sections, Rule: r.Rule,
		StartsOn: domain.DateOf(r.StartsOn), Opens: domain.ClockTime(r.Opens), Closes: domain.ClockTime(r.Closes), CloseAfterDays: r.CloseAfterDays,
		RemindBefore: time.Duration(r.RemindMinutes) * time.Minute, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, Paused: r.Paused,
	}
}

func toOccurrence(o sqlc.Occurrence) domain.Occurrence {
	return domain.Occurrence{
		ID: o.ID, RoundID: o.RoundID, On: domain.DateOf(o.OnDay), OpenedAt: o.OpenedAt, ClosedAt: deref(o.ClosedAt), RecordedAt: deref(o.RecordedAt), Sent: map[domain.NudgeKind][]domain.AccountID{},
	}
}

func toAnswer(a sqlc.Answer, author string) domain.Answer {
	return domain.Answer{
		ID: a.ID, OccurrenceID: a.OccurrenceID, Author: domain.Account{ID: a.AuthorID, Name: author}, Parts: a.Parts,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Late: a.Late,
	}
}
