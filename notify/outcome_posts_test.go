package notify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// core makes a space, and a receiver for what it wants.
func (o *office) core(wants ...domain.MessageKind) (domain.Space, *channel) {
	o.t.Helper()
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Core"}
	o.ok(o.db.Spaces.Create(o.t.Context(), space))
	ch := newChannel(o.t)
	o.hook(ch.URL, space.ID, wants...)
	return space, ch
}

// bodies are what arrived, after all that waits was tried.
func (o *office) bodies(ch *channel) string {
	o.t.Helper()
	o.soon()
	o.ok(o.courier().PostDue(o.t.Context()))
	var out []string
	for _, m := range ch.take() {
		out = append(out, m.body)
	}
	return strings.Join(out, "\n")
}

// TestBlockersOfARoundAreTakenBack: correcting a word is no news, and what was taken back before it could be sent is not sent.
func TestBlockersOfARoundAreTakenBack(t *testing.T) {
	t.Parallel()
	o := setup(t)
	space, ch := o.core(domain.MessageRaised)
	one := o.held("Stand-up")
	o.exec(`update round set space_id = $1, sections = '[{"key": "a", "title": "A", "blockers": true}]'`, space.ID)
	answer := func(text string) {
		t.Helper()
		o.ok(o.db.Rounds.Answer(t.Context(), o.w, domain.Answer{
			ID: domain.NewID[domain.AnswerID](), OccurrenceID: one.ID, Author: o.boss, UpdatedAt: time.Now(), Parts: []domain.AnswerPart{{Section: "a", Text: text}},
		}))
	}
	open := func() domain.Blocker {
		t.Helper()
		all, err := o.db.Blockers.Of(t.Context(), o.w, one.ID)
		o.ok(err)
		if len(all) != 1 {
			t.Fatalf("%+v", all)
		}
		return all[0]
	}
	answer("No key for the teting server")
	first := open()
	if got := o.bodies(ch); strings.Count(got, "blocker.raised") != 1 || !strings.Contains(got, "teting") {
		t.Error(got)
	}
	answer("No key for the testing server")
	if b := open(); b.ID != first.ID || b.Body != "No key for the testing server" {
		t.Errorf("%+v after %+v", b, first)
	}
	if got := o.bodies(ch); got != "" {
		t.Error(got)
	}
	// Other trouble is other news. While its receiver is away it is corrected, and the next taken back.
	ch.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	answer("The licnce has run out")
	o.bodies(ch)
	answer("The licence has run out")
	ch.says(nil)
	if got := o.bodies(ch); strings.Count(got, "blocker.raised") != 1 || !strings.Contains(got, `"body":"The licence has run out"`) || strings.Contains(got, "licnce") {
		t.Error(got)
	}
	ch.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	answer("Max is ill, which is nobody's business")
	o.bodies(ch)
	o.ok(o.db.Rounds.Withdraw(t.Context(), o.w, one.ID, o.boss.ID))
	ch.says(nil)
	if got := o.bodies(ch); got != "" {
		t.Error(got)
	}
}

// TestWhatIsSaidInPrivateIsNotPosted: neither who asks whom in a private clip or note, nor what is decided there.
func TestWhatIsSaidInPrivateIsNotPosted(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ch := newChannel(t)
	o.hook(ch.URL, "", domain.MessageAsk, domain.MessageAnswered, domain.MessageDecision, domain.MessageRaised)
	said := func(at domain.Source) domain.Ask {
		t.Helper()
		a := domain.Ask{
			ID: domain.NewID[domain.AskID](), WorkspaceID: o.w, Author: o.boss, Owner: o.max, Body: "when?", Class: domain.ReplyStandard, Origin: domain.OriginHand, AskedAt: time.Now(), Source: at,
		}
		o.ok(o.db.Asks.Create(t.Context(), a))
		o.ok(o.db.Decisions.Create(t.Context(), domain.Decision{
			ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we part", Origin: domain.OriginHand, DecidedAt: time.Now(), Source: at,
		}))
		o.ok(o.db.Blockers.Create(t.Context(), domain.Blocker{
			ID: domain.NewID[domain.BlockerID](), WorkspaceID: o.w, Owner: o.max, Body: "no key", Source: at, Origin: domain.OriginHand, RaisedAt: time.Now(),
		}))
		return a
	}
	answer := func(a domain.Ask) {
		t.Helper()
		a.Answer, a.AnsweredAt = "today", time.Now()
		o.ok(o.db.Asks.Answer(t.Context(), domain.Viewer{AccountID: o.max.ID, WorkspaceID: o.w, Role: domain.RoleMember}, a))
	}
	note := o.say(o.max, "", "between us")
	o.exec(`update comment set private_to = author_id where id = $1`, note.ID)
	answer(said(domain.Source{ClipID: o.clip, CommentID: note.ID}))
	// Asked where all could see, and answered where they cannot any more.
	a := said(domain.Source{ClipID: o.clip})
	if got := o.bodies(ch); strings.Count(got, `"type"`) != 3 {
		t.Error(got)
	}
	said(domain.Source{ClipID: o.clip})
	o.exec(`update clip set visibility = 'private' where id = $1`, o.clip)
	answer(a)
	said(domain.Source{ClipID: o.clip})
	if got := o.bodies(ch); got != "" {
		t.Error(got)
	}
}

// TestAClipOfARoundIsOfItsSpace: what is decided in a clip that is in no space, and answers a round that is in one, is told there.
func TestAClipOfARoundIsOfItsSpace(t *testing.T) {
	t.Parallel()
	o := setup(t)
	space, ch := o.core(domain.MessageDecision)
	one := o.held("Stand-up")
	o.exec(`update round set space_id = $1`, space.ID)
	decide := func() {
		t.Helper()
		o.ok(o.db.Decisions.Create(t.Context(), domain.Decision{
			ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we ship", Origin: domain.OriginRound, DecidedAt: time.Now(),
			Source: domain.Source{ClipID: o.clip, OccurrenceID: one.ID},
		}))
	}
	decide()
	if got := o.bodies(ch); !strings.Contains(got, "Decided: we ship") {
		t.Error(got)
	}
	// By the time of sending it has gone elsewhere.
	decide()
	other := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Other"}
	o.ok(o.db.Spaces.Create(t.Context(), other))
	o.exec(`update clip set space_id = $1 where id = $2`, other.ID, o.clip)
	if got := o.bodies(ch); got != "" {
		t.Error(got)
	}
}

// TestWhatIsDeletedIsNotPosted: a comment, a decision and an ask that are gone by the time of sending.
func TestWhatIsDeletedIsNotPosted(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ch := newChannel(t)
	o.hook(ch.URL, "", domain.MessageComment, domain.MessageAsk, domain.MessageDecision)
	note := o.say(o.max, "", "a slip")
	d := domain.Decision{ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we ship", Origin: domain.OriginHand, DecidedAt: time.Now()}
	o.ok(o.db.Decisions.Create(t.Context(), d))
	a := domain.Ask{ID: domain.NewID[domain.AskID](), WorkspaceID: o.w, Author: o.boss, Owner: o.max, Body: "when?", Class: domain.ReplyStandard, Origin: domain.OriginHand, AskedAt: time.Now()}
	o.ok(o.db.Asks.Create(t.Context(), a))
	o.ok(o.db.Comments.Delete(t.Context(), note.ClipID, note.ID))
	o.ok(o.db.Decisions.Delete(t.Context(), o.w, d.ID))
	o.ok(o.db.Asks.Withdraw(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w, Role: domain.RoleMember}, a.ID))
	if got := o.bodies(ch); got != "" {
		t.Error(got)
	}
}

// TestAllThatComesOfThingsIsPosted: an answer once, a decision that replaces another, an ask that is taken back or overdue, a blocker that goes on;
// and no words of what is between two.
func TestAllThatComesOfThingsIsPosted(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ch := newChannel(t)
	o.hook(ch.URL, "", domain.MessageAnswer, domain.MessageReplaced, domain.MessageWithdrew, domain.MessageOverdue, domain.MessageAgain)
	one, two := o.held("Stand-up"), o.held("Review")
	o.exec(`update round set sections = '[{"key": "a", "title": "A", "blockers": true}]'`)
	answer := func(to domain.Occurrence, text string) {
		t.Helper()
		o.ok(o.db.Rounds.Answer(t.Context(), o.w, domain.Answer{
			ID: domain.NewID[domain.AnswerID](), OccurrenceID: to.ID, Author: o.boss, UpdatedAt: time.Now(), Parts: []domain.AnswerPart{{Section: "a", Text: text}},
		}))
	}
	expect := func(want ...string) {
		t.Helper()
		got := o.bodies(ch)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("no %s in %s", w, got)
			}
		}
		if n := strings.Count(got, `"type"`); n != len(want) {
			t.Errorf("%d messages: %s", n, got)
		}
		for _, secret := range []string{"the key to the safe", "All is well"} {
			if strings.Contains(got, secret) {
				t.Error("what is between two, or stands in the record alone, was told: " + got)
			}
		}
	}
	answer(one, "All is well")
	answer(one, "No key for the testing server")
	expect("Olga has answered Stand-up")
	answer(two, "No key for the testing server")
	answer(two, "no key for the testing server")
	expect("Olga has answered Review", "Olga is still blocked")
	// Given and taken back before it could be told.
	three := o.held("Retro")
	o.exec(`update round set sections = '[{"key": "a", "title": "A", "blockers": true}]'`)
	ch.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	answer(three, "No key for the testing server")
	o.bodies(ch)
	o.ok(o.db.Rounds.Withdraw(t.Context(), o.w, three.ID, o.boss.ID))
	ch.says(nil)
	expect()

	old := domain.Decision{ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we wait", Origin: domain.OriginHand, DecidedAt: time.Now()}
	o.ok(o.db.Decisions.Create(t.Context(), old))
	o.ok(o.db.Decisions.Create(t.Context(), domain.Decision{
		ID: domain.NewID[domain.DecisionID](), WorkspaceID: o.w, Author: o.boss, What: "we ship", Origin: domain.OriginHand, DecidedAt: time.Now(), Supersedes: old.ID,
	}))
	expect(`"was":"we wait"`)
	ask := func() domain.AskID {
		t.Helper()
		a := domain.Ask{
			ID: domain.NewID[domain.AskID](), WorkspaceID: o.w, Author: o.boss, Owner: o.max, Body: "where is the key to the safe?", Class: domain.ReplyStandard,
			Origin: domain.OriginHand, AskedAt: time.Now(), DueAt: time.Now(),
		}
		o.ok(o.db.Asks.Create(t.Context(), a))
		return a.ID
	}
	o.ok(o.db.Asks.Withdraw(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w, Role: domain.RoleMember}, ask()))
	expect("Olga takes back what they asked of Max")
	late := ask()
	for range 2 {
		o.ok(o.db.Asks.Escalate(t.Context(), late, domain.Nudge{WorkspaceID: o.w, AccountID: o.boss.ID, Kind: domain.NudgeEscalate, Ref: string(late), Title: "Overdue", At: time.Now()}))
	}
	expect("Olga still waits for an answer from Max")
}

// TestAnUrgentMessageKeepsWhatIsPrivate: what was said in a private clip or note is not told to a channel, but that something urgent is there; also
// when the clip became private while it waited.
func TestAnUrgentMessageKeepsWhatIsPrivate(t *testing.T) {
	t.Parallel()
	o := setup(t)
	ch := newChannel(t)
	o.hook(ch.URL, "", domain.MessageUrgent)
	note := o.say(o.max, "", "between us")
	urgent := func(at domain.Source) {
		t.Helper()
		o.ok(o.db.Asks.Create(t.Context(), domain.Ask{
			ID: domain.NewID[domain.AskID](), WorkspaceID: o.w, Author: o.boss, Owner: o.max, Body: "call the doctor", Class: domain.ReplyUrgent, Reason: "Max is ill",
			Origin: domain.OriginHand, AskedAt: time.Now(), Source: at,
		}))
	}
	expect := func(what string, reason bool) {
		t.Helper()
		got := o.bodies(ch)
		if strings.Count(got, "Urgent for Max, from Olga") != 1 || !strings.Contains(got, "https://baton.example.org/asks/") || strings.Contains(got, "Max is ill") != reason || strings.Contains(got, "doctor") {
			t.Errorf("%s: %s", what, got)
		}
	}
	urgent(domain.Source{ClipID: o.clip})
	expect("an open clip", true)
	ch.says(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	urgent(domain.Source{ClipID: o.clip})
	o.bodies(ch)
	o.exec(`update clip set visibility = 'private' where id = $1`, o.clip)
	ch.says(nil)
	expect("private since", false)
	urgent(domain.Source{ClipID: o.clip})
	expect("a private clip", false)
	o.exec(`update clip set visibility = 'workspace' where id = $1`, o.clip)
	o.exec(`update comment set private_to = author_id where id = $1`, note.ID)
	urgent(domain.Source{ClipID: o.clip, CommentID: note.ID})
	expect("a private note", false)
}
