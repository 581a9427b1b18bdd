package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"baton/domain"
)

// TestSearchForAWordThatIsEverywhereIsExact reads all pages of a word that thousands of passages have, some of them more often than once, and finds
// what reading and ranking every passage finds.
func TestSearchForAWordThatIsEverywhereIsExact(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Everywhere", domain.VisibleWorkspace, 30)
	other := b.recorded(t, v, "Older", domain.VisibleWorkspace, 30)
	_, err := b.pool.Exec(t.Context(), `update clip set created_at = created_at - interval '40 days' where id = $1`, other)
	ok(t, err)
	_, err = b.pool.Exec(t.Context(), `
		insert into passage (workspace_id, clip_id, source, ref, start_ms, end_ms, body)
		select $1, case when n % 3 = 0 then $3 else $2 end, 'speech', n::text, n, n + 1,
		       'needle ' || (select string_agg('w' || chr(96 + k) || chr(97 + n % 25), ' ') from generate_series(1, 19 + n % 7 - case when n % 500 = 0 then 12 else 0 end) k)
		       || repeat(' needle', case when n % 90 = 0 then 2 when n % 11 = 0 then 1 else 0 end)
		  from generate_series(1, 3300) n`, v.WorkspaceID, id, other)
	ok(t, err)
	rows, err := b.pool.Query(t.Context(), `
		select passage.start_ms from passage join clip on clip.id = passage.clip_id
		 where passage.workspace_id = $1 and tsv @@ 'needl'
		 order by baton_fit(tsv, 'needl', source, ref) + date_part('epoch', clip.created_at) / 63072000 desc, passage.id`, v.WorkspaceID)
	ok(t, err)
	want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	ok(t, err)
	if len(want) != 3300 {
		t.Fatalf("%d passages", len(want))
	}
	var got []int64
	for q := (domain.SearchQuery{Text: "needle ", Limit: 60}); len(got) < 900; {
		page, err := b.Search.Search(t.Context(), v, q)
		ok(t, err)
		if len(page) != q.Limit {
			t.Fatalf("%d moments after %d", len(page), len(got))
		}
		for _, m := range page {
			got = append(got, m.StartMS)
		}
		q.After = page[len(page)-1].Cursor
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("the hit %d is %d, want %d", i, got[i], want[i])
		}
	}
	// What the viewer may not watch is not found, however often it has the word.
	guest := b.joins(t, v, domain.RoleGuest)
	found, err := b.Search.Search(t.Context(), guest, domain.SearchQuery{Text: "needle ", Limit: 10})
	ok(t, err)
	equal(t, "a guest's", len(found), 0)
}
