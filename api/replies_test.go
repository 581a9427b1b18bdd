package api_test

import (
	"testing"

	"baton/api/gen"
	"baton/domain"
)

// answer makes a spoken answer to a clip.
func (p *person) answer(to map[string]any) gen.NewClip {
	p.s.t.Helper()
	return decoded[gen.NewClip](p.s.t, p.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": to}).expect(201))
}

func TestASpokenAnswerStandsInTheTalk(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia, ada := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember), s.join(boss.member.WorkspaceID, "Ada", domain.RoleMember)
	clip := boss.clip("workspace", "Plan")
	s.playable(clip, "the whole plan")
	stream := ada.listen("?clip_id="+string(clip), 0)
	stream.expect("hello", "")
	first := boss.say(clip, map[string]any{"body": "thoughts?", "at_ms": 2000})
	stream.expect("comment.changed", "thoughts")
	made := mia.answer(map[string]any{"clip_id": clip, "comment_id": first.Id})
	stream.expect("reply.changed", made.Id)
	stream.expect("comment.changed", made.Id)
	reply := domain.ClipID(made.Id)
	s.playable(reply, "quokka approves")
	stream.expect("reply.changed", made.Id)

	all := ada.comments(clip)
	if len(all) != 2 || all[1].Reply == nil || all[1].Reply.Words != "quokka approves" || *all[1].ParentId != first.Id || all[1].AtMs != 2000 || all[1].Id != *made.CommentId {
		t.Fatalf("%+v", all)
	}
	var page gen.ClipPage
	mia.call("GET", "/api/v1/clips", nil).expect(200).json(&page)
	if len(page.Clips) != 1 || page.Clips[0].Id != string(clip) {
		t.Errorf("the library has %v", page.Clips)
	}
	var found gen.SearchResult
	ada.call("GET", "/api/v1/search?q=quokka", nil).expect(200).json(&found)
	if len(found.Moments) == 0 || found.Moments[0].ReplyTo == nil || found.Moments[0].ReplyTo.ClipId != string(clip) ||
		found.Moments[0].ReplyTo.CommentId != all[1].Id || found.Moments[0].ReplyTo.AtMs != 2000 || found.Moments[0].Title != "Plan" {
		t.Errorf("found %+v", found.Moments)
	}
	mia.call("PATCH", "/api/v1/clips/"+made.Id, map[string]any{"visibility": "link"}).problem(409)
	mia.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": made.Id}}).problem(409)
	mia.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": clip, "comment_id": made.Id}}).problem(404)
	mia.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": clip, "at_ms": 99_000}}).problem(400)
}

func TestAnAnswerIsSeenByThoseWhoSeeItsClip(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss, stranger := s.workspace("Acme"), s.workspace("Other")
	w := boss.member.WorkspaceID
	olga, mia, ada := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.join(w, "Ada", domain.RoleMember)
	clip := olga.clip("workspace", "Plan")
	made := mia.answer(map[string]any{"clip_id": clip})
	at := "/api/v1/clips/" + made.Id
	s.playable(domain.ClipID(made.Id), "zebra answer")
	nobody := &person{s: s}
	see := func(want map[*person]int) {
		t.Helper()
		for p, status := range want {
			for _, path := range []string{at, at + "/hls/source/seg-0.m4s", at + "/transcript"} {
				if got := p.call("GET", path, nil).status; got != status {
					t.Errorf("%s as %s: %d, want %d", path, p.member.Account.Name, got, status)
				}
			}
			if p.cookie == "" {
				continue
			}
			var found gen.SearchResult
			p.call("GET", "/api/v1/search?q=zebra", nil).expect(200).json(&found)
			if (len(found.Moments) > 0) != (status == 200 && p != stranger) {
				t.Errorf("%s finds %d", p.member.Account.Name, len(found.Moments))
			}
		}
	}
	see(map[*person]int{olga: 200, mia: 200, ada: 200, stranger: 404, nobody: 404})
	olga.call("PATCH", "/api/v1/clips/"+string(clip), map[string]any{"visibility": "link"}).expect(200)
	see(map[*person]int{olga: 200, mia: 200, ada: 200, stranger: 200, nobody: 200})
	olga.call("PATCH", "/api/v1/clips/"+string(clip), map[string]any{"visibility": "private"}).expect(200)
	see(map[*person]int{olga: 200, mia: 200, ada: 404, stranger: 404, nobody: 404})
	ada.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": clip}}).problem(404)

	// Its host may throw it out, and its comment goes with it.
	olga.call("PATCH", at, map[string]any{"title": "mine"}).problem(403)
	olga.call("DELETE", at, nil).expect(204)
	if all := olga.comments(clip); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	// A comment that is deleted takes the answer with it, a clip that is deleted all its answers.
	olga.call("PATCH", "/api/v1/clips/"+string(clip), map[string]any{"visibility": "workspace"}).expect(200)
	one, two := mia.answer(map[string]any{"clip_id": clip}), ada.answer(map[string]any{"clip_id": clip})
	mia.call("DELETE", "/api/v1/clips/"+string(clip)+"/comments/"+*one.CommentId, nil).expect(204)
	mia.call("GET", "/api/v1/clips/"+one.Id, nil).problem(404)
	olga.call("DELETE", "/api/v1/clips/"+string(clip), nil).expect(204)
	ada.call("GET", "/api/v1/clips/"+two.Id, nil).problem(404)
	note := mia.clip("workspace", "Notes")
	secret := ada.say(note, map[string]any{"body": "psst", "private": true})
	mia.call("POST", "/api/v1/clips", map[string]any{"kind": "audio", "reply_to": map[string]any{"clip_id": note, "comment_id": secret.Id}}).problem(409)
}
