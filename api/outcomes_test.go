package api_test

import (
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// TestWhatComesOfAnAnswerIsInTheRecord: what is marked in an answer's clip, before it answers, after, or in a comment on it, came up in the
// round; what is asked in private stays between the two.
func TestWhatComesOfAnAnswerIsInTheRecord(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence()
	speaker, asked, other := c.enter(owner), c.enter(member), c.enter(admin)
	mate := asked.member.Account.ID
	at := "/api/v1/occurrences/" + string(o)
	c.exec(`insert into webhook (id, workspace_id, kind, name, url, secret, wants, created_by, created_at)
select 'h', $1, 'json', 'H', 'https://example.org', '', '{round.closed}', $2, now()`, speaker.member.WorkspaceID, speaker.member.Account.ID)
	clip := speaker.clip(domain.VisiblePrivate, "stand-up")
	c.playable(clip, "all is well")
	elsewhere := speaker.clip(domain.VisibleWorkspace, "elsewhere")
	speaker.call("POST", "/api/v1/decisions", map[string]any{"what": "Decided before", "clip_id": clip}).expect(201)
	speaker.call("POST", "/api/v1/decisions", map[string]any{"what": "Of no round", "clip_id": elsewhere}).expect(201)
	speaker.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	speaker.call("POST", "/api/v1/decisions", map[string]any{"what": "Decided after", "clip_id": clip, "start_ms": 1000}).expect(201)
	speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": mate, "body": "Look at this", "clip_id": clip}).expect(201)
	speaker.call("POST", "/api/v1/blockers", map[string]any{"body": "No key", "clip_id": clip}).expect(201)
	remark := asked.say(clip, map[string]any{"body": "Ship it", "at_ms": 500})
	asked.call("POST", "/api/v1/decisions", map[string]any{"what": "Ship it", "clip_id": clip, "comment_id": remark.Id}).expect(201)
	note := asked.say(clip, map[string]any{"body": "Between us", "at_ms": 500, "private": true})
	asked.call("POST", "/api/v1/asks", map[string]any{"owner_id": speaker.member.Account.ID, "body": "Whispered", "clip_id": clip, "comment_id": note.Id}).expect(201)
	second := asked.say(clip, map[string]any{"body": "Between us, too", "at_ms": 600, "private": true})
	asked.call("POST", "/api/v1/asks", map[string]any{"owner_id": speaker.member.Account.ID, "body": "Murmured", "clip_id": clip, "comment_id": second.Id, "occurrence_id": o}).expect(201)
	asked.call("DELETE", "/api/v1/clips/"+string(clip)+"/comments/"+note.Id, nil).expect(204) // nothing tells any more what was whispered
	speaker.call("PUT", at+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	hidden := speaker.clip(domain.VisiblePrivate, "not for all")
	speaker.call("POST", "/api/v1/asks", map[string]any{"owner_id": mate, "body": "In a closed room", "clip_id": hidden, "occurrence_id": o}).expect(201)
	if err := c.db.Rounds.Close(t.Context(), o, time.Now()); err != nil {
		t.Fatal(err)
	}

	var posted string
	if err := c.pool.QueryRow(t.Context(), `select message->'data'->>'record_markdown' from post where webhook_id = 'h' and message->>'kind' = 'round.closed'`).Scan(&posted); err != nil {
		t.Fatal(err)
	}
	read := func(p *person, page string) string { return string(p.call("GET", at+page, nil).expect(200).body) }
	for who, text := range map[string]string{
		"speaker": read(speaker, "/record.md"), "asked": read(asked, "/record.md"), "other": read(other, "/record.md"), "posted": posted,
		"speaker's page": read(speaker, "/outcomes"), "other's page": read(other, "/outcomes"),
	} {
		for _, want := range []string{"Decided before", "Decided after", "Look at this", "No key", "Ship it"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", who, want, text)
			}
		}
		for _, bad := range []string{"Of no round", "Whispered"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %q in\n%s", who, bad, text)
			}
		}
		between := strings.HasPrefix(who, "speaker") || who == "asked"
		for _, few := range []string{"Murmured", "In a closed room"} {
			if strings.Contains(text, few) != between {
				t.Errorf("%s: %q is there: %t, in\n%s", who, few, !between, text)
			}
		}
	}
}

// TestASpaceHasTheAnswersOfItsRounds: spoken and written answers are in its reel, and what was watched again in its start for somebody new.
func TestASpaceHasTheAnswersOfItsRounds(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := c.occurrence() // in which the owner wrote "Everything"
	speaker, listener := c.enter(admin), c.enter(member)
	space := decoded[struct{ ID string }](t, speaker.call("POST", "/api/v1/spaces", map[string]any{"name": "Platform"}).expect(201)).ID
	other := decoded[struct{ ID string }](t, speaker.call("POST", "/api/v1/spaces", map[string]any{"name": "Elsewhere"}).expect(201)).ID
	c.exec(`update round set space_id = $2 where id = (select round_id from occurrence where id = $1)`, o, space)
	c.exec(`insert into round_member (round_id, account_id) select round_id, $2 from occurrence where id = $1`, o, speaker.member.Account.ID)
	clip := speaker.clip(domain.VisiblePrivate, "stand-up")
	c.playable(clip, "all is well")
	speaker.call("PUT", "/api/v1/occurrences/"+string(o)+"/answer", map[string]any{"parts": []map[string]any{{"section": "today", "clip_id": clip}}}).expect(200)
	speaker.call("POST", "/api/v1/decisions", map[string]any{"what": "Go", "clip_id": clip, "start_ms": 500, "end_ms": 1500}).expect(201)
	type reel struct {
		Pieces []struct {
			Rank, Text string
			ClipID     string `json:"clip_id"`
		}
	}
	hear := func(space string) (out string) {
		for _, p := range decoded[reel](t, listener.call("GET", "/api/v1/reel?space_id="+space, nil).expect(200)).Pieces {
			if out += p.Rank + " " + p.Text + ";"; p.ClipID != "" && p.ClipID != string(clip) {
				t.Errorf("%+v", p)
			}
		}
		return out
	}
	if got := hear(space); !strings.Contains(got, "decision ;") || !strings.Contains(got, "rest Everything;") || !strings.Contains(got, "rest ;") {
		t.Error(got)
	}
	if got := hear(other); got != "" {
		t.Error(got)
	}
	for range 2 {
		listener.call("POST", "/api/v1/clips/"+string(clip)+"/watched", map[string]any{"ranges": []map[string]int64{{"start_ms": 0, "end_ms": 3000}}, "position_ms": 3000}).expect(204)
	}
	type start struct {
		Decisions []struct{ What string }
		Moments   []struct {
			ClipID string `json:"clip_id"`
		}
	}
	look := func(space string) start {
		return decoded[start](t, listener.call("GET", "/api/v1/spaces/"+space+"/start-here", nil).expect(200))
	}
	if s := look(space); len(s.Moments) != 1 || s.Moments[0].ClipID != string(clip) || len(s.Decisions) != 1 {
		t.Errorf("%+v", s)
	}
	if s := look(other); len(s.Moments)+len(s.Decisions) != 0 {
		t.Errorf("%+v", s)
	}
}
