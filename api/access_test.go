package api_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"baton/api"
	"baton/domain"
)

// The actors of the access test.
const (
	anonymous = "anonymous"
	owner     = "owner"            // of the clip; a member of its workspace
	admin     = "admin"            // of the clip's workspace
	inSpace   = "in the space"     // a member of the clip's workspace who is in a space that the clip is shared with …
	elsewhere = "in another space" // … or in another one of that workspace
	member    = "member"           // of the clip's workspace
	guest     = "guest"            // of the clip's workspace
	outsider  = "outsider"         // owns another workspace
	revoked   = "revoked"          // a token of the clip's owner that was revoked
	expired   = "expired"          // a sign-in of the clip's owner that ended

	// Nobody's account, and a browser that has come to the clip by a link that is as each of them says.
	linked      = "linked"       // it allows comments and downloads
	linkExpired = "link expired" // it has expired since
	linkRevoked = "link revoked" // it was taken back since
	linkWrong   = "link wrong"   // they did not know its password
)

var actors = []string{anonymous, owner, admin, member, inSpace, elsewhere, guest, outsider, revoked, expired, linked, linkExpired, linkRevoked, linkWrong}

// strange tells who is not signed in.
func strange(actor string) bool {
	return slices.Contains([]string{anonymous, revoked, expired, linked, linkExpired, linkRevoked, linkWrong}, actor)
}

// outcome is what a request must come to.
type outcome int

const (
	allowed  outcome = iota
	signIn           // 401
	refused          // 403
	notFound         // 404
)

// who tells what an actor must get, by the clip's visibility (empty for routes of no clip).
type who func(actor string, v domain.Visibility) outcome

// sees is the truth of who may watch, written out.
func sees(actor string, v domain.Visibility) bool {
	switch v {
	case domain.VisiblePrivate:
		return actor == owner || actor == inSpace || actor == linked
	case domain.VisibleWorkspace:
		return slices.Contains([]string{owner, admin, member, inSpace, elsewhere, linked}, actor)
	case domain.VisibleLink:
		return actor != revoked // says who it is, wrongly
	}
	return false
}

// acting is what a route of a clip that needs a sign-in gives to those who may do it and to the others.
func acting(may func(actor string, v domain.Visibility) bool) who {
	return func(actor string, v domain.Visibility) outcome {
		switch {
		case strange(actor):
			return signIn
		case may(actor, v):
			return allowed
		case sees(actor, v):
			return refused
		}
		return notFound
	}
}

// everybody may come; a token that does not hold is an error wherever tokens are looked at.
func everybody(actor string, _ domain.Visibility) outcome {
	if actor == revoked {
		return signIn
	}
	return allowed
}

func public(string, domain.Visibility) outcome { return allowed }

func watching(actor string, v domain.Visibility) outcome {
	switch {
	case actor == revoked:
		return signIn
	case sees(actor, v):
		return allowed
	}
	return notFound
}

func commenting(actor string, v domain.Visibility) bool {
	return sees(actor, v) && actor != outsider
}

func editing(actor string, _ domain.Visibility) bool { return actor == owner }

func deleting(actor string, v domain.Visibility) bool {
	return actor == owner || actor == admin && v != domain.VisiblePrivate
}

// signedIn is for routes about oneself or one's own workspace.
func signedIn(except ...string) who {
	return func(actor string, _ domain.Visibility) outcome {
		switch {
		case strange(actor):
			return signIn
		case slices.Contains(except, actor):
			return refused
		}
		return allowed
	}
}

// only is for a thing that belongs to some, of which others learn nothing; but those who are refused by their role are told so.
func only(may []string, byRole ...string) who {
	return func(actor string, v domain.Visibility) outcome {
		if o := signedIn(byRole...)(actor, v); o != allowed || slices.Contains(may, actor) {
			return o
		}
		return notFound
	}
}

// inside are the members of the workspace who are no guests.
var inside = []string{owner, admin, member}

// whose is what an actor must get. Who is in a space is a member like others to what is not of the clip.
func (r rule) whose(actor string, v domain.Visibility) outcome {
	if v == "" && (actor == inSpace || actor == elsewhere) {
		actor = member
	}
	return r.who(actor, v)
}

// managing is what a thing of the owner's gives to those who want to change it.
func managing(actor string, v domain.Visibility) outcome {
	if actor == member {
		return refused
	}
	return only([]string{owner, admin}, guest)(actor, v)
}

// answering is for the only member of a round, withdrawing for who has answered it.
func answering(actor string, v domain.Visibility) outcome {
	if actor == admin || actor == member {
		return refused
	}
	return only([]string{owner}, guest)(actor, v)
}

// answeringAsk is for who is asked, the admin; withdrawingAsk for who asks, the clip's owner.
func answeringAsk(actor string, v domain.Visibility) outcome {
	if actor == owner {
		return refused
	}
	return only([]string{admin}, guest)(actor, v)
}

func withdrawingAsk(actor string, v domain.Visibility) outcome {
	if actor == admin {
		return refused
	}
	return only([]string{owner}, guest)(actor, v)
}

func withdrawing(actor string, v domain.Visibility) outcome {
	return only([]string{owner}, guest)(actor, v)
}

// rule is what the access test knows of a route: who may use it, what a good request is, and what it answers.
type rule struct {
	who    who
	body   string
	typ    string // of the body; empty: JSON
	header map[string]string
	ok     int // empty: 200
}

var rules = map[string]rule{
	"getHealth": {who: public}, "getReady": {who: public}, "getMetrics": {who: public}, "getOpenAPI": {who: public},
	"getSetup":        {who: everybody},
	"createWorkspace": {who: everybody, body: `{"workspace_name":"W","name":"N","email":"n@example.com","password":"long enough"}`, ok: 409},
	"signIn":          {who: everybody, body: `{"email":"nobody@example.com","password":"` + secretPassword + `"}`},
	"signOut":         {who: signedIn(), ok: 204},
	"getMe":           {who: signedIn()}, "updateMe": {who: signedIn(), body: `{"time_zone":"Europe/Paris"}`},
	"revokeOtherSignIns": {who: signedIn(), ok: 204}, "listSignIns": {who: signedIn()}, "revokeSignIn": {who: only([]string{owner}), ok: 204},
	"listTokens": {who: signedIn()}, "createToken": {who: signedIn(), body: `{"name":"t"}`, ok: 201},
	"revokeToken":   {who: only([]string{owner}), ok: 204},
	"listMembers":   {who: signedIn()},
	"updateMember":  {who: only([]string{admin}, owner, member, guest), body: `{"role":"guest"}`},
	"removeMember":  {who: only([]string{admin}, owner, member, guest), ok: 204},
	"getVocabulary": {who: signedIn(guest)}, "putVocabulary": {who: signedIn(guest), body: `{"terms":[{"spelling":"Kubernetes"}]}`},
	"previewFix": {who: signedIn(guest), body: `{}`}, "applyFix": {who: signedIn(guest), body: `{}`, ok: 201}, "listFixes": {who: signedIn(guest)},
	"undoFix":      {who: only([]string{owner}, guest)},
	"getWorkspace": {who: signedIn()}, "updateWorkspace": {who: signedIn(owner, member, guest), body: `{"read_screen":true}`},
	"listSpaces": {who: signedIn(guest)}, "createSpace": {who: signedIn(guest), body: `{"name":"NEW"}`, ok: 201},
	"updateSpace":     {who: only([]string{owner, admin, member}, guest), body: `{"name":"NEW"}`},
	"listSpacePeople": {who: only(inside, guest)}, "addSpacePerson": {who: only([]string{admin}, owner, member, guest), ok: 204}, // the fixture's space has nobody in it
	"removeSpacePerson": {who: only([]string{admin}, owner, member, guest), ok: 204},

	"deleteSpace":      {who: only([]string{admin}, owner, member, guest), ok: 204},
	"listInvites":      {who: signedIn(owner, member, guest)},
	"createInvite":     {who: signedIn(owner, member, guest), body: `{"role":"member"}`, ok: 201},
	"revokeInvite":     {who: only([]string{admin}, owner, member, guest), ok: 204},
	"getInvite":        {who: everybody},
	"acceptInviteAsMe": {who: signedIn()}, "listMyWorkspaces": {who: signedIn()}, "enterWorkspace": {who: only(nil)},
	"acceptInvite": {who: everybody, body: `{"name":"N","email":"NEW@example.com","password":"long enough"}`, ok: 201},
	"listClips":    {who: signedIn()}, "listTags": {who: signedIn()}, "createClip": {who: signedIn(), body: `{"kind":"screen"}`, ok: 201}, "search": {who: signedIn()},

	"getClip":    {who: watching},
	"updateClip": {who: acting(editing), body: `{"title":"x"}`},
	"deleteClip": {who: acting(deleting), ok: 204},
	"retryClip":  {who: acting(editing), ok: 202},

	"getRecording":    {who: acting(editing)},
	"putChunk":        {who: acting(editing), body: "x", typ: "video/webm", header: map[string]string{"Content-Digest": "sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:"}},
	"openChannel":     {who: acting(editing), body: "v=0", typ: "application/sdp", ok: 201},
	"finishRecording": {who: acting(editing), body: `{"chunks":0}`},
	"optionsUpload":   {who: everybody, ok: 204},
	"headUpload":      {who: acting(editing)},
	"patchUpload":     {who: acting(editing), body: "x", typ: "application/offset+octet-stream", header: map[string]string{"Upload-Offset": "0"}, ok: 204},
	"putUpload":       {who: acting(editing), body: "x", typ: "video/mp4", ok: 204},
	"optionsWHIP":     {who: everybody}, "optionsWHIPSession": {who: everybody},
	"getWHIP":           {who: acting(editing), ok: 204},
	"postWHIP":          {who: acting(editing), body: "v=0", typ: "application/sdp", ok: 201},
	"getWHIPSession":    {who: acting(editing), ok: 204},
	"patchWHIPSession":  {who: acting(editing), body: "a=candidate", typ: "application/trickle-ice-sdpfrag", header: map[string]string{"If-Match": `"e1"`}, ok: 204},
	"deleteWHIPSession": {who: acting(editing)},

	"getMasterPlaylist": {who: watching}, "getMediaFile": {who: watching}, "getPoster": {who: watching}, "getPreview": {who: watching}, "getStoryboardImage": {who: watching},
	"getStoryboard": {who: watching}, "getPeaks": {who: watching},
	"getTranscript": {who: watching}, "getCaptions": {who: watching}, "getScreen": {who: watching}, "getSummary": {who: watching}, "getTranscriptSRT": {who: watching}, "getTranscriptText": {who: watching}, "getChapters": {who: watching}, "getChaptersVTT": {who: watching},
	"updateCue":     {who: acting(editing), body: `{"text":"Hello there"}`},
	"putChapters":   {who: acting(editing), body: `{"chapters":[{"start_ms":0,"title":"All"}]}`},
	"resetChapters": {who: acting(editing), ok: 202},
	"makeSummary":   {who: acting(editing), ok: 202},
	"getEdits":      {who: watching}, "putEdits": {who: acting(editing), body: `{"cuts":[{"start_ms":0,"end_ms":1000,"kind":"hand"}]}`}, "revertEdits": {who: acting(editing), body: `{"to":0}`},
	"getParts":     {who: watching},
	"stitchClips":  {who: acting(commenting), body: `{"clip_ids":["CLIP"]}`, ok: 201},
	"listComments": {who: watching},
	"getEvents":    {who: watching},

	"getMyHours": {who: signedIn()}, "putMyHours": {who: signedIn(), body: `{"time_zone":"Asia/Kolkata","days":["mon"],"from":"09:00","to":"17:00"}`},
	"addDayOff": {who: signedIn(), body: `{"first_day":"2026-05-01","last_day":"2026-05-01"}`, ok: 201}, "removeDayOff": {who: only([]string{owner}), ok: 204},
	"importDaysOff":  {who: signedIn(), body: `{"ics":"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260501\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"}`},
	"suggestOpening": {who: signedIn(guest)}, "listRoundTemplates": {who: signedIn()}, "listRounds": {who: signedIn(guest)}, "getMyDue": {who: signedIn()}, "getMyUpcoming": {who: signedIn(guest)}, "listNudges": {who: signedIn()},
	"createRound": {who: signedIn(guest), body: `{"template":"stand-up","members":["01hf7yat00tvwxyz0123456789"]}`, ok: 201},
	"getRound":    {who: only(inside, guest)},
	"updateRound": {who: managing, body: `{"name":"NEW"}`}, "deleteRound": {who: managing, ok: 204},
	"listOccurrences": {who: only(inside, guest)}, "listRecentOccurrences": {who: signedIn(guest)}, "getOccurrence": {who: only(inside, guest)}, "getRecord": {who: only(inside, guest)}, "getOutcomes": {who: only(inside, guest)},
	"putAnswer": {who: answering, body: `{"parts":[{"section":"today","text":"Tests"}]}`}, "withdrawAnswer": {who: withdrawing},

	"listProposals": {who: acting(editing)}, "dismissProposal": {who: acting(editing), body: `{"start_ms":0}`, ok: 204},
	"getPodcast": {who: signedIn(guest)}, "createPodcast": {who: signedIn(guest), ok: 201}, "deletePodcast": {who: signedIn(guest), ok: 204},
	"updatePodcast":  {who: signedIn(guest), body: `{"notes_heard":false}`, ok: 404}, // nobody has one here
	"getPodcastFeed": {who: everybody}, "getPodcastEpisode": {who: everybody},        // the clip is the feed's owner's own
	"putBookmark": {who: signedIn(guest), body: `{"piece":"rest x","ms":1}`},
	"getReel":     {who: signedIn(guest)}, "addRead": {who: signedIn(guest), body: `{"refs":["x"]}`, ok: 204}, "addHeard": {who: acting(commenting), body: `{"spans":[{"start_ms":0,"end_ms":10}]}`, ok: 204},
	"listMeetings": {who: signedIn(guest)}, "addMeeting": {who: signedIn(guest), body: `{"name":"Status","minutes":30,"people":8,"per_year":50,"since":"2026-01-01"}`, ok: 201},
	"findMeetings":  {who: signedIn(guest), body: `{"ics":"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260501\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"}`},
	"changeMeeting": {who: only(inside, guest), body: `{"name":"Status","minutes":30,"people":8,"per_year":50,"since":"2026-01-01","until":"2026-02-01"}`},
	"removeMeeting": {who: only(inside, guest), ok: 204}, "getLedger": {who: signedIn(guest)}, "getLedgerCSV": {who: signedIn(guest)},
	"getStartHere": {who: only(inside, guest)}, "pinClip": {who: only(inside, guest), ok: 204}, "unpinClip": {who: only(inside, guest), ok: 204},
	"getDueFeed": {who: signedIn(guest)}, "makeDueFeed": {who: signedIn(guest), ok: 201}, "deleteDueFeed": {who: signedIn(guest), ok: 204},
	"getDueCalendar": {who: everybody},
	"getNorms":       {who: signedIn(guest)}, "putNorms": {who: signedIn(owner, member, guest), body: `{"urgent_hours":4,"standard_days":1,"relaxed_days":3,"escalation":"admins","escalate_hours":4}`},
	"listAsks": {who: signedIn(guest)}, "getBreakGlass": {who: signedIn(guest)},
	"createAsk": {who: only([]string{owner, admin, member}, guest), body: `{"owner_id":"COLLEAGUE","body":"Please"}`, ok: 201},
	"getAsk":    {who: only([]string{owner, admin}, guest)}, // the fixture's author and owner
	"answerAsk": {who: answeringAsk, body: `{"text":"Yes"}`}, "withdrawAsk": {who: withdrawingAsk},
	"listDecisions": {who: signedIn(guest)}, "exportDecisions": {who: signedIn(guest)}, "createDecision": {who: signedIn(guest), body: `{"what":"We do"}`, ok: 201},
	"getDecision": {who: only(inside, guest)}, "getDecisionMarkdown": {who: only(inside, guest)},
	"updateDecision": {who: managing, body: `{"why":"Because"}`}, "deleteDecision": {who: managing, ok: 204},
	"listBlockers": {who: signedIn(guest)}, "createBlocker": {who: signedIn(guest), body: `{"body":"No key"}`, ok: 201},
	"getBlocker": {who: only(inside, guest)}, "clearBlocker": {who: only(inside, guest), body: `{"cleared":true}`},

	"getMemberHours": {who: only([]string{owner, admin, member}, guest)}, "getDue": {who: only([]string{owner, admin, member}, guest)},
}

// ruleFor finds an operation's rule.
func ruleFor(operation string) (rule, bool) {
	for _, part := range []map[string]rule{rules, talkRules, webhookRules} {
		if r, ok := part[operation]; ok {
			return r, true
		}
	}
	return rule{}, false
}

// route is an operation of openapi.yaml.
type route struct{ method, path, operation string }

func routes(t *testing.T) []route {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	var out []route
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			out = append(out, route{method, path, op.OperationID})
		}
	}
	slices.SortFunc(out, func(a, b route) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

func TestOpenRoutesAreThoseOfTheDocument(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		t.Fatal(err)
	}
	isOpen := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			security := doc.Security
			if op.Security != nil {
				security = *op.Security
			}
			open := len(security) == 0 || slices.ContainsFunc(security, func(s openapi3.SecurityRequirement) bool { return len(s) == 0 })
			isOpen[method+" "+path] = open
			if _, listed := api.Open[method+" "+path]; listed != open {
				t.Errorf("%s %s: open in openapi.yaml %t, in access.go %t", method, path, open, listed)
			}
		}
	}
	for r, reason := range api.Open {
		if !isOpen[r] {
			t.Errorf("access.go lists %s, which is not open or not there", r)
		}
		if len(reason) < 8 {
			t.Errorf("%s is open without a reason", r)
		}
	}
}

// TestEveryRouteIsInTheDocument: a route that is served but not described would pass no rule below.
func TestEveryRouteIsInTheDocument(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, r := range routes(t) {
		described[r.method+" "+r.path] = true
		if r.method == http.MethodGet {
			described["HEAD "+r.path] = true
		}
	}
	served := api.Routes(newServer(t).api)
	for _, r := range served {
		if !described[r] && !strings.HasSuffix(r, "/*") {
			t.Errorf("%s is served and not in openapi.yaml", r)
		}
	}
	for r := range described {
		if !slices.Contains(served, r) {
			t.Errorf("%s is in openapi.yaml and not served", r)
		}
	}
}

// cast is the people of the access test and the things they ask for.
type cast struct {
	*server
	members map[string]domain.Member
	clips   map[domain.Visibility]domain.ClipID
	fresh   int
	hash    string // of secretPassword
	guests  map[string]*person
	space   domain.SpaceID // with which the clips are shared
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{server: newServer(t), members: map[string]domain.Member{}, clips: map[domain.Visibility]domain.ClipID{}, guests: map[string]*person{}}
	c.ingest.state.State = "recording"
	boss := c.workspace("Acme")
	w := boss.member.WorkspaceID
	c.members[owner] = c.join(w, "Olga", domain.RoleMember).member
	c.members[admin] = c.join(w, "Ada", domain.RoleAdmin).member
	c.members[member] = c.join(w, "Max", domain.RoleMember).member
	c.members[guest] = c.join(w, "Gus", domain.RoleGuest).member
	c.members[inSpace] = c.join(w, "Ida", domain.RoleMember).member
	c.members[elsewhere] = c.join(w, "Else", domain.RoleMember).member
	c.space = c.spaceWith(w, c.members[inSpace].Account.ID)
	c.spaceWith(w, c.members[elsewhere].Account.ID)
	// Guests are in no space; whoever became one is in theirs without seeing what is shared with it.
	c.exec(`insert into space_member (space_id, account_id) values ($1, $2)`, c.space, c.members[guest].Account.ID)
	c.members[outsider] = c.workspace("Other").member
	hash, err := c.password().Hash(t.Context(), secretPassword)
	if err != nil {
		t.Fatal(err)
	}
	c.hash = hash
	c.exec(`update account set email = 'nobody@example.com', password_hash = $2 where id = $1`, c.members[member].Account.ID, hash)
	return c
}

// enter lets an actor come in through a fresh sign-in.
func (c *cast) enter(actor string) *person {
	c.t.Helper()
	switch actor {
	case anonymous:
		return &person{s: c.server}
	case expired:
		p := c.signIn(c.members[owner])
		c.exec(`update sign_in set expires_at = now() - interval '1 second' where token_hash = $1`, hashOf(p.cookie))
		return p
	case revoked:
		id, p := c.ownersToken()
		if err := c.db.Tokens.Revoke(c.t.Context(), c.members[owner].Account.ID, id); err != nil {
			c.t.Fatal(err)
		}
		return p
	case linked, linkExpired, linkRevoked, linkWrong:
		return c.byLink(actor)
	}
	return c.signIn(c.members[actor])
}

func (c *cast) ownersToken() (domain.TokenID, *person) {
	c.t.Helper()
	m := c.members[owner]
	p := &person{s: c.server, member: m, token: "bat_" + domain.NewID[string]()}
	tok := domain.APIToken{ID: domain.NewID[domain.TokenID](), AccountID: m.Account.ID, WorkspaceID: m.WorkspaceID, Name: "t"}
	if err := c.db.Tokens.Create(c.t.Context(), tok, hashOf(p.token)); err != nil {
		c.t.Fatal(err)
	}
	return tok.ID, p
}

// clipOf gives the owner's clip of a visibility, whole.
func (c *cast) clipOf(v domain.Visibility) domain.ClipID {
	c.t.Helper()
	if id, ok := c.clips[v]; ok {
		return id
	}
	id := c.enter(owner).clip(v, "Walkthrough")
	c.playable(id, "Hello world")
	c.exec(`update clip set transcript_state = 'failed', transcript_reason = 'no engine' where id = $1`, id) // there is something to try again
	c.exec(`insert into work (clip_id, kind, state, reason) values ($1, 'transcribe', 'failed', 'no engine')
		on conflict (clip_id, kind) do update set state = 'failed', reason = 'no engine'`, id)
	if err := c.db.Spaces.ShareWith(c.t.Context(), id, []domain.SpaceID{c.space}); err != nil {
		c.t.Fatal(err)
	}
	c.clips[v] = id
	return id
}

// fill puts what a path asks for into it, made anew where the request may use it up.
func (c *cast) fill(path string, v domain.Visibility) string {
	c.t.Helper()
	ctx, w := c.t.Context(), c.members[owner].WorkspaceID
	replace := func(name string, value func() string) {
		if strings.Contains(path, "{"+name+"}") {
			path = strings.ReplaceAll(path, "{"+name+"}", value())
		}
	}
	replace("comment_id", func() string {
		made, err := c.db.Comments.Create(ctx, domain.Comment{
			ID: domain.NewID[domain.CommentID](), ClipID: c.clipOf(v), Author: domain.Account{ID: c.members[owner].Account.ID}, Body: "first", //nolint:contextcheck // all share the test's
		})
		if err != nil {
			c.t.Fatal(err)
		}
		return string(made.ID)
	})
	replace("clip_id", func() string { return string(c.clipOf(domain.VisibleWorkspace)) })
	replace("attachment_id", func() string { return string(c.pictured(v)) })
	replace("id", func() string { return string(c.clipOf(v)) })
	replace("account_id", func() string {
		if strings.Contains(path, "/pictures/") {
			return string(c.shownByOwner())
		}
		return string(c.join(w, "Victim"+c.unique(), domain.RoleMember).member.Account.ID)
	})
	replace("workspace_id", func() string { return string(c.workspace(c.unique()).member.WorkspaceID) }) // one that nobody else is in
	replace("space_id", func() string {
		s := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: w, Name: c.unique()}
		if err := c.db.Spaces.Create(ctx, s); err != nil {
			c.t.Fatal(err)
		}
		return string(s.ID)
	})
	invite := func() (domain.InviteID, string) {
		i := domain.Invite{
			ID: domain.NewID[domain.InviteID](), WorkspaceID: w, Role: domain.RoleMember, CreatedBy: c.members[admin].Account.ID, ExpiresAt: time.Now().Add(time.Hour),
		}
		secret := "secret-" + string(i.ID)
		if err := c.db.Invites.Create(ctx, i, hashOf(secret)); err != nil {
			c.t.Fatal(err)
		}
		return i.ID, secret
	}
	replace("invite_id", func() string { id, _ := invite(); return string(id) })
	replace("secret", func() string {
		if strings.Contains(path, "/unsubscribe/") {
			return c.unsubscribable()
		}
		if strings.Contains(path, "/shares/") {
			_, secret := c.shared(domain.VisibleWorkspace, nil)
			return secret
		}
		_, secret := invite()
		return secret
	})
	replace("episode", func() string { return string(c.heardAs(v)) + ".m4a" })
	replace("feed", func() string {
		secret := c.feed()
		if strings.Contains(path, "/{episode}") || strings.HasSuffix(path, ".m4a") {
			return secret
		}
		return secret + ".xml"
	})
	replace("guest_id", func() string { return string(c.cameBy(v)) })
	replace("share_id", func() string { id, _ := c.shared(v, nil); return string(id) })
	replace("request_id", func() string {
		r := domain.AccessRequest{ID: domain.NewID[domain.RequestID](), ClipID: c.clipOf(v), Name: "Ana"} //nolint:contextcheck // as above
		if err := c.db.Shares.Request(ctx, r); err != nil {
			c.t.Fatal(err)
		}
		return string(r.ID)
	})
	replace("fix_id", func() string {
		m := c.members[owner]
		f, err := c.db.Terms.Apply(ctx, domain.Viewer{AccountID: m.Account.ID, WorkspaceID: w, Role: m.Role}, nil)
		if err != nil {
			c.t.Fatal(err)
		}
		return string(f.ID)
	})
	replace("round_id", func() string { return string(c.round().ID) })
	replace("meeting_id", func() string {
		m := domain.Meeting{ID: domain.NewID[domain.MeetingID](), WorkspaceID: w, Name: "Status", Minutes: 30, People: 8, PerYear: 50, Since: "2026-01-01", CreatedBy: c.members[owner].Account.ID}
		if err := c.db.Ledger.AddMeeting(ctx, m); err != nil {
			c.t.Fatal(err)
		}
		return string(m.ID)
	})
	replace("push_id", func() string { return string(c.subscribed()) })
	if strings.Contains(path, "{webhook_id}") {
		hook, message := c.posted()
		path = strings.NewReplacer("{webhook_id}", string(hook), "{message_id}", string(message)).Replace(path)
	}
	replace("ask_id", func() string { return string(c.asked()) })
	replace("decision_id", func() string { return string(c.decided()) })
	replace("blocker_id", func() string { return string(c.blocked()) })
	replace("occurrence_id", func() string { return string(c.occurrence()) })
	replace("day_off_id", func() string {
		d := domain.DayOff{ID: domain.NewID[domain.DayOffID](), First: "2026-12-24", Last: "2026-12-24", Source: domain.DayOffManual}
		c.exec(`delete from day_off where account_id = $1`, c.members[owner].Account.ID) //nolint:contextcheck // all share the test's
		if _, err := c.db.Hours.AddDaysOff(ctx, c.members[owner].Account.ID, []domain.DayOff{d}); err != nil {
			c.t.Fatal(err)
		}
		return string(d.ID)
	})
	replace("token_id", func() string { id, _ := c.ownersToken(); return string(id) })
	replace("sign_in_id", func() string {
		all, err := c.db.SignIns.List(ctx, c.enter(owner).member.Account.ID) //nolint:contextcheck // all share the test's
		if err != nil || len(all) == 0 {
			c.t.Fatal(len(all), err)
		}
		return string(all[0].ID)
	})
	if strings.Contains(path, "/due/{file}") {
		replace("file", func() string {
			url := decoded[struct{ URL string }](c.t, c.enter(owner).call("POST", "/api/v1/me/due-feed", nil).expect(201)).URL
			return url[strings.LastIndex(url, "/")+1:]
		})
	}
	for name, value := range map[string]string{"seq": "0", "session": "s1", "rendition": "source", "file": "seg-0.m4s", "no": "0"} {
		replace(name, func() string { return value })
	}
	return path
}

func (c *cast) unique() string {
	c.fresh++
	return "n" + domain.NewID[string]()[16:]
}

// ask sends a route's good request as an actor and gives the status.
func (c *cast) ask(r route, method, actor string, v domain.Visibility) int {
	c.t.Helper()
	rule, _ := ruleFor(r.operation)
	c.ingest.reset()
	path := c.fill(r.path, v)
	switch r.operation {
	case "getEvents":
		path += "?clip_id=" + string(c.clipOf(v))
	case "search":
		path += "?q=hello"
	case "getLedger", "getLedgerCSV":
		path += "?from=2026-03-01&to=2026-03-31"
	case "getBreakGlass":
		path += "?month=2026-03"
	case "getOEmbed":
		path += "?url=" + c.url + "/c/" + string(c.clipOf(domain.VisibleLink))
	case "getDue":
		path += "?class=urgent"
	case "suggestOpening":
		path += "?usual=09:00&members=01hf7yat00tvwxyz0123456789"
	}
	body := strings.ReplaceAll(rule.body, "NEW", strings.ToLower(c.unique()))
	if strings.Contains(body, "CLIP") {
		body = strings.ReplaceAll(body, "CLIP", string(c.clipOf(v)))
	}
	body = strings.ReplaceAll(body, "SPACE", string(c.space))
	if strings.Contains(body, "COLLEAGUE") {
		body = strings.ReplaceAll(body, "COLLEAGUE", string(c.join(c.members[owner].WorkspaceID, "Colleague"+c.unique(), domain.RoleMember).member.Account.ID))
	}
	req := c.enter(actor).request(method, path, strings.NewReader(body))
	if body == "" {
		req.Body = http.NoBody
	}
	req.Header.Set("Content-Type", "application/json")
	if rule.typ != "" {
		req.Header.Set("Content-Type", rule.typ)
	}
	for k, val := range rule.header {
		req.Header.Set(k, val)
	}
	if r.operation != "getMetrics" { // answers this machine alone
		c.fresh++ // another address each time: how often one may try is not what is asked here
		req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", c.fresh>>16&255, c.fresh>>8&255, c.fresh&255))
	}
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel() // a stream of events would not end by itself
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode < 300 && method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions {
		delete(c.clips, v) // it may not be what it was
	}
	return res.StatusCode
}

// TestAccess sends every route of openapi.yaml as every kind of person, for every kind of clip. A route
// without a rule fails: nobody has thought about who may use it.
func TestAccess(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	all := routes(t)
	requests, failures := 0, 0
	for _, r := range all {
		rule, known := ruleFor(r.operation)
		if !known {
			t.Errorf("%s %s: no rule says who may use %s", r.method, r.path, r.operation)
			failures++
			continue
		}
		visibilities := []domain.Visibility{""}
		if strings.Contains(r.path, "{id}") || r.operation == "getEvents" {
			visibilities = []domain.Visibility{domain.VisiblePrivate, domain.VisibleWorkspace, domain.VisibleLink}
		}
		methods := []string{r.method}
		if r.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		for _, v := range visibilities {
			for _, actor := range actors {
				for _, method := range methods {
					want := map[outcome]int{allowed: max(rule.ok, http.StatusOK), signIn: 401, refused: 403, notFound: 404}[rule.whose(actor, v)]
					for _, file := range filesOf(r) {
						requests++
						if got := c.ask(file, method, actor, v); got != want {
							t.Errorf("%s %s as %s, clip %q: %d, want %d", method, file.path, actor, v, got, want)
							failures++
						}
					}
				}
			}
		}
	}
	for _, op := range slices.Concat(slices.Collect(maps.Keys(rules)), slices.Collect(maps.Keys(talkRules)), slices.Collect(maps.Keys(webhookRules))) {
		if !slices.ContainsFunc(all, func(r route) bool { return r.operation == op }) {
			t.Errorf("the rule for %s has no route", op)
			failures++
		}
	}
	t.Logf("access: %d routes × %d actors × visibilities of clips = %d requests, %d failures", len(all), len(actors), requests, failures)
}
