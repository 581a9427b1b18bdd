package postgres

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// What asks, decisions and blockers tell people's other tools: in the space in which they were said.

// postDecision tells of a decision.
func (t *tx) postDecision(ctx context.Context, d domain.Decision) error {
	m := domain.Message{
		Kind: domain.MessageDecision, Ref: string(d.ID), Title: "Decided: " + d.What, Text: excerpt(d.Why), Path: "/decisions/" + string(d.ID),
		Data: map[string]any{"decision_id": d.ID, "what": d.What, "why": d.Why},
	}
	if d.Source.ClipID != "" {
		m.Path = moment(d.Source.ClipID, d.Source.StartMS)
	}
	return t.postOutcome(ctx, d.WorkspaceID, d.Source, m)
}

// postReplaced tells that a decision took the place of another.
func (t *tx) postReplaced(ctx context.Context, d, before domain.Decision) error {
	said, err := t.SourceOf(ctx, sqlc.SourceOfParams{ClipID: string(before.Source.ClipID), OccurrenceID: string(before.Source.OccurrenceID), CommentID: string(before.Source.CommentID)})
	if err != nil {
		return err
	}
	m := domain.Message{
		Kind: domain.MessageReplaced, Ref: string(d.ID), Title: "Decided anew: " + d.What, Path: "/decisions/" + string(d.ID),
		Data: map[string]any{"decision_id": d.ID, "what": d.What, "why": d.Why, "supersedes": before.ID},
	}
	if !said.Hushed {
		m.Text, m.Data["was"] = excerpt("Before: "+before.What), before.What
	}
	return t.postOutcome(ctx, d.WorkspaceID, d.Source, m)
}

// postAsk tells that somebody asks somebody, by when, and not what: that is between the two. What is urgent has a message of its own.
func (t *tx) postAsk(ctx context.Context, a domain.Ask) error {
	author, owner, err := t.askNames(ctx, a)
	if err != nil {
		return err
	}
	m := domain.Message{
		Kind: domain.MessageAsk, Ref: string(a.ID), At: a.AskedAt, Title: author + " asks " + owner, Path: domain.AskPath(a.ID),
		Data: map[string]any{"ask_id": a.ID, "author": author, "owner": owner, "class": a.Class},
	}
	if !a.DueAt.IsZero() {
		m.Data["due_at"] = a.DueAt.UTC()
	}
	return t.postOutcome(ctx, a.WorkspaceID, a.Source, m)
}

// postWithdrawn tells that somebody takes back what they asked, also what was urgent.
func (t *tx) postWithdrawn(ctx context.Context, a domain.Ask) error {
	return t.postOfAsk(ctx, a, domain.MessageWithdrew, "%s takes back what they asked of %s")
}

// postOverdue tells that no answer came in time, and that whom the workspace wants to know of it was told.
func (t *tx) postOverdue(ctx context.Context, a domain.Ask) error {
	return t.postOfAsk(ctx, a, domain.MessageOverdue, "%s still waits for an answer from %s")
}

func (t *tx) postOfAsk(ctx context.Context, a domain.Ask, k domain.MessageKind, words string) error {
	author, owner, err := t.askNames(ctx, a)
	if err != nil {
		return err
	}
	m := domain.Message{
		Kind: k, Ref: string(a.ID), Title: fmt.Sprintf(words, author, owner), Path: domain.AskPath(a.ID),
		Data: map[string]any{"ask_id": a.ID, "author": author, "owner": owner, "class": a.Class},
	}
	if !a.DueAt.IsZero() {
		m.Data["due_at"] = a.DueAt.UTC()
	}
	return t.postOutcome(ctx, a.WorkspaceID, a.Source, m)
}

// postAnswered tells that an ask has its answer, and not which.
func (t *tx) postAnswered(ctx context.Context, a domain.Ask, at time.Time) error {
	author, owner, err := t.askNames(ctx, a)
	if err != nil {
		return err
	}
	m := domain.Message{
		Kind: domain.MessageAnswered, Ref: string(a.ID), At: at, Title: owner + " has answered " + author, Path: domain.AskPath(a.ID),
		Data: map[string]any{"ask_id": a.ID, "author": author, "owner": owner, "class": a.Class, "in_time": a.DueAt.IsZero() || !at.After(a.DueAt)},
	}
	return t.postOutcome(ctx, a.WorkspaceID, a.Source, m)
}

// postRaised tells that something is in somebody's way. Each time that it is raised is told.
func (t *tx) postRaised(ctx context.Context, b domain.Blocker, at time.Time) error {
	return t.postBlocker(ctx, b, domain.MessageRaised, " is blocked", at)
}

// postMentioned tells that what is in somebody's way is so still, as they say again.
func (t *tx) postMentioned(ctx context.Context, again domain.Blocker, id domain.BlockerID) error {
	row, err := t.Account(ctx, again.Owner.ID)
	if err != nil {
		return err
	}
	o, name := again.Source.OccurrenceID, row.Account.Name
	return t.postOutcome(ctx, again.WorkspaceID, again.Source, domain.Message{
		Kind: domain.MessageAgain, Ref: mentionID(id, o), At: again.RaisedAt, Title: name + " is still blocked", Text: excerpt(again.Body), Path: "/blockers",
		Data: map[string]any{"blocker_id": id, "owner": name, "body": again.Body, "occurrence_id": o, "mention_id": mentionID(id, o)},
	})
}

func mentionID(id domain.BlockerID, o domain.OccurrenceID) string {
	return string(id) + ":" + string(o)
}

// postChange tells that a blocker is cleared at a time, or with the zero time open again; nothing of what was so before.
func (t *tx) postChange(ctx context.Context, before domain.Blocker, clearedAt time.Time) error {
	switch {
	case before.ClearedAt.IsZero() == clearedAt.IsZero():
		return nil
	case clearedAt.IsZero():
		return t.postRaised(ctx, before, time.Now())
	default:
		return t.postBlocker(ctx, before, domain.MessageCleared, " is not blocked any more", clearedAt)
	}
}

func (t *tx) postBlocker(ctx context.Context, b domain.Blocker, k domain.MessageKind, words string, at time.Time) error {
	row, err := t.Account(ctx, b.Owner.ID)
	if err != nil {
		return err
	}
	return t.postOutcome(ctx, b.WorkspaceID, b.Source, domain.Message{
		Kind: k, Ref: string(b.ID) + ":" + strconv.FormatInt(at.UnixMilli(), 10), At: at, Title: row.Account.Name + words, Text: excerpt(b.Body),
		Path: "/blockers", Data: map[string]any{"blocker_id": b.ID, "owner": row.Account.Name, "body": b.Body},
	})
}

// postOutcome tells of what was said, unless that was in a private clip or note.
func (t *tx) postOutcome(ctx context.Context, w domain.WorkspaceID, at domain.Source, m domain.Message) error {
	said, err := t.SourceOf(ctx, sqlc.SourceOfParams{ClipID: string(at.ClipID), OccurrenceID: string(at.OccurrenceID), CommentID: string(at.CommentID)})
	if err != nil || said.Hushed {
		return err
	}
	m.ClipID = at.ClipID
	return t.postIn(ctx, w, place{space: domain.SpaceID(said.SpaceID), ofRound: said.OfRound}, m)
}

// withoutWords is an urgent message of which no more may be told than that it is there: it was said in a private clip or note.
func withoutWords(m domain.Message) domain.Message {
	m.Text = ""
	m.Data = maps.Clone(m.Data)
	delete(m.Data, "reason")
	return m
}

// askNames are who asks and who is asked.
func (t *tx) askNames(ctx context.Context, a domain.Ask) (author, owner string, err error) {
	from, err := t.Account(ctx, a.Author.ID)
	if err != nil {
		return "", "", err
	}
	to, err := t.Account(ctx, a.Owner.ID)
	return from.Account.Name, to.Account.Name, err
}
