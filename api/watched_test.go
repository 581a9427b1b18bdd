package api_test

import (
	"strings"
	"testing"

	"baton/api/gen"
	"baton/domain"
)

func (p *person) watches(clip domain.ClipID, position int, ranges ...[2]int) *answer {
	p.s.t.Helper()
	list := []any{}
	for _, r := range ranges {
		list = append(list, map[string]any{"start_ms": r[0], "end_ms": r[1]})
	}
	return p.call("POST", "/api/v1/clips/"+string(clip)+"/watched", map[string]any{"ranges": list, "position_ms": position})
}

func TestASecondCountsOnceWhenItWasPlayed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	mia, ada := s.join(w, "Max", domain.RoleMember), s.join(w, "=Ada", domain.RoleMember)
	s.join(w, "Gus", domain.RoleGuest)
	s.join(w, "Zoe", domain.RoleMember)
	clip := boss.clip("workspace", "Plan")
	s.playable(clip, "hello") // four seconds
	at := "/api/v1/clips/" + string(clip)
	owner := boss.listen("?clip_id="+string(clip), 0)
	owner.expect("hello", "")
	mia.watches(clip, 2000, [2]int{0, 1000}, [2]int{500, 2000}).expect(204)
	owner.expect("views.changed", string(clip))
	mia.watches(clip, 1000, [2]int{0, 1000}).expect(204) // seen twice counts once
	mia.watches(clip, 4000, [2]int{3000, 60_000}).expect(204)
	ada.watches(clip, 1500, [2]int{1000, 1500}).expect(204)
	boss.watches(clip, 4000, [2]int{0, 4000}).expect(204) // its owner is no viewer
	mia.watches(clip, 0, [2]int{2000, 1000}).problem(400)
	mine := decoded[gen.Watched](t, mia.call("GET", at+"/watched", nil).expect(200))
	if mine.PositionMs != 4000 || len(mine.Ranges) != 2 || mine.Ranges[0].EndMs != 2000 || mine.Ranges[1].EndMs != 4000 {
		t.Errorf("%+v", mine)
	}
	in := decoded[gen.Insight](t, boss.call("GET", at+"/insight", nil).expect(200))
	if in.UniqueViewers != 2 || len(in.Heat) != 4 || in.Heat[0] != 1 || in.Heat[1] != 2 || in.Heat[2] != 0 || in.Heat[3] != 1 {
		t.Errorf("%+v", in)
	}
	if in.Viewers[0].Share != 0.75 || in.Completion != (0.75+0.125)/2 || len(in.NotWatched) != 1 || in.NotWatched[0].Name != "Zoe" {
		t.Errorf("%+v", in)
	}
	csv := boss.call("GET", at+"/insight.csv", nil).expect(200)
	if !strings.Contains(string(csv.body), "Max,0.750,false,") || !strings.Contains(string(csv.body), "'=Ada") || !strings.HasSuffix(string(csv.body), "\nZoe,,,,\n") {
		t.Errorf("%s", csv.body)
	}
	mia.call("GET", at+"/insight", nil).problem(403)
	if seconds := boss.call("GET", at+"/heat.csv", nil).expect(200); string(seconds.body) != "second,viewers\n0,1\n1,2\n2,0\n3,1\n" {
		t.Errorf("%s", seconds.body)
	}

	// What is cut out is no part of a share, and of the recording that heat is about.
	if err := s.db.Edits.Set(t.Context(), clip, boss.member.Account.ID, 0, []domain.Cut{{Span: domain.Span{StartMS: 2000, EndMS: 4000}, Kind: domain.CutByHand}}); err != nil {
		t.Fatal(err)
	}
	in = decoded[gen.Insight](t, boss.call("GET", at+"/insight", nil).expect(200))
	if in.DurationMs != 4000 || len(in.Heat) != 4 || in.Viewers[0].Share != 1 {
		t.Errorf("%+v", in)
	}
}

func TestStrangersAreCountedWithoutAName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("link", "Plan")
	s.playable(clip, "hello")
	nobody := &person{s: s}
	nobody.watches(clip, 4000, [2]int{0, 4000}).expect(204)
	nobody.watches(clip, 4000, [2]int{0, 4000}).expect(204)
	at := "/api/v1/clips/" + string(clip)
	in := decoded[gen.Insight](t, boss.call("GET", at+"/insight", nil).expect(200))
	if in.UniqueViewers != 1 || in.AnonymousViewers != 1 || in.Viewers[0].Person != nil || !in.Viewers[0].Completed {
		t.Errorf("%+v", in)
	}
	// A workspace that does not count keeps where people stopped, and nothing else.
	boss.call("PATCH", "/api/v1/workspace", map[string]any{"count_views": false}).expect(200)
	mia := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember)
	mia.watches(clip, 1200, [2]int{0, 1200}).expect(204)
	mine := decoded[gen.Watched](t, mia.call("GET", at+"/watched", nil).expect(200))
	if mine.PositionMs != 1200 || len(mine.Ranges) != 0 {
		t.Errorf("%+v", mine)
	}
	if in := decoded[gen.Insight](t, boss.call("GET", at+"/insight", nil).expect(200)); in.Counted || in.UniqueViewers != 0 {
		t.Errorf("%+v", in)
	}
	if csv := boss.call("GET", at+"/insight.csv", nil).expect(200); strings.Contains(string(csv.body), "Max") {
		t.Errorf("%s", csv.body)
	}
}

func TestOwnerIsToldNowAndThenThatAViewerGoesOn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember)
	clip := boss.clip("workspace", "Plan")
	s.playable(clip, "hello")
	told := func(want int) {
		t.Helper()
		var n int
		if err := s.pool.QueryRow(t.Context(), `select count(*) from event where kind = 'views.changed'`).Scan(&n); err != nil || n != want {
			t.Errorf("told %d times instead of %d, %v", n, want, err)
		}
	}
	for range 5 {
		mia.watches(clip, 1000, [2]int{0, 1000}).expect(204)
	}
	told(1)
	later := func() { s.exec(`update watch set told_at = told_at - interval '6 seconds'`) }
	later()
	mia.watches(clip, 1000).expect(204) // paused
	told(1)
	mia.watches(clip, 2000, [2]int{1000, 2000}).expect(204)
	mia.watches(clip, 3000, [2]int{2000, 3000}).expect(204)
	told(2)
	boss.call("PATCH", "/api/v1/workspace", map[string]any{"count_views": false}).expect(200)
	later()
	mia.watches(clip, 4000, [2]int{3000, 4000}).expect(204)
	told(2)
	mine := decoded[gen.Watched](t, mia.call("GET", "/api/v1/clips/"+string(clip)+"/watched", nil).expect(200))
	if mine.AgoMs == nil || *mine.AgoMs > 60_000 || mine.PositionMs != 4000 {
		t.Errorf("%+v", mine)
	}
	if never := decoded[gen.Watched](t, boss.call("GET", "/api/v1/clips/"+string(clip)+"/watched", nil).expect(200)); never.AgoMs != nil {
		t.Errorf("%+v", never)
	}
}

func TestNobodyHearsMoreThanThereIs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	clip := boss.clip("workspace", "Plan")
	s.playable(clip, "hello") // four seconds
	at := "/api/v1/clips/" + string(clip) + "/heard"
	boss.call("POST", at, map[string]any{"spans": []map[string]int{{"start_ms": 3000, "end_ms": 9_000_000}, {"start_ms": 5000, "end_ms": 6000}, {"start_ms": 0, "end_ms": 10}}}).expect(204)
	boss.call("POST", at, map[string]any{"spans": []map[string]int{{"start_ms": 10, "end_ms": 5}}}).problem(400)
	var heard string
	if err := s.pool.QueryRow(t.Context(), `select spans::text from heard`).Scan(&heard); err != nil || heard != `[{"end_ms": 10, "start_ms": 0}, {"end_ms": 4000, "start_ms": 3000}]` {
		t.Errorf("%s, %v", heard, err)
	}
}
