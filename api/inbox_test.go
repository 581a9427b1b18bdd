package api_test

import (
	"strings"
	"testing"

	"baton/api/gen"
	"baton/domain"
)

func (p *person) inbox() gen.Inbox {
	p.s.t.Helper()
	return decoded[gen.Inbox](p.s.t, p.call("GET", "/api/v1/inbox", nil).expect(200))
}

func TestTheInboxTellsOnceAndOnlyThoseWhoMaySee(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	w := boss.member.WorkspaceID
	olga, mia, ada := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.join(w, "Ada", domain.RoleMember)
	clip := olga.clip("workspace", "Plan")
	s.playable(clip, "hello")
	news := olga.listen("", 0)
	news.expect("hello", "")
	c := mia.say(clip, map[string]any{"body": "look @Ada", "at_ms": 2500, "mentions": []any{ada.member.Account.ID, olga.member.Account.ID}})
	news.expect("comment.changed", c.Id)
	news.expect("inbox.changed", "{}")
	in := olga.inbox()
	if len(in.Notices) != 1 || in.Unread != 1 || in.Notices[0].Kind != "mention" || in.Notices[0].Actor != "Max" || !strings.HasSuffix(in.Notices[0].Url, "/c/"+string(clip)+"?t=2&comment="+c.Id) {
		t.Fatalf("%+v", in)
	}
	if len(ada.inbox().Notices) != 1 || len(mia.inbox().Notices) != 0 || len(boss.inbox().Notices) != 0 {
		t.Error("told to others than those whom it concerns")
	}
	olga.call("POST", "/api/v1/inbox/read", map[string]any{"ids": []any{in.Notices[0].Id}}).expect(204)
	if in = olga.inbox(); in.Unread != 0 || !in.Notices[0].Read {
		t.Errorf("%+v", in)
	}
	// A private note is told to its author's counterpart, and to nobody who is named in it and may not see it.
	mia.say(clip, map[string]any{"body": "psst @Ada", "private": true, "mentions": []any{ada.member.Account.ID}})
	if n := len(ada.inbox().Notices); n != 1 {
		t.Errorf("%d notices of a note that one may not see", n-1)
	}
	if n := olga.inbox().Unread; n != 1 {
		t.Errorf("%d unread", n)
	}
	private := olga.clip("private", "Mine")
	ada.call("POST", "/api/v1/clips/"+string(private)+"/requests", map[string]any{"message": "may I?"}).expect(202)
	if in = olga.inbox(); in.Notices[0].Kind != "access" || in.Notices[0].Excerpt != "may I?" {
		t.Errorf("%+v", in.Notices[0])
	}
	olga.call("PUT", "/api/v1/me/notifications", map[string]any{"mail": "hourly", "muted": []any{"comment"}}).expect(200)
	mia.say(clip, map[string]any{"body": "muted"})
	if n := olga.inbox().Unread; n != 2 {
		t.Errorf("%d unread", n)
	}
	olga.call("PUT", "/api/v1/me/notifications", map[string]any{"mail": "by pigeon", "muted": []any{}}).problem(400)
	mia.call("POST", "/api/v1/unsubscribe/guess", nil)
}

func TestWhoIsNamedByAnEditIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.workspace("Acme").member.WorkspaceID
	olga, mia, ada, gus := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.join(w, "Ada", domain.RoleMember), s.join(w, "Gus", domain.RoleMember)
	clip := olga.clip("workspace", "Plan")
	s.playable(clip, "hello")
	c := mia.say(clip, map[string]any{"body": "look @Gus", "mentions": []any{gus.member.Account.ID}})
	at := "/api/v1/clips/" + string(clip) + "/comments/" + c.Id
	named := []any{ada.member.Account.ID, gus.member.Account.ID, mia.member.Account.ID}
	mia.call("PATCH", at, map[string]any{"body": "look @Ada @Gus", "mentions": named}).expect(200)
	mia.call("PATCH", at, map[string]any{"body": "look, @Ada @Gus", "mentions": named}).expect(200)
	mia.call("PATCH", at, map[string]any{"mentions": []any{}}).expect(200)
	mia.call("PATCH", at, map[string]any{"mentions": named}).expect(200)
	in := ada.inbox()
	if len(in.Notices) != 1 || in.Notices[0].Kind != "mention" || in.Notices[0].Actor != "Max" || in.Notices[0].Excerpt != "look @Ada @Gus" {
		t.Errorf("%+v", in.Notices)
	}
	if g, o, m := len(gus.inbox().Notices), len(olga.inbox().Notices), len(mia.inbox().Notices); g != 1 || o != 1 || m != 0 {
		t.Errorf("told %d, %d and %d times: who was told before is not told again, nor is who wrote it", g, o, m)
	}
	private := mia.say(clip, map[string]any{"body": "psst", "private": true})
	mia.call("PATCH", "/api/v1/clips/"+string(clip)+"/comments/"+private.Id, map[string]any{"body": "psst @Ada", "mentions": []any{ada.member.Account.ID}}).expect(200)
	if n := len(ada.inbox().Notices); n != 1 {
		t.Errorf("%d notices of a note that one may not see", n-1)
	}
}

func TestWhoOpensACommentHasReadItsThread(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.workspace("Acme").member.WorkspaceID
	olga, mia, ada := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember), s.join(w, "Ada", domain.RoleMember)
	clip := olga.clip("workspace", "Plan")
	s.playable(clip, "hello")
	root := mia.say(clip, map[string]any{"body": "look"})
	reply := mia.say(clip, map[string]any{"body": "and @Ada", "parent_id": root.Id, "mentions": []any{ada.member.Account.ID}})
	mia.say(clip, map[string]any{"body": "something else"})
	news := olga.listen("", 0)
	news.expect("hello", "")
	olga.call("POST", "/api/v1/inbox/read", map[string]any{"comment_id": reply.Id}).expect(204)
	news.expect("inbox.changed", "{}")
	in := olga.inbox()
	if len(in.Notices) != 3 || in.Unread != 1 || in.Notices[0].Read || !in.Notices[1].Read || !in.Notices[2].Read {
		t.Errorf("%+v", in)
	}
	if n := s.waitingMail(olga); n != 1 {
		t.Errorf("%d mails wait: what was read is not mailed", n)
	}
	if ada.inbox().Unread != 1 || s.waitingMail(ada) != 1 {
		t.Error("read for somebody else, too")
	}
	olga.call("POST", "/api/v1/inbox/read", map[string]any{"comment_id": domain.NewID[string]()}).expect(204)
	if n := olga.inbox().Unread; n != 1 {
		t.Errorf("%d unread: there is no such comment", n)
	}
	// That a clip is there is read by who plays it.
	s.exec(`insert into notice (id, workspace_id, account_id, kind, ref, clip_id, actor, mail_at) values ($1, $2, $3, 'clip', $4, $4, 'Olga', now() + interval '1 hour')`,
		domain.NewID[string](), w, ada.member.Account.ID, clip)
	ada.watches(clip, 100, [2]int{0, 100}).expect(204)
	if in = ada.inbox(); in.Unread != 1 || !in.Notices[0].Read || s.waitingMail(ada) != 1 {
		t.Errorf("%+v", in)
	}
}

func (s *server) waitingMail(p *person) (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `select count(*) from notice where account_id = $1 and mail_at is not null`, p.member.Account.ID).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestChoicesAndMutesOverTheAPI: what is left out of a change stays, and what is muted is listed by name for as long as it may be seen.
func TestChoicesAndMutesOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := s.workspace("Acme").member.WorkspaceID
	olga, mia := s.join(w, "Olga", domain.RoleMember), s.join(w, "Max", domain.RoleMember)
	put := func(body map[string]any) gen.NoticeChoice {
		t.Helper()
		return decoded[gen.NoticeChoice](t, mia.call("PUT", "/api/v1/me/notifications", body).expect(200))
	}
	put(map[string]any{"mail": "daily", "muted": []any{}, "digest_at": "07:45", "not_push": []any{"clip"}})
	if c := put(map[string]any{"mail": "daily", "muted": []any{"reply"}}); *c.DigestAt != "07:45" || len(*c.NotPush) != 1 || len(*c.NotMail) != 0 || len(c.Muted) != 1 {
		t.Errorf("%+v", c)
	}
	mia.call("PUT", "/api/v1/me/notifications", map[string]any{"mail": "daily", "muted": []any{}, "digest_at": "24:00"}).problem(400)
	clip := olga.clip("workspace", "Plan")
	path := "/api/v1/clips/" + string(clip) + "/mute"
	mia.call("PUT", path, nil).expect(204)
	mia.call("PUT", path, nil).expect(204)
	mutes := func() []gen.Mute {
		t.Helper()
		return decoded[struct{ Mutes []gen.Mute }](t, mia.call("GET", "/api/v1/me/mutes", nil).expect(200)).Mutes
	}
	if all := mutes(); len(all) != 1 || all[0].Kind != "clip" || all[0].Name != "Plan" || all[0].Id != string(clip) {
		t.Errorf("%+v", all)
	}
	s.exec(`update clip set visibility = 'private' where id = $1`, clip)
	if all := mutes(); len(all) != 1 || all[0].Name != "" {
		t.Errorf("the title of a clip that one may not see: %+v", all)
	}
	mia.call("DELETE", path, nil).expect(204)
	if all := mutes(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}
