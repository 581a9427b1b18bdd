package api_test

import (
	"slices"
	"testing"

	"baton/domain"
)

// TestTheReelOfARound: the ask to me first, then the rest; what I heard does not come again; my time bounds all but asks to me.
func TestTheReelOfARound(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence()
	speaker, listener := c.enter(owner), c.enter(member)
	clip := speaker.clip(domain.VisibleWorkspace, "stand-up")
	c.playable(clip, "all is well and Max shall look") // 4 s long, speech in the first 3
	speaker.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": c.members[member].Account.ID, "body": "Look", "clip_id": clip, "start_ms": 1500, "end_ms": 2500, "occurrence_id": o}).expect(201)
	type plan struct {
		Fits     bool
		LengthMS int64 `json:"length_ms"`
		OverMS   int64 `json:"over_ms"`
		Left     []struct{ Rank string }
		Pieces   []struct {
			Rank, Title string
			LengthMS    int64 `json:"length_ms"`
			Play        []struct {
				StartMS int64 `json:"start_ms"`
				EndMS   int64 `json:"end_ms"`
			}
		}
	}
	reel := func(query string) plan {
		return decoded[plan](t, listener.call("GET", "/api/v1/reel?occurrence_id="+string(o)+query, nil).expect(200))
	}
	// The rest is the 4 s without the silence from 3 s on but for its margin, and without the ask, which was played before. A filler of
	// 10 ms is not worth going over.
	whole := reel("")
	if !whole.Fits || len(whole.Pieces) != 2 || whole.Pieces[0].Rank != "ask" || whole.Pieces[0].LengthMS != 1000 || whole.Pieces[1].LengthMS != 3200-1000 || whole.Pieces[1].Title != "Today" {
		t.Fatalf("%+v", whole)
	}
	if fast := reel("&speed=2"); fast.LengthMS != whole.LengthMS/2 {
		t.Errorf("%+v", fast)
	}
	if short := reel("&budget_ms=1200"); !short.Fits || len(short.Pieces) != 1 || len(short.Left) != 1 {
		t.Errorf("%+v", short)
	}
	if tight := reel("&budget_ms=400"); tight.Fits || tight.OverMS != 600 || tight.Pieces[0].Rank != "ask" {
		t.Errorf("%+v", tight)
	}
	at := "/api/v1/clips/" + string(clip) + "/heard"
	listener.call("POST", at, map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 1000}}}).expect(204)
	listener.call("POST", at, map[string]any{"spans": []map[string]int{{"start_ms": 900, "end_ms": 1100}}}).expect(204)
	// The 400 ms between what was heard and the ask are a scrap.
	if rest := reel(""); len(rest.Pieces) != 2 || rest.Pieces[1].Play[0].StartMS != 2500 {
		t.Errorf("%+v", rest)
	}
	listener.call("POST", at, map[string]any{"spans": []map[string]int{{"start_ms": 0, "end_ms": 4000}}}).expect(204)
	if none := reel(""); len(none.Pieces) != 0 || none.LengthMS != 0 || !none.Fits {
		t.Errorf("%+v", none)
	}
	if mine := decoded[plan](t, listener.call("GET", "/api/v1/reel", nil).expect(200)); len(mine.Pieces) != 0 {
		t.Errorf("%+v", mine)
	}
}

// TestTheReelOfMe: asks that nobody spoke and answers in words are read, once; other people's new clips are played whole, but for what was
// watched on their own pages; my own clips and what I may not watch are not in it.
func TestTheReelOfMe(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence()
	speaker, listener := c.enter(owner), c.enter(member)
	type plan struct {
		Pieces []struct {
			Rank, Ref, Title, Text, Origin string
			ClipID                         domain.ClipID `json:"clip_id"`
			LengthMS                       int64         `json:"length_ms"`
		}
	}
	reel := func(query string) plan {
		return decoded[plan](t, listener.call("GET", "/api/v1/reel"+query, nil).expect(200))
	}
	before := len(reel("").Pieces)
	clip, private, mine := speaker.clip(domain.VisibleWorkspace, "news"), speaker.clip(domain.VisiblePrivate, "secret"), listener.clip(domain.VisibleWorkspace, "mine")
	for _, id := range []domain.ClipID{clip, private, mine} {
		c.playable(id, "all is well and Max shall look")
	}
	speaker.clip(domain.VisibleWorkspace, "empty") // cannot be played
	speaker.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "text": "Tests, and more tests"}}}).expect(200)
	speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": c.members[member].Account.ID, "body": "Have a look"}).expect(201)
	got := reel("")
	if len(got.Pieces) != before+2 || got.Pieces[0].Rank != "ask" || got.Pieces[0].Text != "Have a look" || got.Pieces[0].LengthMS != 3000 || got.Pieces[0].ClipID != "" {
		t.Fatalf("%d before, then %+v", before, got)
	}
	if last := got.Pieces[len(got.Pieces)-1]; last.ClipID != clip || last.Title != "news" || last.LengthMS != 3200 {
		t.Errorf("%+v", last)
	}
	round := reel("?occurrence_id=" + string(o))
	if len(round.Pieces) != 1 || round.Pieces[0].Text != "Tests, and more tests" || round.Pieces[0].Title != "Today" || round.Pieces[0].Origin == "" {
		t.Fatalf("%+v", round)
	}
	listener.call("POST", "/api/v1/reel/read", map[string]any{"refs": []string{got.Pieces[0].Ref, round.Pieces[0].Ref}}).expect(204)
	listener.call("POST", "/api/v1/clips/"+string(clip)+"/watched", map[string]any{"ranges": []map[string]int{{"start_ms": 0, "end_ms": 4000}}, "position_ms": 4000}).expect(204)
	if rest := reel(""); len(rest.Pieces) != before {
		t.Errorf("%d before, now %+v", before, rest)
	}
	if rest := reel("?occurrence_id=" + string(o)); len(rest.Pieces) != 0 {
		t.Errorf("%+v", rest)
	}
}

// TestTheReelSaysNothingTwice: what somebody wrote beside what they said comes, too; a line that is a blocker comes as that alone.
func TestTheReelSaysNothingTwice(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence()
	speaker, listener := c.enter(owner), c.enter(member)
	clip := speaker.clip(domain.VisibleWorkspace, "stand-up")
	c.playable(clip, "all is well and Max shall look")
	parts := []map[string]any{{"section": "today", "clip_id": clip, "text": "See the plan"}, {"section": "blockers", "text": "No key\nNo desk"}}
	speaker.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": parts}).expect(200)
	got := []string{}
	for _, p := range decoded[struct {
		Pieces []struct {
			Rank, Text string
			ClipID     domain.ClipID `json:"clip_id"`
		}
	}](t, listener.call("GET", "/api/v1/reel?occurrence_id="+string(o), nil).expect(200)).Pieces {
		if p.ClipID != "" {
			p.Text = "(said)"
		}
		got = append(got, p.Rank+": "+p.Text)
	}
	slices.Sort(got)
	if want := []string{"blocker: No desk", "blocker: No key", "rest: (said)", "rest: See the plan"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestAReelIsGoneOnWithElsewhere: each reel has a bookmark of its own, and each person; without a piece it is over.
func TestAReelIsGoneOnWithElsewhere(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence()
	listener, other := c.enter(member), c.enter(owner)
	type mark struct {
		Piece, At string
		MS        int64
	}
	read := func(p *person, query string) mark {
		return decoded[struct{ Bookmark mark }](t, p.call("GET", "/api/v1/reel"+query, nil).expect(200)).Bookmark
	}
	keep := func(body map[string]any) string {
		return decoded[mark](t, listener.call("PUT", "/api/v1/reel/bookmark", body).expect(200)).At
	}
	if got := read(listener, ""); got != (mark{}) {
		t.Errorf("%+v", got)
	}
	at := keep(map[string]any{"piece": "rest a", "ms": 4200})
	keep(map[string]any{"occurrence_id": o, "piece": "ask b", "ms": 7})
	if got := read(listener, ""); got != (mark{"rest a", at, 4200}) {
		t.Errorf("%+v, kept at %s", got, at)
	}
	if got := read(listener, "?occurrence_id="+string(o)); got.Piece != "ask b" || got.MS != 7 {
		t.Errorf("%+v", got)
	}
	if got := read(other, ""); got != (mark{}) {
		t.Errorf("somebody else's: %+v", got)
	}
	keep(map[string]any{})
	if got := read(listener, ""); got != (mark{}) {
		t.Errorf("%+v", got)
	}
	if got := read(listener, "?occurrence_id="+string(o)); got.Piece == "" {
		t.Error("that of another reel is gone, too")
	}
	listener.call("PUT", "/api/v1/reel/bookmark", map[string]any{"piece": "rest a", "ms": -1}).problem(400)
}
