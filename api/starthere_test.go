package api_test

import (
	"testing"

	"baton/domain"
)

func TestAStartForSomebodyNew(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	olga, mia := c.enter(owner), c.enter(member)
	space := decoded[struct{ ID string }](t, olga.call("POST", "/api/v1/spaces", map[string]any{"name": "Platform"}).expect(201)).ID
	at := "/api/v1/spaces/" + space
	clip := olga.clip(domain.VisibleWorkspace, "How we deploy")
	c.playable(clip, "press the big red button")
	hidden := olga.clip(domain.VisiblePrivate, "Not for all")
	c.exec(`update clip set space_id = $2, duration_ms = 60000 where id = $1`, clip, space)
	c.exec(`update clip set space_id = $2 where id = $1`, hidden, space)
	type start struct {
		Pinned []struct {
			Clip     struct{ ID, Title string }
			PinnedBy struct{ Name string } `json:"pinned_by"`
		}
		Decisions []struct{ ID, What string }
		Moments   []struct {
			ClipID     string `json:"clip_id"`
			StartMS    int64  `json:"start_ms"`
			EndMS      int64  `json:"end_ms"`
			ReplayedBy int    `json:"replayed_by"`
			WatchedBy  int    `json:"watched_by"`
		}
	}
	look := func(p *person) start { return decoded[start](t, p.call("GET", at+"/start-here", nil).expect(200)) }
	if s := look(mia); len(s.Pinned)+len(s.Decisions)+len(s.Moments) != 0 {
		t.Errorf("%+v", s)
	}
	for _, id := range []domain.ClipID{hidden, clip, clip} {
		olga.call("PUT", at+"/pins/"+string(id), nil).expect(204)
	}
	mia.call("PUT", at+"/pins/"+string(hidden), nil).problem(404)
	old := decoded[struct{ ID string }](t, olga.call("POST", "/api/v1/decisions", map[string]any{"what": "We deploy on Fridays", "clip_id": clip}).expect(201)).ID
	olga.call("POST", "/api/v1/decisions", map[string]any{"what": "We do not", "clip_id": clip, "supersedes": old}).expect(201)
	olga.call("POST", "/api/v1/decisions", map[string]any{"what": "Elsewhere"}).expect(201)
	play := func(p *person, from, to int64) {
		p.call("POST", "/api/v1/clips/"+string(clip)+"/watched", map[string]any{"ranges": []map[string]int64{{"start_ms": from, "end_ms": to}}, "position_ms": to}).expect(204)
	}
	play(mia, 0, 40_000)
	play(mia, 20_000, 35_000)
	play(c.enter(admin), 0, 60_000)
	play(c.enter(admin), 25_000, 30_000)

	s := look(mia)
	if len(s.Pinned) != 1 || s.Pinned[0].Clip.ID != string(clip) || s.Pinned[0].PinnedBy.Name == "" {
		t.Errorf("%+v", s.Pinned)
	}
	if len(s.Decisions) != 1 || s.Decisions[0].What != "We do not" {
		t.Errorf("%+v", s.Decisions)
	}
	if len(s.Moments) != 1 || s.Moments[0].StartMS != 25_000 || s.Moments[0].EndMS != 30_000 || s.Moments[0].ReplayedBy != 2 || s.Moments[0].WatchedBy != 2 {
		t.Errorf("%+v", s.Moments)
	}
	// What takes the place of a decision of the space is the space's, too, wherever it was made.
	olga.call("POST", "/api/v1/decisions", map[string]any{"what": "We deploy on Mondays", "supersedes": s.Decisions[0].ID}).expect(201)
	if s := look(mia); len(s.Decisions) != 1 || s.Decisions[0].What != "We deploy on Mondays" {
		t.Errorf("%+v", s.Decisions)
	}
	if s := look(olga); len(s.Pinned) != 2 {
		t.Errorf("%+v", s.Pinned)
	}
	olga.call("DELETE", at+"/pins/"+string(clip), nil).expect(204)
	if s := look(mia); len(s.Pinned) != 0 {
		t.Errorf("%+v", s.Pinned)
	}
	for range domain.MaxPins {
		other := olga.clip(domain.VisibleWorkspace, "More")
		c.exec(`insert into pin (space_id, clip_id, pinned_by, pinned_at) values ($1, $2, $3, now()) on conflict do nothing`, space, other, olga.member.Account.ID)
	}
	olga.call("PUT", at+"/pins/"+string(clip), nil).problem(409)
}
