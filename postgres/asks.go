package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noAsk = "there is no such ask"

// Asks keeps what people want of each other, and what workspaces expect of answers.
type Asks struct{ db *DB }

// Norms reads what a workspace expects.
func (s Asks) Norms(ctx context.Context, w domain.WorkspaceID) (domain.Norms, error) {
	all, err := norms(ctx, s.db.queries(), []string{string(w)})
	if n, said := all[w]; said {
		return n, failed("read norms", err)
	}
	return domain.DefaultNorms(), failed("read norms", err)
}

func norms(ctx context.Context, q *sqlc.Queries, workspaces []string) (map[domain.WorkspaceID]domain.Norms, error) {
	rows, err := q.NormsOf(ctx, workspaces)
	all := make(map[domain.WorkspaceID]domain.Norms, len(rows))
	for _, r := range rows {
		all[r.WorkspaceID] = domain.Norms{
			UrgentHours: r.UrgentHours, StandardDays: r.StandardDays, RelaxedDays: r.RelaxedDays, Escalation: r.Escalation, EscalateTo: deref(r.EscalateTo),
			EscalateAfter: time.Duration(r.EscalateMinutes) * time.Minute, HourCost: r.HourCost, Currency: r.Currency,
		}
	}
	return all, err
}

// SetNorms changes them. Due times that were told stay.
func (s Asks) SetNorms(ctx context.Context, w domain.WorkspaceID, n domain.Norms) error {
	return failed("set norms", s.db.queries().PutNorms(ctx, sqlc.PutNormsParams{
		WorkspaceID: w, UrgentHours: n.UrgentHours, StandardDays: n.StandardDays, RelaxedDays: n.RelaxedDays, Escalation: n.Escalation,
		EscalateTo: orNull(n.EscalateTo), EscalateMinutes: int(n.EscalateAfter / time.Minute), HourCost: n.HourCost, Currency: n.Currency,
	}))
}

// Create keeps an ask. An urgent one is told its owner at once, whatever the hour: that is the glass that it breaks.
func (s Asks) Create(ctx context.Context, a domain.Ask) error {
	return s.db.inTx(ctx, "keep an ask", func(t *tx) error {
		err := t.InsertAsk(ctx, sqlc.InsertAskParams{
			ID: a.ID, WorkspaceID: a.WorkspaceID, AuthorID: a.Author.ID, OwnerID: a.Owner.ID, Body: a.Body, Class: a.Class, Reason: a.Reason,
			ClipID: orNull(a.Source.ClipID), StartMs: a.Source.StartMS, EndMs: a.Source.EndMS, CommentID: orNull(a.Source.CommentID),
			OccurrenceID: orNull(a.Source.OccurrenceID), Origin: a.Origin, AskedAt: a.AskedAt, ReachedAt: orNull(a.ReachedAt), DueAt: orNull(a.DueAt),
		})
		if err != nil {
			return err
		}
		if a.Class == domain.ReplyUrgent {
			n := domain.Nudge{WorkspaceID: a.WorkspaceID, AccountID: a.Owner.ID, Kind: domain.NudgeUrgent, Ref: string(a.ID), Title: "Urgent: " + a.Reason, Text: a.Body, Path: domain.AskPath(a.ID), At: a.AskedAt}
			if _, err := t.nudge(ctx, n); err != nil {
				return err
			}
			err = t.postUrgent(ctx, a)
		} else {
			err = t.postAsk(ctx, a)
		}
		if err != nil {
			return err
		}
		return t.askChanged(a)
	})
}

// Get reads one that the viewer may see. KindNotFound.
func (s Asks) Get(ctx context.Context, v domain.Viewer, id domain.AskID) (domain.Ask, error) {
	a, err := ask(ctx, s.db.queries(), v, id)
	return a, failed("read an ask", err)
}

func ask(ctx context.Context, q *sqlc.Queries, v domain.Viewer, id domain.AskID) (domain.Ask, error) {
	rows, err := q.Asks(ctx, sqlc.AsksParams{WorkspaceID: v.WorkspaceID, ID: string(id)})
	if err != nil || len(rows) == 0 || id == "" {
		return domain.Ask{}, found(0, err, noAsk)
	}
	a := toAsk(rows[0].Ask, rows[0].AuthorName, rows[0].OwnerName)
	if !a.VisibleTo(v) {
		return domain.Ask{}, domain.Errorf(domain.KindNotFound, noAsk)
	}
	return a, nil
}

// List lists asks of a workspace, open ones first by due time, up to a bound. It is the caller's to ask only for what may be seen.
func (s Asks) List(ctx context.Context, w domain.WorkspaceID, f domain.AskFilter) ([]domain.Ask, error) {
	rows, err := s.db.queries().Asks(ctx, sqlc.AsksParams{
		WorkspaceID: w, OwnedBy: string(f.Owner), AskedBy: string(f.Author), InOccurrence: string(f.Occurrence), OnlyOpen: f.Open, OnlyUrgent: f.Urgent,
		Since: orNull(f.Since), Until: orNull(f.Until), ReadBy: string(f.ReadBy.AccountID), Guest: f.ReadBy.Role == domain.RoleGuest, Most: f.Most,
	})
	return each(rows, func(r sqlc.AsksRow) domain.Ask { return toAsk(r.Ask, r.AuthorName, r.OwnerName) }), failed("list asks", err)
}

// Answer settles one. KindConflict when it is not open any more.
func (s Asks) Answer(ctx context.Context, v domain.Viewer, a domain.Ask) error {
	return s.settle(ctx, v, a.ID, func(t *tx, before domain.Ask) (int64, error) {
		n, err := t.AnswerAsk(ctx, sqlc.AnswerAskParams{ID: a.ID, Answer: a.Answer, AnswerClip: orNull(a.AnswerClip), AnsweredAt: a.AnsweredAt})
		if err != nil || n == 0 {
			return n, err
		}
		return n, t.postAnswered(ctx, before, a.AnsweredAt)
	})
}

// Withdraw takes one back. KindConflict when it is not open any more.
func (s Asks) Withdraw(ctx context.Context, v domain.Viewer, id domain.AskID) error {
	return s.settle(ctx, v, id, func(t *tx, a domain.Ask) (int64, error) {
		n, err := t.WithdrawAsk(ctx, id)
		if err != nil || n == 0 {
			return n, err
		}
		if err := t.DropPosts(ctx, sqlc.DropPostsParams{WorkspaceID: v.WorkspaceID, Key: "ask_id", ID: string(id)}); err != nil {
			return n, err
		}
		return n, t.postWithdrawn(ctx, a)
	})
}

func (s Asks) settle(ctx context.Context, v domain.Viewer, id domain.AskID, do func(*tx, domain.Ask) (int64, error)) error {
	return s.db.inTx(ctx, "settle an ask", func(t *tx) error {
		a, err := ask(ctx, t.Queries, v, id)
		if err != nil {
			return err
		}
		n, err := do(t, a)
		if err == nil && n == 0 {
			return domain.Errorf(domain.KindConflict, "this ask is not open any more")
		} else if err != nil {
			return err
		}
		if err := t.settleNotices(ctx, "", string(id), domain.NudgeAsk, domain.NudgeAskDue, domain.NudgeEscalate, domain.NudgeUrgent); err != nil {
			return err
		}
		return t.askChanged(a)
	})
}

// Pending lists the asks of all workspaces that are open, or were answered after a moment, with what was told.
func (s Asks) Pending(ctx context.Context, answeredAfter time.Time) ([]domain.PendingAsk, error) {
	q := s.db.queries()
	rows, err := q.PendingAsks(ctx, answeredAfter)
	if err != nil {
		return nil, failed("list pending asks", err)
	}
	all := make([]domain.PendingAsk, len(rows))
	at := map[string]int{}
	var refs, workspaces []string
	for i, r := range rows {
		all[i] = domain.PendingAsk{Ask: toAsk(r.Ask, r.AuthorName, r.OwnerName), Norms: domain.DefaultNorms(), Sent: map[domain.NudgeKind][]domain.AccountID{}}
		at[string(r.Ask.ID)] = i
		refs, workspaces = append(refs, string(r.Ask.ID)), append(workspaces, string(r.Ask.WorkspaceID))
	}
	slices.Sort(workspaces)
	workspaces = slices.Compact(workspaces)
	sent, err := q.Nudges(ctx, refs)
	if err != nil {
		return nil, failed("list nudges of asks", err)
	}
	for _, n := range sent {
		p := &all[at[n.Ref]]
		p.Sent[n.Kind] = append(p.Sent[n.Kind], n.AccountID)
	}
	return all, failed("read norms", addNorms(ctx, q, workspaces, all))
}

// addNorms fills in what each ask's workspace expects, and who runs it.
func addNorms(ctx context.Context, q *sqlc.Queries, workspaces []string, all []domain.PendingAsk) error {
	said, err := norms(ctx, q, workspaces)
	if err != nil {
		return err
	}
	rows, err := q.AdminsOf(ctx, workspaces)
	admins := map[domain.WorkspaceID][]domain.AccountID{}
	for _, r := range rows {
		admins[r.WorkspaceID] = append(admins[r.WorkspaceID], r.AccountID)
	}
	for i := range all {
		w := all[i].WorkspaceID
		if n, ok := said[w]; ok {
			all[i].Norms = n
		}
		all[i].Admins = admins[w]
	}
	return err
}

// Remind reminds an ask's owner, once.
func (s Asks) Remind(ctx context.Context, id domain.AskID, n domain.Nudge) error {
	return s.db.inTx(ctx, "remind of an ask", func(t *tx) error {
		rows, err := t.RemindAsk(ctx, n.At, id)
		if err != nil || rows == 0 {
			return err
		}
		_, err = t.nudge(ctx, n)
		return err
	})
}

// Escalate tells somebody of an ask that stays unanswered, once.
func (s Asks) Escalate(ctx context.Context, id domain.AskID, n domain.Nudge) error {
	return s.db.inTx(ctx, "escalate an ask", func(t *tx) error {
		rows, err := t.EscalateAsk(ctx, sqlc.EscalateAskParams{ID: id, EscalatedAt: n.At, EscalatedTo: string(n.AccountID)})
		if err != nil || rows == 0 {
			return err
		}
		if _, err = t.nudge(ctx, n); err != nil {
			return err
		}
		all, err := t.Asks(ctx, sqlc.AsksParams{WorkspaceID: n.WorkspaceID, ID: string(id)})
		if err != nil || len(all) == 0 {
			return err
		}
		return t.postOverdue(ctx, toAsk(all[0].Ask, all[0].AuthorName, all[0].OwnerName))
	})
}

// askChanged tells the two whom it is about to read an ask again.
func (t *tx) askChanged(a domain.Ask) error {
	return t.thingChanged(domain.EventAskChanged, a.WorkspaceID, string(a.ID), a.Author.ID, a.Owner.ID)
}

// thingChanged notes that something of a workspace has to be read again, by an audience or everybody.
func (t *tx) thingChanged(k domain.EventKind, w domain.WorkspaceID, id string, audience ...domain.AccountID) error {
	data, err := json.Marshal(struct {
		ID string `json:"id"`
	}{id})
	if err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	t.events = append(t.events, domain.Event{WorkspaceID: w, Kind: k, Data: data, Audience: audience})
	return nil
}

func toAsk(a sqlc.Ask, author, owner string) domain.Ask {
	return domain.Ask{
		ID: a.ID, WorkspaceID: a.WorkspaceID, Author: domain.Account{ID: a.AuthorID, Name: author}, Owner: domain.Account{ID: a.OwnerID, Name: owner},
		Body: a.Body, Class: a.Class, Reason: a.Reason, Source: toSource(a.ClipID, a.StartMs, a.EndMs, a.CommentID, a.OccurrenceID), Origin: a.Origin,
		AskedAt: a.AskedAt, ReachedAt: deref(a.ReachedAt), DueAt: deref(a.DueAt), State: a.State, Answer: a.Answer, AnswerClip: deref(a.AnswerClip),
		AnsweredAt: deref(a.AnsweredAt), RemindedAt: deref(a.RemindedAt), EscalatedAt: deref(a.EscalatedAt), EscalatedTo: deref(a.EscalatedTo),
	}
}

func toSource(clip *domain.ClipID, start, end int64, comment *domain.CommentID, o *domain.OccurrenceID) domain.Source {
	return domain.Source{ClipID: deref(clip), StartMS: start, EndMS: end, CommentID: deref(comment), OccurrenceID: deref(o)}
}

// SettledProposals lists the moments of a clip whose proposal was accepted or dismissed.
func (s Asks) SettledProposals(ctx context.Context, id domain.ClipID) ([]int64, error) {
	all, err := s.db.queries().SettledOf(ctx, []string{string(id)})
	return each(all, func(r sqlc.ProposalDismissed) int64 { return r.StartMs }), failed("list settled proposals", err)
}

// DismissProposal notes that a sentence was not meant so.
func (s Asks) DismissProposal(ctx context.Context, id domain.ClipID, startMS int64) error {
	return failed("dismiss a proposal", s.db.queries().DismissProposal(ctx, id, startMS))
}
