package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/rounds"
	"baton/rounds/spoken"
	"baton/rounds/worktime"
)

// record gathers the written record of an occurrence as a viewer may read it. Addresses in it are paths on this server.
func record(ctx context.Context, q *sqlc.Queries, v domain.Viewer, o domain.Occurrence, r domain.Round, now time.Time) (rounds.Record, error) {
	rec := rounds.Record{Round: r, Occurrence: o, States: map[domain.AccountID]rounds.MemberState{}, ClipURL: recordPath}
	all, err := schedules(ctx, q, each(r.Members, func(a domain.Account) domain.AccountID { return a.ID }))
	if err != nil {
		return rec, err
	}
	for id, s := range all {
		c, err := worktime.New(s)
		if err != nil {
			return rec, fmt.Errorf("read hours of %s: %w", id, err)
		}
		rec.States[id] = rounds.StateOf(o, rounds.WindowOf(r, o.On, c), id, now)
	}
	return rec, errors.Join(addSaid(ctx, q, v, &rec), outcomes(ctx, q, v, &rec))
}

// addSaid adds what was said, whose words are still being written down and, once it has closed, what was said to be in the way and its speaker
// neither put on the board nor dismissed.
func addSaid(ctx context.Context, q *sqlc.Queries, v domain.Viewer, rec *rounds.Record) error {
	said := map[domain.ClipID]domain.Transcript{}
	rec.Words = func(p domain.AnswerPart) string { return said[p.ClipID].Between(p.StartMS, p.EndMS) }
	for _, a := range rec.Occurrence.Answers {
		waits := false
		for _, p := range a.Parts {
			if _, read := said[p.ClipID]; p.ClipID == "" || read {
				continue
			}
			words, coming, err := spokenIn(ctx, q, v, p.ClipID)
			if err != nil {
				return err
			}
			said[p.ClipID], waits = words, waits || coming
			if !rec.Occurrence.ClosedAt.IsZero() {
				if err := addUnconfirmed(ctx, q, rec, a, p.ClipID, words); err != nil {
					return err
				}
			}
		}
		if waits {
			rec.Awaited = append(rec.Awaited, a.Author)
		}
	}
	return nil
}

func addUnconfirmed(ctx context.Context, q *sqlc.Queries, rec *rounds.Record, a domain.Answer, id domain.ClipID, words domain.Transcript) error {
	sections := domain.BlockerSpans(id, rec.Round.Sections, a.Parts)
	if len(sections) == 0 {
		return nil
	}
	settled, err := q.SettledOf(ctx, []string{string(id)})
	if err != nil {
		return err
	}
	for _, p := range spoken.Find(words, nil, sections...) {
		of := domain.Overlap(sections, domain.Span{StartMS: p.StartMS, EndMS: p.StartMS + 1})
		done := slices.ContainsFunc(settled, func(r sqlc.ProposalDismissed) bool { return r.StartMs == p.StartMS })
		if p.Kind == spoken.Blocker && of && !done {
			rec.Unconfirmed = append(rec.Unconfirmed, rounds.Said{By: a.Author, Text: p.Text, ClipID: id, StartMS: p.StartMS})
		}
	}
	return nil
}

// Record gathers the written record as a viewer may read it. KindNotFound.
func (s Rounds) Record(ctx context.Context, v domain.Viewer, id domain.OccurrenceID, now time.Time) (rounds.Record, error) {
	q := s.db.queries()
	o, r, err := occurrence(ctx, q, v.WorkspaceID, id)
	if err != nil {
		return rounds.Record{}, failed("read an occurrence", err)
	}
	rec, err := record(ctx, q, v, o, r, now)
	return rec, failed("gather a record", err)
}

// outcomes adds what came of an occurrence; of what was asked, nothing that was asked in a private clip or note of which the viewer knows nothing.
func outcomes(ctx context.Context, q *sqlc.Queries, v domain.Viewer, rec *rounds.Record) (err error) {
	w, o := rec.Round.WorkspaceID, string(rec.Occurrence.ID)
	asked, err := q.Asks(ctx, sqlc.AsksParams{WorkspaceID: w, InOccurrence: o, ReadBy: string(v.AccountID), Guest: v.Role == domain.RoleGuest})
	if err != nil {
		return err
	}
	rec.Asks = each(asked, func(a sqlc.AsksRow) domain.Ask { return toAsk(a.Ask, a.AuthorName, a.OwnerName) })
	if rec.Decisions, err = decisions(ctx, q, sqlc.DecisionsParams{WorkspaceID: w, InOccurrence: o, PageSize: 500}); err != nil {
		return err
	}
	blocked, err := q.Blockers(ctx, sqlc.BlockersParams{WorkspaceID: w, InOccurrence: o})
	rec.Blockers = each(blocked, toBlocker)
	return err
}

// spokenIn is what was said in a clip, nothing when it is gone, the viewer may not watch it, or it is not known; coming: more of it will be.
func spokenIn(ctx context.Context, q *sqlc.Queries, v domain.Viewer, id domain.ClipID) (words domain.Transcript, coming bool, err error) {
	row, err := q.Clip(ctx, id)
	clip := toClip(row.Clip)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !v.May(domain.ActionWatch, &clip) {
		return domain.Transcript{}, false, nil
	} else if err != nil {
		return domain.Transcript{}, false, err
	}
	rows, err := q.Cues(ctx, id, 0)
	return domain.Transcript{Cues: each(rows, toCue)}.Shown(&clip), clip.WordsComing(), err
}

func recordPath(c domain.ClipID, ms int64) string {
	return "/c/" + string(c) + "?t=" + strconv.FormatInt(ms/1000, 10)
}

// mostRecord bounds a record in a mail or a message, in bytes; the page has all of it.
const mostRecord = 100_000

func bounded(text string) string {
	return strings.ToValidUTF8(text[:min(mostRecord, len(text))], "")
}

// addRecord puts the written record into the mail that tells of it.
func (t *tx) addRecord(ctx context.Context, n *domain.Notice, now time.Time) error {
	kind, about, _ := strings.Cut(n.Ref, ":")
	if domain.NudgeKind(kind) != domain.NudgeRecord {
		return nil
	}
	o, r, err := occurrence(ctx, t.Queries, n.WorkspaceID, domain.OccurrenceID(about))
	if domain.KindOf(err) == domain.KindNotFound {
		return nil
	} else if err != nil {
		return err
	}
	m, err := t.member(ctx, n.WorkspaceID, n.AccountID)
	if err != nil {
		return err // who has just left is not claimed the next time
	}
	rec, err := record(ctx, t.Queries, domain.Viewer{AccountID: n.AccountID, WorkspaceID: n.WorkspaceID, Role: m.Role}, o, r, now)
	if err != nil {
		return err
	}
	n.Excerpt = bounded(rec.Markdown())
	return nil
}

// recordWaits is how long a record waits at most for words that are being written down; then it says whose are missing.
const recordWaits = 15 * time.Minute

// postClosed tells the space's, or the workspace's, other tools what a round came to, once: what any of its members may read. false: it was told, or
// waits.
func (t *tx) postClosed(ctx context.Context, o domain.Occurrence, r domain.Round, now time.Time) (bool, error) {
	if o.ClosedAt.IsZero() || !o.RecordedAt.IsZero() {
		return false, nil
	}
	rec, err := record(ctx, t.Queries, domain.Viewer{WorkspaceID: r.WorkspaceID, AccountID: "-", Role: domain.RoleMember}, o, r, now)
	if err != nil || len(rec.Awaited) > 0 && now.Before(o.ClosedAt.Add(recordWaits)) {
		return false, err
	}
	if n, err := t.SetRecorded(ctx, now, o.ID); err != nil || n == 0 {
		return false, err
	}
	return true, t.post(ctx, r.WorkspaceID, r.SpaceID, domain.Message{
		Kind: domain.MessageClosed, Ref: string(o.ID), At: now, Title: r.Name + ", " + string(o.On) + ": the record", Path: domain.OccurrencePath(r.ID, o.ID),
		Text: fmt.Sprintf("%d of %d answered, %d decisions, %d asks, %d blockers", len(o.Answers), len(r.Members), len(rec.Decisions), len(rec.Asks), len(rec.Blockers)),
		Data: map[string]any{"round_id": r.ID, "occurrence_id": o.ID, "on": o.On, "record_markdown": bounded(rec.Markdown())},
	})
}

// postOpened tells the space's, or the workspace's, other tools that a round is held.
func (t *tx) postOpened(ctx context.Context, row sqlc.OccurrenceRow, now time.Time) error {
	o := row.Occurrence
	r, err := round(ctx, t.Queries, row.WorkspaceID, o.RoundID)
	if err != nil {
		return err
	}
	return t.post(ctx, r.WorkspaceID, r.SpaceID, domain.Message{
		Kind: domain.MessageOpened, Ref: string(o.ID), At: now, Title: r.Name + " is open", Path: domain.OccurrencePath(r.ID, o.ID),
		Data: map[string]any{"round_id": r.ID, "occurrence_id": o.ID, "on": domain.DateOf(o.OnDay)},
	})
}

// postAnswer tells once that a member has answered, and not what: the record has that for those who may read it.
func (t *tx) postAnswer(ctx context.Context, r domain.Round, a domain.Answer) error {
	row, err := t.Account(ctx, a.Author.ID)
	if err != nil {
		return err
	}
	return t.post(ctx, r.WorkspaceID, r.SpaceID, domain.Message{
		Kind: domain.MessageAnswer, Ref: answerOf(a.OccurrenceID, a.Author.ID), At: a.UpdatedAt, Title: row.Account.Name + " has answered " + r.Name,
		Path: domain.OccurrencePath(r.ID, a.OccurrenceID),
		Data: map[string]any{"round_id": r.ID, "occurrence_id": a.OccurrenceID, "author": row.Account.Name, "late": a.Late, "answer_of": answerOf(a.OccurrenceID, a.Author.ID)},
	})
}

func answerOf(o domain.OccurrenceID, author domain.AccountID) string {
	return string(o) + ":" + string(author)
}

// postUrgent sends a broken glass through the workspace's urgent channels at once: who, whom and why, but not what is asked, which is
// between the two. Where that was said in private, the reason is not told either: that is seen to when it is sent.
func (t *tx) postUrgent(ctx context.Context, a domain.Ask) error {
	author, owner, err := t.askNames(ctx, a)
	if err != nil {
		return err
	}
	return t.post(ctx, a.WorkspaceID, "", domain.Message{
		Kind: domain.MessageUrgent, Ref: string(a.ID), At: a.AskedAt, Title: "Urgent for " + owner + ", from " + author, Text: a.Reason,
		Path: domain.AskPath(a.ID), Data: map[string]any{"ask_id": a.ID, "author": author, "owner": owner, "reason": a.Reason},
	})
}
