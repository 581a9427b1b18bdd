package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"baton/migrations"
	"baton/postgres/postgrestest"
)

// migratedTo is a database as it was at a version, and what migrates it on.
func migratedTo(t *testing.T, version int64) (*pgxpool.Pool, *goose.Provider) {
	t.Helper()
	pool := postgrestest.NewEmpty(t)
	db := stdlib.OpenDBFromPool(pool)
	t.Cleanup(func() { _ = db.Close() })
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return pool, p
}

// TestARecordingByALinkOutlivesAnUpgrade: clips did not know their link before, and those being recorded are touched by it still.
func TestARecordingByALinkOutlivesAnUpgrade(t *testing.T) {
	t.Parallel()
	pool, p := migratedTo(t, 61)
	if _, err := pool.Exec(t.Context(), `
insert into workspace (id, name) values ('w', 'W');
insert into account (id, email, name) values ('a', 'a@example.org', 'A'), ('b', 'b@example.org', 'B');
insert into member (workspace_id, account_id, role) values ('w', 'a', 'member'), ('w', 'b', 'member');
insert into round (id, workspace_id, name, template, sections, rule, starts_on, opens, closes, created_by, created_at)
  values ('r', 'w', 'R', 'own', '[]', 'FREQ=DAILY', '2026-01-01', 0, 1440, 'a', now());
insert into occurrence (id, round_id, on_day, opened_at) values ('o1', 'r', '2026-01-01', now()), ('o2', 'r', '2026-01-02', now());
insert into sign_in (id, token_hash, account_id, workspace_id, created_at, expires_at, occurrence_id) values
  ('s1', '1', 'a', 'w', now() - interval '3 hours', now() + interval '1 day', 'o1'),
  ('s2', '2', 'a', 'w', now() - interval '2 hours', now() + interval '1 day', 'o2'),
  ('s3', '3', 'b', 'w', now() - interval '2 hours', now() + interval '1 day', null);
insert into clip (id, workspace_id, owner_id, kind, state, created_at) values
  ('now', 'w', 'a', 'camera', 'recording', now()),
  ('before', 'w', 'a', 'camera', 'recording', now() - interval '4 hours'),
  ('done', 'w', 'a', 'camera', 'ready', now()),
  ('other', 'w', 'b', 'camera', 'recording', now())`); err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 62); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := pool.QueryRow(t.Context(), `select string_agg(id || ' ' || coalesce(link_for, 'none'), ', ' order by id) from clip`).Scan(&got); err != nil ||
		got != "before none, done none, now o2, other none" {
		t.Errorf("%q %v", got, err)
	}
}

// TestOutcomesOfAnswersOutliveAnUpgrade: what speakers had marked in their answers is of the round then; what may be of a private note is not.
func TestOutcomesOfAnswersOutliveAnUpgrade(t *testing.T) {
	t.Parallel()
	pool, p := migratedTo(t, 86)
	if _, err := pool.Exec(t.Context(), `
insert into workspace (id, name) values ('w', 'W');
insert into account (id, email, name) values ('a', 'a@example.org', 'A'), ('b', 'b@example.org', 'B');
insert into round (id, workspace_id, name, template, sections, rule, starts_on, opens, closes, created_by, created_at)
  values ('r', 'w', 'R', 'own', '[]', 'FREQ=DAILY', '2026-01-01', 0, 1440, 'a', now());
insert into occurrence (id, round_id, on_day, opened_at) values ('o1', 'r', '2026-01-01', now()), ('o2', 'r', '2026-01-02', now());
insert into clip (id, workspace_id, owner_id, kind, visibility) values ('c', 'w', 'a', 'camera', 'workspace'), ('p', 'w', 'a', 'camera', 'private');
insert into answer (id, occurrence_id, author_id, parts, late, created_at, updated_at) values
  ('1', 'o1', 'a', '[{"section": "s", "clip_id": "c"}]', false, now(), now()),
  ('2', 'o2', 'a', '[{"section": "s", "clip_id": "c"}, {"section": "t", "clip_id": "p"}]', false, now(), now() + interval '1 day');
insert into ask (id, workspace_id, author_id, owner_id, body, class, origin, asked_at, clip_id) values
  ('spoken', 'w', 'a', 'b', 'x', 'standard', 'hand', now(), 'c'), ('noted', 'w', 'b', 'a', 'x', 'standard', 'hand', now(), 'c'),
  ('private', 'w', 'a', 'b', 'x', 'standard', 'hand', now(), 'p'), ('written', 'w', 'a', 'b', 'x', 'standard', 'hand', now(), null);
insert into decision (id, workspace_id, author_id, what, origin, decided_at, clip_id) values ('d', 'w', 'a', 'x', 'hand', now(), 'c');
insert into blocker (id, workspace_id, owner_id, body, origin, raised_at, clip_id) values ('b', 'w', 'a', 'x', 'hand', now(), 'c')`); err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 87); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := pool.QueryRow(t.Context(), `select string_agg(id || ' ' || occurrence_id, ', ' order by id) from (
select id, occurrence_id from ask union all select id, occurrence_id from decision union all select id, occurrence_id from blocker) x`).Scan(&got); err != nil ||
		got != "b o2, d o2, spoken o2" {
		t.Errorf("%q %v", got, err)
	}
}
