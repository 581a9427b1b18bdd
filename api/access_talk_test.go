package api_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"baton/blob"
	"baton/domain"
)

// talkRules are the rules of the talk about clips, of links, and of those who are told of it.
var talkRules = map[string]rule{
	"createComment":  {who: writing, body: `{"body":"hi"}`, ok: 201},
	"updateComment":  {who: changing(editing), body: `{"body":"hi again"}`}, // the fixture's comment is the clip's owner's
	"deleteComment":  {who: changing(deleting), ok: 204},
	"resolveComment": {who: acting(commenting), body: `{"resolved":true}`}, "getCommentHistory": {who: watching},
	"listReactions": {who: watching}, "react": {who: writing, body: `{"emoji":"👍","at_ms":1000,"on":true}`},
	"addAttachment": {who: acting(commenting), body: onePixel, typ: "image/png", ok: 201}, "getAttachment": {who: watching},

	"listShares": {who: acting(editing)}, "createShare": {who: acting(editing), body: `{"name":"for Ana"}`, ok: 201},
	"updateShare": {who: acting(editing), body: `{"comments":true}`}, "revokeShare": {who: acting(editing), ok: 204},
	"listClipSpaces": {who: acting(editing)}, "putClipSpaces": {who: acting(editing), body: `{"space_ids":["SPACE"]}`},
	"listPeople": {who: acting(editing)}, "putPeople": {who: acting(editing), body: `{"account_ids":[]}`},
	"listAccessRequests": {who: acting(editing)}, "answerAccessRequest": {who: acting(editing), body: `{"granted":false}`, ok: 204},
	"putMyPicture": {who: signedIn(), body: onePixel, typ: "image/png"}, "deleteMyPicture": {who: signedIn(), ok: 204}, "listPictures": {who: signedIn()},
	"getPicture": {who: only([]string{owner, admin, member, guest})}, "listClipPictures": {who: watching}, "getClipPicture": {who: watching},
	"listClipMembers": {who: acting(commenting)}, "getHeatCSV": {who: acting(editing)},
	"requestAccess": {who: everybody, body: `{"message":"please","name":"Ana","email":"ana@example.net"}`, ok: 202},
	"listGuests":    {who: acting(deleting)}, "removeGuest": {who: acting(deleting), ok: 204}, "getSharePoster": {who: everybody},
	"downloadClip": {who: watching},
	"getShare":     {who: everybody}, "openShare": {who: everybody, body: `{}`}, "requestMoreTime": {who: everybody, body: `{"name":"Ana"}`, ok: 202},
	"getWatched": {who: watching}, "addWatched": {who: watching, body: `{"ranges":[{"start_ms":0,"end_ms":1000}],"position_ms":1000}`, ok: 204},
	"getInsight": {who: acting(editing)}, "getInsightCSV": {who: acting(editing)},
	"listNotices": {who: signedIn()}, "readNotices": {who: signedIn(), body: `{}`, ok: 204},
	"getNoticeChoice": {who: signedIn()}, "putNoticeChoice": {who: signedIn(), body: `{"mail":"each","muted":[]}`},
	"mailAnswerLink": {who: everybody, body: `{"email":"nobody@example.com"}`, ok: 202},
	"openAnswerLink": {who: everybody, ok: 303}, "getAnswerLink": {who: everybody, ok: 404}, "useAnswerLink": {who: everybody, ok: 404},
	"listMutes": {who: signedIn()}, "muteSpace": {who: only(inside, guest), ok: 204}, "unmuteSpace": {who: signedIn(), ok: 204},
	"muteRound": {who: only(inside, guest), ok: 204}, "unmuteRound": {who: signedIn(), ok: 204},
	"muteClip": {who: acting(sees), ok: 204}, "unmuteClip": {who: signedIn(), ok: 204},
	"unsubscribe": {who: everybody, body: "List-Unsubscribe=One-Click", typ: "application/x-www-form-urlencoded", ok: 204},
	"getGuest":    {who: everybody}, "putGuest": {who: everybody, body: `{"name":"Ana"}`}, "getOEmbed": {who: everybody},
}

// changing is what a route that guests may use gives to those who may do it and to the others.
func changing(may func(actor string, v domain.Visibility) bool) who {
	return func(actor string, v domain.Visibility) outcome {
		switch {
		case actor == revoked:
			return signIn
		case !sees(actor, v):
			return notFound
		case may(actor, v):
			return allowed
		}
		return refused
	}
}

// writing is for members; strangers who may watch are told to sign in, those of other workspaces that it is not theirs to do.
func writing(actor string, v domain.Visibility) outcome {
	if actor != revoked && actor != linked && strange(actor) && sees(actor, v) {
		return signIn
	}
	return changing(commenting)(actor, v)
}

// shared makes a link to the owner's clip.
func (c *cast) shared(v domain.Visibility, change func(*domain.Share)) (domain.ShareID, string) {
	c.t.Helper()
	s := domain.Share{ID: domain.NewID[domain.ShareID](), ClipID: c.clipOf(v), CreatedBy: c.members[owner].Account.ID, CreatedAt: time.Now()}
	if change != nil {
		change(&s)
	}
	secret := "share-" + string(s.ID)
	if err := c.db.Shares.Create(c.t.Context(), s, hashOf(secret)); err != nil {
		c.t.Fatal(err)
	}
	return s.ID, secret
}

// byLink lets somebody without an account come to all clips of the owner's by links of their own.
func (c *cast) byLink(actor string) *person {
	c.t.Helper()
	key := fmt.Sprint(actor, c.clips)
	if p, ok := c.guests[key]; ok {
		return p
	}
	ctx, p := c.t.Context(), &person{s: c.server, guest: "guest-" + domain.NewID[string]()}
	g := domain.Guest{ID: domain.NewID[domain.GuestID](), Name: "Ana"}
	if err := c.db.Shares.NewGuest(ctx, g, hashOf(p.guest)); err != nil {
		c.t.Fatal(err)
	}
	for v, clip := range c.clips {
		id, secret := c.shared(v, func(s *domain.Share) {
			s.Comments, s.Downloads = true, true
			if actor == linkWrong {
				s.PasswordHash = c.hash
			}
		})
		if actor == linkWrong {
			r := p.request("POST", "/api/v1/shares/"+secret, strings.NewReader(`{"password":"not this one"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Forwarded-For", "10.200.0."+strconv.Itoa(c.fresh%250))
			c.send(r).expect(401)
			continue
		}
		if err := c.db.Shares.Enter(ctx, id, g.ID); err != nil {
			c.t.Fatal(err)
		}
		switch actor {
		case linkExpired:
			c.exec(`update share set expires_at = now() - interval '1 second' where id = $1`, id)
		case linkRevoked:
			if err := c.db.Shares.Revoke(ctx, clip, id); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	c.guests[key] = p
	return p
}

// shownByOwner lets the owner show a picture of themselves.
func (c *cast) shownByOwner() domain.AccountID {
	c.t.Helper()
	c.enter(owner).put("/api/v1/me/picture", "image/gif", "", onePixel).expect(200)
	return c.members[owner].Account.ID
}

// unsubscribable gives the secret of somebody's mail.
func (c *cast) unsubscribable() string {
	c.t.Helper()
	secret := c.unique()
	c.exec(`insert into notice_choice (account_id, unsubscribe) values ($1, $2) on conflict (account_id) do update set unsubscribe = excluded.unsubscribe`,
		c.members[owner].Account.ID, secret)
	return secret
}

// cameBy lets a guest come to the owner's clip, to be taken out of it.
func (c *cast) cameBy(v domain.Visibility) domain.GuestID {
	c.t.Helper()
	g := domain.Guest{ID: domain.NewID[domain.GuestID](), Name: "Ana"}
	if err := c.db.Shares.NewGuest(c.t.Context(), g, hashOf(c.unique())); err != nil {
		c.t.Fatal(err)
	}
	id, _ := c.shared(v, nil)
	if err := c.db.Shares.Enter(c.t.Context(), id, g.ID); err != nil {
		c.t.Fatal(err)
	}
	return g.ID
}

// onePixel is a GIF.
const onePixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// pictured says something with a picture about the owner's clip.
func (c *cast) pictured(v domain.Visibility) domain.AttachmentID {
	c.t.Helper()
	ctx, clip, m := c.t.Context(), c.clipOf(v), c.members[owner]
	a := domain.Attachment{
		ID: domain.NewID[domain.AttachmentID](), ClipID: clip, UploaderID: m.Account.ID, ContentType: "image/png", Width: 1, Height: 1, Bytes: 3,
	}
	a.ObjectKey = blob.Keys{}.Attachment(m.WorkspaceID, clip, a.ID)
	err := errors.Join(c.objects.Put(ctx, a.ObjectKey, a.ContentType, []byte("png")), c.db.Comments.AddAttachment(ctx, a))
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.db.Comments.Create(ctx, domain.Comment{ClipID: clip, Author: m.Account, Body: "see", Attachments: []domain.Attachment{a}}); err != nil {
		c.t.Fatal(err)
	}
	return a.ID
}
