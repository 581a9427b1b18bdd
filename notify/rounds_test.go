package notify_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// held makes a round of Olga's with an open occurrence.
func (o *office) held(name string) domain.Occurrence {
	o.t.Helper()
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: o.w, Name: name, Template: "own", Sections: []domain.Section{{Key: "a", Title: "A"}}, Rule: "FREQ=DAILY",
		StartsOn: "2026-03-02", Closes: domain.DayEnd, Members: []domain.Account{o.boss}, CreatedBy: o.boss.ID, CreatedAt: time.Now(),
	}
	o.ok(o.db.Rounds.Create(o.t.Context(), r))
	o.ok(o.db.Rounds.Open(o.t.Context(), r.ID, "2026-03-02", 1, time.Now()))
	all, err := o.db.Rounds.Occurrences(o.t.Context(), r.ID, "", 1)
	o.ok(err)
	return all[0]
}

func (o *office) nudge(k domain.NudgeKind, ref, title string, at, until time.Time) {
	o.t.Helper()
	n := domain.Nudge{WorkspaceID: o.w, AccountID: o.boss.ID, Kind: k, Ref: ref, Title: title, Path: "/rounds/x/y", At: at, Until: until}
	_, err := o.db.Rounds.Nudge(o.t.Context(), n)
	o.ok(err)
}

// mailAt sends what is due at a moment, and gives the mails as subject and body.
func (o *office) mailAt(now time.Time) []string {
	o.t.Helper()
	o.mailer.Now = func() time.Time { return now }
	o.ok(o.mailer.SendDue(o.t.Context()))
	var out []string
	for _, m := range o.box.take(o.t) {
		body, err := io.ReadAll(m.Body)
		o.ok(err)
		out = append(out, m.Header.Get("Message-Id")+"\n"+m.Header.Get("Subject")+"\n"+strings.ReplaceAll(string(body), "=\r\n", ""))
	}
	return out
}

func TestRoundsAreMailedInWorkingHours(t *testing.T) {
	t.Parallel()
	o := setup(t)
	monday := func(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, time.UTC) }
	one, two := o.held("Stand-up"), o.held("Review")
	for range 2 {
		o.nudge(domain.NudgePrompt, string(one.ID), "Stand-up is open", monday(16, 59), monday(24, 0))
		o.nudge(domain.NudgePrompt, string(two.ID), "Review is open", monday(16, 59), monday(40, 0))
		o.nudge(domain.NudgeAsk, string(domain.NewID[domain.AskID]()), "Max asks: when?", monday(16, 59), time.Time{})
	}
	// The working day is over before the mail could go. On the next, what has closed meanwhile is no news any more.
	if got := o.mailAt(monday(17, 1)); len(got) != 0 {
		t.Errorf("in the evening: %v", got)
	}
	if got := o.mailAt(monday(32, 59)); len(got) != 0 {
		t.Errorf("before work: %v", got)
	}
	got := o.mailAt(monday(33, 0))
	if len(got) != 1 || strings.Contains(got[0], "Stand-up") || strings.Count(got[0], "Review is open") != 1 || strings.Count(got[0], "Max asks: when?") < 1 ||
		strings.Count(got[0], "https://baton.example.org/api/v1/answer/") != 1 {
		t.Errorf("%q", got)
	}
	// Killed after it was sent and before that was noted, it comes again as the same mail, and nothing new is in it.
	o.exec(`update notice set mail_at = $1 where mail_id is not null`, monday(33, 5))
	o.nudge(domain.NudgeAnswered, string(domain.NewID[domain.AskID]()), "Max has answered", monday(33, 1), time.Time{})
	again := o.mailAt(monday(33, 6))
	if len(again) != 2 || strings.SplitN(again[0], "\n", 2)[0] != strings.SplitN(got[0], "\n", 2)[0] || strings.Contains(again[0], "answered") || !strings.Contains(again[1], "Max has answered") {
		t.Errorf("%q", again)
	}
	// Urgent is mailed at once, to who wants no mail, too.
	o.ok(o.db.Notices.Choose(t.Context(), o.boss.ID, domain.NoticeChoice{Mail: domain.MailNever, Muted: []domain.NoticeKind{"message.urgent"}}))
	o.nudge(domain.NudgeUrgent, string(domain.NewID[domain.AskID]()), "Urgent: it burns", monday(48+3, 0), time.Time{})
	o.nudge(domain.NudgeRecord, string(one.ID), "Stand-up has closed", monday(48+3, 0), time.Time{})
	if got := o.mailAt(monday(48+3, 0)); len(got) != 1 || !strings.Contains(got[0], "Urgent: it burns") || strings.Contains(got[0], "Stand-up") {
		t.Errorf("%q", got)
	}
}

func TestWhatIsAnsweredIsNotMailed(t *testing.T) {
	t.Parallel()
	o := setup(t)
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	one := o.held("Stand-up")
	o.nudge(domain.NudgePrompt, string(one.ID), "Stand-up is open", at, at.Add(4*time.Hour))
	a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: one.ID, Author: o.boss, UpdatedAt: at, Parts: []domain.AnswerPart{{Section: "a", Text: "done"}}}
	o.ok(o.db.Rounds.Answer(t.Context(), o.w, a))
	if got := o.mailAt(at.Add(time.Minute)); len(got) != 0 {
		t.Errorf("%q", got)
	}
	n, err := o.db.Notices.Unread(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w})
	o.ok(err)
	if n != 0 {
		t.Errorf("%d unread", n)
	}
}

func TestTheRecordIsMailedAndPosted(t *testing.T) {
	t.Parallel()
	o := setup(t)
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	o.ok(o.db.Webhooks.Create(t.Context(), domain.Webhook{
		ID: domain.NewID[domain.WebhookID](), WorkspaceID: o.w, Kind: domain.WebhookJSON, Name: "tools", URL: "https://tools.example.org/hook", Secret: "whsec_c2VjcmV0",
		Wants: []domain.MessageKind{domain.MessageOpened, domain.MessageClosed}, CreatedBy: o.boss.ID,
	}))
	one := o.held("Stand-up")
	o.ok(o.db.Rounds.Open(t.Context(), one.RoundID, one.On, 1, at)) // as another node does
	opened, _, err := o.db.Webhooks.Claim(t.Context(), 10, nil)
	o.ok(err)
	if len(opened) != 1 || opened[0].Message.Kind != domain.MessageOpened || opened[0].Message.Title != "Stand-up is open" {
		t.Errorf("%+v", opened)
	}
	for _, p := range opened {
		o.ok(o.db.Webhooks.Sent(t.Context(), p.Message.ID))
	}
	a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: one.ID, Author: o.boss, UpdatedAt: at}
	a.Parts = []domain.AnswerPart{{Section: "a", Text: "All [is](/c/x) well", ClipID: o.clip, StartMS: 2000}}
	o.ok(o.db.Rounds.Answer(t.Context(), o.w, a))
	for range 2 {
		o.ok(o.db.Rounds.Close(t.Context(), one.ID, at))
		o.nudge(domain.NudgeRecord, string(one.ID), "Stand-up has closed: read the record", at, time.Time{})
	}
	got := o.mailAt(at.Add(time.Minute))
	if len(got) != 1 {
		t.Fatalf("%q", got)
	}
	for _, want := range []string{"# Stand-up, 2026-03-02", "## Olga", `All \[is\](/c/x) well`, "[Play 0:02](https://baton.example.org/c/" + string(o.clip) + "?t", "https://baton.example.org/rounds/"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("the mail lacks %q:\n%s", want, got[0])
		}
	}
	// The clip is still on its way: the record waits for its words, but not for ever, and says whose are missing.
	for after, want := range map[time.Duration]bool{time.Minute: false, 14 * time.Minute: false} {
		sent, err := o.db.Rounds.Publish(t.Context(), one.ID, at.Add(after))
		o.ok(err)
		if sent != want {
			t.Errorf("sent after %s: %t", after, sent)
		}
	}
	early, _, err := o.db.Webhooks.Claim(t.Context(), 10, nil)
	o.ok(err)
	for range 2 {
		sent, err := o.db.Rounds.Publish(t.Context(), one.ID, at.Add(15*time.Minute))
		o.ok(err)
		if !sent || len(early) != 0 {
			t.Errorf("%t, %+v", sent, early)
		}
	}
	posts, shown, err := o.db.Webhooks.Claim(t.Context(), 10, nil)
	o.ok(err)
	if len(posts) != 1 || !shown[0] || !strings.Contains(posts[0].Message.Data["record_markdown"].(string), "- Words still being written down, and here when they are: Olga") || !strings.Contains(posts[0].Message.Data["record_markdown"].(string), "## Olga") || posts[0].Message.Text != "1 of 1 answered, 0 decisions, 0 asks, 0 blockers" {
		t.Errorf("%+v", posts)
	}
}

// TestTheRecordInAMailIsItsReaders: a guest of the workspace is not mailed the words of a clip that is open to its members.
func TestTheRecordInAMailIsItsReaders(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for role, reads := range map[domain.Role]bool{domain.RoleMember: true, domain.RoleGuest: false} {
		o := setup(t)
		o.exec(`update clip set owner_id = $1 where id = $2`, o.max.ID, o.clip)
		o.exec(`insert into cue (clip_id, no, start_ms, end_ms, body) values ($1, 0, 2000, 3000, 'a plan for members')`, o.clip)
		o.exec(`update member set role = $1 where account_id = $2`, role, o.boss.ID)
		one := o.held("Stand-up")
		a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: one.ID, Author: o.max, UpdatedAt: at}
		a.Parts = []domain.AnswerPart{{Section: "a", ClipID: o.clip, StartMS: 2000}}
		o.ok(o.db.Rounds.Answer(t.Context(), o.w, a))
		o.ok(o.db.Rounds.Close(t.Context(), one.ID, at))
		o.nudge(domain.NudgeRecord, string(one.ID), "Stand-up has closed: read the record", at, time.Time{})
		got := o.mailAt(at.Add(time.Minute))
		if len(got) != 1 || strings.Contains(got[0], "a plan for members") != reads {
			t.Errorf("%s: %q", role, got)
		}
	}
}

// TestWhoHasLeftIsToldNothing: what waited for somebody's working hours, or their browser, does not come after they were removed, also when it
// is of no clip.
func TestWhoHasLeftIsToldNothing(t *testing.T) {
	t.Parallel()
	o := setup(t)
	at := time.Now()
	service := newChannel(t)
	p, _, _ := o.pushes(service.URL)
	one := o.held("Stand-up")
	tell := func() {
		o.nudge(domain.NudgeRecord, string(one.ID), "Stand-up has closed: read the record", at, time.Time{})
		o.nudge(domain.NudgeAsk, string(domain.NewID[domain.AskID]()), "Max asks: when?", at, time.Time{})
		o.nudge(domain.NudgeUrgent, string(domain.NewID[domain.AskID]()), "Urgent: it burns", at, time.Time{})
	}
	nothing := func() {
		t.Helper()
		o.exec(`update notice set push_at = now() - interval '1 second' where push_at is not null`)
		if got := o.mailAt(at.Add(10 * 24 * time.Hour)); len(got) != 0 {
			t.Errorf("%q", got)
		}
		o.exec(`update notice set mail_at = $1, push_at = now() - interval '1 second'`, at)
		if got := o.mailAt(at.Add(time.Minute)); len(got) != 0 {
			t.Errorf("%q", got)
		}
		o.ok(p.PushDue(t.Context()))
		if n := len(service.take()); n != 0 {
			t.Errorf("%d pushes", n)
		}
	}
	tell()
	o.exec(`update member set left_at = now() where account_id = $1`, o.boss.ID)
	nothing()

	o.exec(`update member set left_at = null, role = 'owner'`)
	tell()
	o.ok(o.db.Members.Remove(t.Context(), o.w, o.boss.ID))
	var waits int
	o.ok(o.pool.QueryRow(t.Context(), `select count(*) from notice where mail_at is not null or push_at is not null`).Scan(&waits))
	if waits != 0 {
		t.Errorf("%d wait", waits)
	}
	nothing()
}
