package postgres

import (
	"context"
	"strings"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/search"
)

const noDecision = "there is no such decision"

// Decisions keeps what was decided.
type Decisions struct{ db *DB }

// Create keeps a decision, and lets the search find it at its moment. KindNotFound when the one it supersedes is not there.
func (s Decisions) Create(ctx context.Context, d domain.Decision) error {
	return s.db.inTx(ctx, "keep a decision", func(t *tx) error {
		var before domain.Decision
		if d.Supersedes != "" {
			var err error
			if before, err = decision(ctx, t.Queries, d.WorkspaceID, d.Supersedes); err != nil {
				return err
			}
		}
		err := t.InsertDecision(ctx, sqlc.InsertDecisionParams{
			ID: d.ID, WorkspaceID: d.WorkspaceID, AuthorID: d.Author.ID, What: d.What, Why: d.Why, Alternatives: d.Alternatives,
			ClipID: orNull(d.Source.ClipID), StartMs: d.Source.StartMS, EndMs: d.Source.EndMS, CommentID: orNull(d.Source.CommentID),
			OccurrenceID: orNull(d.Source.OccurrenceID), Origin: d.Origin, DecidedAt: d.DecidedAt, Supersedes: orNull(d.Supersedes),
		})
		if err != nil {
			return err
		}
		if err := t.decisionChanged(ctx, d); err != nil {
			return err
		}
		if err := t.postDecision(ctx, d); err != nil || d.Supersedes == "" {
			return err
		}
		return t.postReplaced(ctx, d, before)
	})
}

// Update changes words and people. KindNotFound.
func (s Decisions) Update(ctx context.Context, d domain.Decision) error {
	return s.db.inTx(ctx, "change a decision", func(t *tx) error {
		if _, err := decision(ctx, t.Queries, d.WorkspaceID, d.ID); err != nil {
			return err
		}
		if err := t.UpdateDecision(ctx, sqlc.UpdateDecisionParams{ID: d.ID, What: d.What, Why: d.Why, Alternatives: d.Alternatives}); err != nil {
			return err
		}
		return t.decisionChanged(ctx, d)
	})
}

// decisionChanged keeps people and index in step with a decision.
func (t *tx) decisionChanged(ctx context.Context, d domain.Decision) error {
	people := each(d.People, func(a domain.Account) string { return string(a.ID) })
	if err := t.KeepDecisionPeople(ctx, d.ID, people); err != nil {
		return err
	}
	if err := t.AddDecisionPeople(ctx, d.ID, people); err != nil {
		return err
	}
	if d.Source.ClipID != "" {
		c, err := t.lockClip(ctx, d.Source.ClipID)
		if err != nil {
			return err
		}
		if err := t.putPassages(ctx, c, domain.SourceDecision, []search.Passage{{
			Ref: string(d.ID), StartMS: d.Source.StartMS, EndMS: max(d.Source.StartMS, d.Source.EndMS), Body: strings.TrimSpace(d.What + "\n" + d.Why),
		}}); err != nil {
			return err
		}
	}
	return t.thingChanged(domain.EventDecisionChanged, d.WorkspaceID, string(d.ID))
}

// Delete removes one. KindNotFound.
func (s Decisions) Delete(ctx context.Context, w domain.WorkspaceID, id domain.DecisionID) error {
	return s.db.inTx(ctx, "delete a decision", func(t *tx) error {
		d, err := decision(ctx, t.Queries, w, id)
		if err != nil {
			return err
		}
		if d.Source.ClipID != "" {
			if err := t.DeletePassage(ctx, sqlc.DeletePassageParams{ClipID: d.Source.ClipID, Source: domain.SourceDecision, Ref: string(id)}); err != nil {
				return err
			}
		}
		if err := t.DeleteDecision(ctx, id); err != nil {
			return err
		}
		if err := t.DropPosts(ctx, sqlc.DropPostsParams{WorkspaceID: w, Key: "decision_id", ID: string(id)}); err != nil {
			return err
		}
		return t.thingChanged(domain.EventDecisionChanged, w, string(id))
	})
}

// Get reads one. KindNotFound.
func (s Decisions) Get(ctx context.Context, w domain.WorkspaceID, id domain.DecisionID) (domain.Decision, error) {
	d, err := decision(ctx, s.db.queries(), w, id)
	return d, failed("read a decision", err)
}

func decision(ctx context.Context, q *sqlc.Queries, w domain.WorkspaceID, id domain.DecisionID) (domain.Decision, error) {
	all, err := decisions(ctx, q, sqlc.DecisionsParams{WorkspaceID: w, ID: string(id), PageSize: 1})
	if err != nil || len(all) == 0 || id == "" {
		return domain.Decision{}, found(0, err, noDecision)
	}
	return all[0], nil
}

// List lists the newest first, those with all words of text if that is given, older than before.
func (s Decisions) List(ctx context.Context, w domain.WorkspaceID, text string, before domain.DecisionID, limit int) ([]domain.Decision, error) {
	all, err := decisions(ctx, s.db.queries(), sqlc.DecisionsParams{WorkspaceID: w, Txt: search.CleanQuery(text), Before: string(before), PageSize: limit})
	return all, failed("list decisions", err)
}

// Of lists those that came up in an occurrence of a round.
func (s Decisions) Of(ctx context.Context, w domain.WorkspaceID, o domain.OccurrenceID) ([]domain.Decision, error) {
	all, err := decisions(ctx, s.db.queries(), sqlc.DecisionsParams{WorkspaceID: w, InOccurrence: string(o), PageSize: 500})
	return all, failed("list decisions of an occurrence", err)
}

func decisions(ctx context.Context, q *sqlc.Queries, p sqlc.DecisionsParams) ([]domain.Decision, error) {
	p.Ids = orEmpty(p.Ids)
	rows, err := q.Decisions(ctx, p)
	if err != nil {
		return nil, err
	}
	all := each(rows, toDecision)
	at := make(map[domain.DecisionID]int, len(all))
	for i, d := range all {
		at[d.ID] = i
	}
	people, err := q.DecisionPeople(ctx, each(all, func(d domain.Decision) string { return string(d.ID) }))
	for _, p := range people {
		d := &all[at[p.DecisionID]]
		d.People = append(d.People, domain.Account{ID: p.AccountID, Name: p.Name})
	}
	return all, err
}

func toDecision(r sqlc.DecisionsRow) domain.Decision {
	return domain.Decision{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Author: domain.Account{ID: r.AuthorID, Name: r.AuthorName}, What: r.What, Why: r.Why, Alternatives: r.Alternatives,
		Source: toSource(r.ClipID, r.StartMs, r.EndMs, r.CommentID, r.OccurrenceID), Origin: r.Origin, DecidedAt: r.DecidedAt,
		Supersedes: deref(r.Supersedes), SupersededBy: domain.DecisionID(r.SupersededBy),
	}
}
