package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// attempts bounds how often a transaction is tried when PostgreSQL ends it for the sake of others.
const attempts = 4

// tx is a transaction with what shall happen at its end: jobs and events. Everything takes its locks in the same
// order (the clip, what belongs to it, the vocabulary, the queue, the events), so that no two transactions wait for each other.
type tx struct {
	*sqlc.Queries
	db     *DB
	raw    pgx.Tx
	events []domain.Event
	jobs   []domain.Job
}

// queries runs single statements outside a transaction.
func (db *DB) queries() *sqlc.Queries { return sqlc.New(db.pool) }

// inTx does f in a transaction, enqueues its jobs and appends its events, and commits. f may run several times.
// act names it for the error.
func (db *DB) inTx(ctx context.Context, act string, f func(t *tx) error) error {
	var err error
	for range attempts {
		err = pgx.BeginFunc(ctx, db.pool, func(raw pgx.Tx) error {
			t := &tx{Queries: sqlc.New(raw), db: db, raw: raw}
			if err := f(t); err != nil {
				return err
			}
			return t.flush(ctx)
		})
		if !wantsRetry(err) {
			break
		}
	}
	return failed(act, err)
}

// wantsRetry: a deadlock or a failed serialisation, of which PostgreSQL chose us to be the victim.
func wantsRetry(err error) bool {
	pg, is := errors.AsType[*pgconn.PgError](err)
	return is && (pg.Code == "40001" || pg.Code == "40P01")
}

// enqueue puts jobs into the queue when the transaction commits, and shows them as waiting.
func (t *tx) enqueue(jobs ...domain.Job) { t.jobs = append(t.jobs, jobs...) }

// changed notes an event about a clip.
func (t *tx) changed(kind domain.EventKind, c domain.Clip, data any) error {
	return t.changedFor(nil, kind, c, data)
}

// changedFor notes an event about a clip that only some may learn of; nil: whoever may watch the clip.
func (t *tx) changedFor(audience []domain.AccountID, kind domain.EventKind, c domain.Clip, data any) error {
	e := domain.Event{WorkspaceID: c.WorkspaceID, ClipID: c.ID, Kind: kind, OwnerID: c.OwnerID, Visibility: c.Visibility, People: c.People, Spaces: c.Spaces, Audience: audience}
	var err error
	if e.Data, err = json.Marshal(data); err != nil {
		return fmt.Errorf("write the event: %w", err)
	}
	same := func(o domain.Event) bool {
		return o.ClipID == e.ClipID && o.Kind == e.Kind && string(o.Data) == string(e.Data) && slices.Equal(o.Audience, e.Audience)
	}
	if !slices.ContainsFunc(t.events, same) {
		t.events = append(t.events, e)
	}
	if c.ParentID != "" && (kind == domain.EventClipChanged || kind == domain.EventTranscriptChanged) {
		return t.replyChanged(c)
	}
	return nil
}

// clipData is the data of the events that only say which clip to read again.
type clipData struct {
	ID domain.ClipID `json:"id"`
}

// wordsData is the data of an event about words that came or changed at the end of a transcript.
type wordsData struct {
	ID     domain.ClipID `json:"id"`
	FromMS int64         `json:"from_ms"`
}

// clipChanged notes that a clip has to be read again.
func (t *tx) clipChanged(c domain.Clip) error {
	return t.changed(domain.EventClipChanged, c, clipData{c.ID})
}

func (t *tx) flush(ctx context.Context) error {
	for _, j := range t.jobs {
		if err := t.announce(ctx, j); err != nil {
			return err
		}
	}
	if len(t.jobs) > 0 {
		if err := t.db.queue.EnqueueTx(ctx, t.raw, t.jobs); err != nil {
			return fmt.Errorf("enqueue: %w", err)
		}
	}
	return t.append(ctx)
}

// announce shows a job that will run.
func (t *tx) announce(ctx context.Context, j domain.Job) error {
	switch j.Kind {
	case domain.JobPurge, domain.JobReap, domain.JobRounds, domain.JobSound:
		return nil
	case domain.JobTranscribe:
		if err := t.ExpectTranscript(ctx, j.ClipID); err != nil {
			return fmt.Errorf("show the transcript as pending: %w", err)
		}
	case domain.JobImport, domain.JobThumbnails, domain.JobLadder, domain.JobChapters, domain.JobScreen, domain.JobSummary, domain.JobEdit:
	}
	if err := t.AnnounceWork(ctx, j.Kind, j.ClipID); err != nil {
		return fmt.Errorf("show the work as waiting: %w", err)
	}
	return nil
}

func (t *tx) append(ctx context.Context) error {
	slices.SortStableFunc(t.events, func(a, b domain.Event) int { return strings.Compare(string(a.WorkspaceID), string(b.WorkspaceID)) })
	for i, e := range t.events {
		if i == 0 || e.WorkspaceID != t.events[i-1].WorkspaceID {
			if err := t.LockEvents(ctx, string(e.WorkspaceID)); err != nil {
				return fmt.Errorf("lock the events: %w", err)
			}
		}
		err := t.InsertEvent(ctx, sqlc.InsertEventParams{
			WorkspaceID: e.WorkspaceID, ClipID: e.ClipID, Kind: e.Kind, Data: e.Data, OwnerID: e.OwnerID, Visibility: e.Visibility,
			Audience: textsOf(e.Audience), People: orEmpty(textsOf(e.People)), Spaces: orEmpty(textsOf(e.Spaces)),
		})
		if err != nil {
			return fmt.Errorf("append an event: %w", err)
		}
	}
	return nil
}

// lockClip reads a clip and keeps others from changing it until the end. KindNotFound, also for a deleted one.
func (t *tx) lockClip(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	row, err := t.LockClip(ctx, id)
	if err != nil {
		return domain.Clip{}, orNotFound(err, "there is no such clip")
	}
	return toClip(row.Clip), nil
}

// failed wraps an error with the act. A domain.Error keeps its kind; a database that is away becomes KindUnavailable.
func failed(act string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*domain.Error](err); known || !isAway(err) {
		return fmt.Errorf("%s: %w", act, err)
	}
	return domain.Errorf(domain.KindUnavailable, "the database is away, try again in a moment").Because(fmt.Errorf("%s: %w", act, err))
}

// isAway tells whether the database could not be asked at all, or ended the conversation.
func isAway(err error) bool {
	if pg, is := errors.AsType[*pgconn.PgError](err); is {
		// Connection exceptions, too many connections, and shutting or starting up.
		return strings.HasPrefix(pg.Code, "08") || pg.Code == "53300" || strings.HasPrefix(pg.Code, "57P0")
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err) // reset, broken pipe, closed by us after another error
	return connecting || network || pgconn.SafeToRetry(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// orNotFound makes "no rows" an error for people.
func orNotFound(err error, message string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Errorf(domain.KindNotFound, "%s", message)
	}
	return err
}

// orConflict makes a broken unique constraint an error for people.
func orConflict(err error, constraint, message string) error {
	if pg, is := errors.AsType[*pgconn.PgError](err); is && pg.Code == "23505" && pg.ConstraintName == constraint {
		return domain.Errorf(domain.KindConflict, "%s", message)
	}
	return err
}

// found turns a count of changed rows into KindNotFound when there is none.
func found(rows int64, err error, message string) error {
	if err == nil && rows == 0 {
		return domain.Errorf(domain.KindNotFound, "%s", message)
	}
	return err
}
