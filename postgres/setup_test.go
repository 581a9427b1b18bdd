package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"baton/domain"
	"baton/postgres"
	"baton/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// queue is the Enqueuer of the tests: a table, so that what is enqueued comes and goes with the transaction.
type queue struct{ pool *pgxpool.Pool }

func (queue) EnqueueTx(ctx context.Context, tx pgx.Tx, jobs []domain.Job) error {
	for _, j := range jobs {
		if _, err := tx.Exec(ctx, "insert into queued (kind, clip_id, again) values ($1, $2, $3) on conflict do nothing", j.Kind, j.ClipID, j.Again); err != nil {
			return err
		}
	}
	return nil
}

// take returns what was enqueued since, as "kind kind".
func (q queue) take(t *testing.T) string {
	t.Helper()
	var kinds string
	err := q.pool.QueryRow(t.Context(), "with d as (delete from queued returning n, kind) select coalesce(string_agg(kind, ' ' order by n), '') from d").Scan(&kinds)
	ok(t, err)
	return kinds
}

// again returns which of what was enqueued shall run even if one like it does.
func (q queue) again(t *testing.T) string {
	t.Helper()
	var kinds string
	ok(t, q.pool.QueryRow(t.Context(), "select coalesce(string_agg(kind, ' ' order by n), '') from queued where again").Scan(&kinds))
	return kinds
}

type bundle struct {
	*postgres.DB
	pool  *pgxpool.Pool
	queue queue
}

func setup(tb testing.TB) bundle {
	tb.Helper()
	pool := postgrestest.New(tb)
	_, err := pool.Exec(tb.Context(), "create table queued (n serial, kind text, clip_id text, again bool, unique (kind, clip_id))")
	ok(tb, err)
	q := queue{pool}
	return bundle{postgres.New(pool, q), pool, q}
}

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantKind(tb testing.TB, err error, kind domain.Kind) {
	tb.Helper()
	if err == nil || domain.KindOf(err) != kind {
		tb.Fatalf("error %v, want kind %s", err, kind)
	}
}

func equal[T comparable](tb testing.TB, what string, got, want T) {
	tb.Helper()
	if got != want {
		tb.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func person(name string) domain.Account {
	id := domain.NewID[domain.AccountID]()
	return domain.Account{ID: id, Email: string(id) + "@example.com", Name: name, TimeZone: "Europe/Berlin", PasswordHash: "hash"}
}

// team makes a workspace and its owner.
func (b bundle) team(tb testing.TB, name string) domain.Viewer {
	tb.Helper()
	w := domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: name}
	owner := person(name + " owner")
	ok(tb, b.Workspaces.CreateFurther(tb.Context(), w, owner))
	return domain.Viewer{AccountID: owner.ID, WorkspaceID: w.ID, Role: domain.RoleOwner}
}

// joins adds a person of a role to a team, by invitation.
func (b bundle) joins(tb testing.TB, inviter domain.Viewer, role domain.Role) domain.Viewer {
	tb.Helper()
	secret := []byte(domain.NewID[string]())
	ok(tb, b.Invites.Create(tb.Context(), domain.Invite{
		ID: domain.NewID[domain.InviteID](), WorkspaceID: inviter.WorkspaceID, Role: role, CreatedBy: inviter.AccountID, ExpiresAt: time.Now().Add(time.Hour),
	}, secret))
	m, err := b.Invites.Accept(tb.Context(), secret, person(string(role)))
	ok(tb, err)
	return domain.Viewer{AccountID: m.Account.ID, WorkspaceID: m.WorkspaceID, Role: m.Role}
}

// clip makes a clip of the viewer.
func (b bundle) clip(tb testing.TB, v domain.Viewer, title string, visibility domain.Visibility) domain.ClipID {
	tb.Helper()
	id := domain.NewID[domain.ClipID]()
	ok(tb, b.Clips.Create(tb.Context(), domain.Clip{
		ID: id, WorkspaceID: v.WorkspaceID, OwnerID: v.AccountID, Kind: domain.KindScreen, Title: title, Visibility: visibility,
	}, domain.Recording{}))
	return id
}

// recorded makes a clip and records n segments of 2 s.
func (b bundle) recorded(tb testing.TB, v domain.Viewer, title string, visibility domain.Visibility, n int) domain.ClipID {
	tb.Helper()
	id := b.clip(tb, v, title, visibility)
	take, err := b.Recordings.Begin(tb.Context(), id, "video/webm", "node")
	ok(tb, err)
	ok(tb, b.Recordings.SaveProgress(tb.Context(), progress(id, take.Epoch, 0, n)))
	ok(tb, b.Recordings.Finish(tb.Context(), outcome(id, take.Epoch, n)))
	return id
}

// progress is the storing of segments from one number up to another.
func progress(id domain.ClipID, epoch int64, from, upTo int) domain.Progress {
	p := domain.Progress{
		ClipID: id, Epoch: epoch, NextSeq: int64(upTo), Bytes: int64(upTo) * 1000, LastChunkAt: time.Now(), Checkpoint: []byte(`{"at": 1}`),
		CheckpointOffset: int64(upTo) * 1000, DurationMS: int64(upTo) * 2000, HasVideo: true, HasAudio: true,
		Rendition: domain.Rendition{Name: domain.SourceRendition, Codecs: "avc1.64001f,opus", Width: 1280, Height: 720, Bandwidth: 4_000_000},
	}
	if from == 0 {
		p.Inits = []domain.InitSegment{{No: 0, ObjectKey: fmt.Sprintf("%s/init-0", id), Bytes: 700}}
	}
	for no := from; no < upTo; no++ {
		p.Segments = append(p.Segments, domain.Segment{
			No: no, StartMS: int64(no) * 2000, DurationMS: 2000, Bytes: 1000, ObjectKey: fmt.Sprintf("%s/seg-%d", id, no),
		})
	}
	return p
}

func outcome(id domain.ClipID, epoch int64, n int) domain.Outcome {
	return domain.Outcome{
		ClipID: id, Epoch: epoch, EndReason: domain.EndFinished, NextSeq: int64(n), Bytes: int64(n) * 1000, DurationMS: int64(n) * 2000,
		Width: 1280, Height: 720, HasVideo: true, HasAudio: true, SHA256: "abc", SourceParts: 1,
	}
}
