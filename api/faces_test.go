package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"baton/api/gen"
	"baton/domain"
)

// portrait is a PNG with something behind it that is no picture.
func portrait(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String() + "<script>alert(1)</script>"
}

// stored lists the objects under a prefix.
func (s *server) stored(prefix string) []string {
	s.t.Helper()
	all, err := s.objects.List(s.t.Context(), prefix, "", 100)
	if err != nil {
		s.t.Fatal(err)
	}
	var keys []string
	for _, o := range all {
		keys = append(keys, o.Key)
	}
	return keys
}

// shown lists whose pictures somebody is told of.
func shown(t *testing.T, a *answer) []string {
	t.Helper()
	var out []string
	for _, p := range decoded[gen.Pictures](t, a.expect(200)).Pictures {
		out = append(out, p.AccountId)
	}
	return out
}

func TestAPictureOfOneself(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia, stranger := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember), s.workspace("Other")
	const mine = "/api/v1/me/picture"
	first := decoded[gen.Picture](t, boss.put(mine, "text/html", "", portrait(t, 900, 600)).expect(200))
	path := strings.TrimPrefix(first.Url, s.url)
	got := mia.call("GET", path, nil).expect(200)
	for k, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Cache-Control": "private, max-age=31536000, immutable",
	} {
		if got.header.Get(k) != want {
			t.Errorf("%s: %q", k, got.header.Get(k))
		}
	}
	img, err := jpeg.Decode(bytes.NewReader(got.body))
	if err != nil || img.Bounds() != image.Rect(0, 0, domain.PictureSide, domain.PictureSide) || bytes.Contains(got.body, []byte("script")) {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
	stranger.call("GET", path, nil).problem(404)
	(&person{s: s}).call("GET", path, nil).problem(401)
	for name, bad := range map[string]string{"svg": "<svg/>", "html": "<html>", "nothing": "", "half": portrait(t, 40, 40)[:60]} {
		if a := boss.put(mine, "image/png", "", bad); a.status != 415 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	boss.put(mine, "image/png", "", strings.Repeat("x", 10<<20+1)).problem(413)
	if all := shown(t, mia.call("GET", "/api/v1/pictures", nil)); len(all) != 1 || all[0] != string(boss.member.Account.ID) {
		t.Errorf("%v", all)
	}
	if all := shown(t, stranger.call("GET", "/api/v1/pictures", nil)); len(all) != 0 {
		t.Errorf("another workspace is told of %v", all)
	}

	second := decoded[gen.Picture](t, boss.put(mine, "image/png", "", portrait(t, 30, 60)).expect(200))
	if second.Url == first.Url {
		t.Error("browsers would go on showing the picture from before")
	}
	if left := s.stored("a/"); len(left) != 1 {
		t.Errorf("%v are kept", left)
	}
	boss.call("DELETE", mine, nil).expect(204)
	boss.call("DELETE", mine, nil).expect(204)
	mia.call("GET", path, nil).problem(404)
	if left := s.stored("a/"); len(left) != 0 {
		t.Errorf("%v are kept", left)
	}
}

func TestWhoCameByALinkSeesThePicturesOfThoseWhoSpeakToEverybody(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia, ada, zoe := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember), s.join(boss.member.WorkspaceID, "Ada", domain.RoleMember), s.join(boss.member.WorkspaceID, "Zoe", domain.RoleMember)
	clip := boss.clip("link", "Plan")
	at := "/api/v1/clips/" + string(clip)
	for _, p := range []*person{boss, mia, ada, zoe} {
		p.put("/api/v1/me/picture", "image/png", "", portrait(t, 40, 40)).expect(200)
	}
	mia.say(clip, map[string]any{"body": "to all"})
	ada.say(clip, map[string]any{"body": "to the author", "private": true})
	nobody := &person{s: s}
	if all := shown(t, nobody.call("GET", at+"/pictures", nil)); len(all) != 2 {
		t.Errorf("%v", all)
	}
	nobody.call("GET", at+"/pictures/"+string(mia.member.Account.ID), nil).expect(200)
	nobody.call("GET", at+"/pictures/"+string(boss.member.Account.ID), nil).expect(200)
	for _, p := range []*person{ada, zoe} {
		nobody.call("GET", at+"/pictures/"+string(p.member.Account.ID), nil).problem(404)
	}
	boss.call("PATCH", at, map[string]any{"visibility": "private"}).expect(200)
	nobody.call("GET", at+"/pictures/"+string(boss.member.Account.ID), nil).problem(404)
}

func TestWhoWouldNotBeToldIsKnownBeforeAMentionIsSent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	boss := s.workspace("Acme")
	mia, gus := s.join(boss.member.WorkspaceID, "Max", domain.RoleMember), s.join(boss.member.WorkspaceID, "Gus", domain.RoleGuest)
	clip := boss.clip("private", "Plan")
	at := "/api/v1/clips/" + string(clip)
	may := func() map[string]bool {
		out := map[string]bool{}
		for _, m := range decoded[struct{ Members []gen.ClipMember }](t, boss.call("GET", at+"/members", nil).expect(200)).Members {
			out[m.Name] = m.MayWatch
		}
		return out
	}
	if got := may(); len(got) != 3 || !got["Acme owner"] || got["Max"] || got["Gus"] {
		t.Errorf("%v", got)
	}
	boss.call("PUT", at+"/people", map[string]any{"account_ids": []any{mia.member.Account.ID}}).expect(200)
	if got := may(); !got["Max"] || got["Gus"] {
		t.Errorf("%v", got)
	}
	boss.call("PATCH", at, map[string]any{"visibility": "workspace"}).expect(200)
	if got := may(); !got["Max"] || got["Gus"] {
		t.Errorf("guests of the workspace watch what they were shown, and no more: %v", got)
	}
	gus.call("GET", at+"/members", nil).problem(404)
}
