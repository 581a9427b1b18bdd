package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// tell keeps that Max commented at a moment, and gives its words.
func (o *office) tell(at time.Time, words string) domain.Comment {
	o.t.Helper()
	c := o.say(o.max, "", words)
	o.exec(`update notice set created_at = $1::timestamptz, mail_at = case when mail_at is not null then $1::timestamptz end where ref = $2`, at, c.ID)
	return c
}

// daily lets Olga have one mail a day at half past eight in Paris.
func (o *office) daily() {
	o.t.Helper()
	h := domain.DefaultHours("Europe/Paris")
	o.ok(o.db.Hours.Set(o.t.Context(), o.boss.ID, h))
	o.ok(o.db.Notices.Choose(o.t.Context(), o.boss.ID, domain.NoticeChoice{Mail: domain.MailDaily, DigestAt: 8*60 + 30}))
}

// TestOneMailADay: at its time on the person's clock, on working days, with all of it, each thing once.
func TestOneMailADay(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.daily()
	_, err := o.db.Hours.AddDaysOff(t.Context(), o.boss.ID, []domain.DayOff{{ID: domain.NewID[domain.DayOffID](), First: "2026-03-30", Last: "2026-03-30", Source: domain.DayOffManual}})
	o.ok(err)
	friday := func(hour, minute int) time.Time { return time.Date(2026, 3, 27, hour, minute, 0, 0, time.UTC) } // Paris is an hour ahead, two from Sunday on
	one := o.held("Stand-up")
	o.tell(friday(7, 0), "before half past eight")
	var got []string
	// Every ten minutes for five days, a restart each time: what was put off is in the rows alone.
	step := func(until time.Time, from time.Time) {
		t.Helper()
		for now := from; now.Before(until); now = now.Add(10 * time.Minute) {
			for _, m := range o.mailAt(now) {
				got = append(got, now.Format("Mon 15:04 ")+m)
			}
		}
	}
	step(friday(9, 0), friday(6, 0))
	if len(got) != 1 || !strings.HasPrefix(got[0], "Fri 07:30") || !strings.Contains(got[0], "before half past eight") {
		t.Fatalf("%q", got)
	}
	got = nil
	gone := o.tell(friday(10, 0), "taken back since")
	o.tell(friday(11, 0), "the first")
	read := o.tell(friday(12, 0), "read in the inbox")
	o.tell(friday(30, 0), "on a Saturday")
	o.nudge(domain.NudgeRecord, string(one.ID), "Stand-up has closed", friday(13, 0), time.Time{})
	o.ok(o.db.Comments.Delete(t.Context(), gone.ClipID, gone.ID))
	o.exec(`update notice set read_at = now(), mail_at = null where ref = $1`, read.ID)
	// Monday is a day off; on Tuesday the clock in Paris is two hours ahead.
	step(friday(24*4+12, 0), friday(13, 0))
	if len(got) != 1 || !strings.HasPrefix(got[0], "Tue 06:30") {
		t.Fatalf("%q", got)
	}
	for words, there := range map[string]bool{
		"Your day: 3 things": true, "the first": true, "on a Saturday": true, "Stand-up has closed": true, "taken back since": false, "read in the inbox": false, "before half past eight": false,
		"https://baton.example.org/c/" + string(o.clip) + "?t": true, "/settings/notifications": true,
	} {
		if strings.Contains(got[0], words) != there {
			t.Errorf("%q in it: %v\n%s", words, !there, got[0])
		}
	}
}

// TestADailyMailIsKilled: between taking and sending nothing is lost; between sending and noting it comes again as the same mail; what it
// missed that day goes with the next.
func TestADailyMailIsKilled(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.daily()
	monday := func(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, time.UTC) }
	o.tell(monday(6, 0), "one")
	o.tell(monday(6, 10), "two")
	if got := o.mailAt(monday(6, 30)); len(got) != 0 {
		t.Errorf("%q", got)
	}
	taken, found, err := o.db.Notices.NextMail(t.Context(), monday(7, 31))
	o.ok(err)
	if !found || len(taken.Notices) != 2 {
		t.Fatalf("%+v", taken)
	}
	// Dead. What comes meanwhile is for tomorrow, and not in that mail.
	o.tell(monday(7, 32), "three")
	got := o.mailAt(monday(7, 45))
	if len(got) != 1 || !strings.Contains(got[0], "<"+taken.ID+"@") || !strings.Contains(got[0], "one") || !strings.Contains(got[0], "two") || strings.Contains(got[0], "three") {
		t.Fatalf("%q", got)
	}
	for hour := 8; hour < 24+7; hour++ {
		if more := o.mailAt(monday(hour, 29)); len(more) != 0 {
			t.Errorf("%d:29: %q", hour, more)
		}
	}
	// The mail server is away at its time, and for the rest of the day: it goes with the next morning, not in the evening.
	o.box.set(true)
	o.mailer.Now = func() time.Time { return monday(24+7, 30) }
	if o.mailer.SendDue(t.Context()) == nil {
		t.Error("nothing was tried")
	}
	o.box.set(false)
	for _, hour := range []int{18, 20, 24, 30} {
		if more := o.mailAt(monday(24+hour, 10)); len(more) != 0 {
			t.Errorf("%d:10: %q", hour, more)
		}
	}
	if got := o.mailAt(monday(48+7, 30)); len(got) != 1 || !strings.Contains(got[0], "three") {
		t.Errorf("%q", got)
	}
}

// TestWhatCannotWaitADay: urgent asks come at once, and a round that would have closed by then in working hours; another waits.
func TestWhatCannotWaitADay(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.daily()
	monday := func(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, time.UTC) }
	one, two := o.held("Stand-up"), o.held("Weekly")
	o.tell(monday(6, 40), "a comment")
	o.nudge(domain.NudgePrompt, string(one.ID), "Stand-up is open", monday(7, 35), monday(16, 0))
	o.nudge(domain.NudgePrompt, string(two.ID), "Weekly is open", monday(7, 35), monday(24*4, 0))
	o.nudge(domain.NudgeUrgent, string(domain.NewID[domain.AskID]()), "Urgent: it burns", monday(3, 0), time.Time{})
	for _, x := range []struct {
		at   time.Time
		want []string
	}{
		{monday(3, 1), []string{"Urgent: it burns"}},
		{monday(7, 36), []string{"a comment"}}, // and the round waits for the working day, which begins at nine in Paris
		{monday(8, 1), []string{"Stand-up is open"}},
		{monday(12, 0), nil},
		{monday(24+7, 31), []string{"Weekly is open"}},
	} {
		got := o.mailAt(x.at)
		if len(got) != len(x.want) {
			t.Errorf("%s: %q", x.at, got)
			continue
		}
		for i, w := range x.want {
			if !strings.Contains(got[i], w) || strings.Count(got[i], "is open\n")+strings.Count(got[i], "burns\n") > 2 {
				t.Errorf("%s: %q", x.at, got[i])
			}
		}
	}
}

// TestManyThingsAreOneMail: after a long leave all of it is one mail of a bounded length, and the inbox has the rest.
func TestManyThingsAreOneMail(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.daily()
	_, err := o.db.Hours.AddDaysOff(t.Context(), o.boss.ID, []domain.DayOff{{ID: domain.NewID[domain.DayOffID](), First: "2026-03-02", Last: "2026-03-20", Source: domain.DayOffManual}})
	o.ok(err)
	monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range 65 {
		o.tell(monday.Add(time.Duration(i)*time.Hour), fmt.Sprintf("comment %d.", i))
	}
	for day := range 18 { // until Friday
		if got := o.mailAt(monday.Add(time.Duration(day) * 24 * time.Hour)); len(got) != 0 {
			t.Errorf("on day %d: %q", day, got)
		}
	}
	got := o.mailAt(monday.Add(21 * 24 * time.Hour))
	if len(got) != 1 || !strings.Contains(got[0], "65 things") || !strings.Contains(got[0], "And 5 more in your inbox") || strings.Count(got[0], "Max commented on Plan") != 60 {
		t.Errorf("%q", got)
	}
	if more := o.mailAt(monday.Add(22 * 24 * time.Hour)); len(more) != 0 {
		t.Errorf("%q", more)
	}
}

// TestEachKindInEachWay: in the inbox, by mail and in browsers, as its person wants each kind.
func TestEachKindInEachWay(t *testing.T) {
	t.Parallel()
	o := setup(t)
	service := newChannel(t)
	p, _, _ := o.pushes(service.URL)
	ways := func(c domain.NoticeChoice) string {
		t.Helper()
		c.Mail = domain.MailEach
		o.ok(o.db.Notices.Choose(t.Context(), o.boss.ID, c))
		before, err := o.db.Notices.Unread(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w})
		o.ok(err)
		o.say(o.max, "", "hello")
		o.later()
		o.ok(o.mailer.SendDue(t.Context()))
		o.ok(p.PushDue(t.Context()))
		after, err := o.db.Notices.Unread(t.Context(), domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w})
		o.ok(err)
		return fmt.Sprintf("%d %d %d", after-before, len(o.box.take(t)), len(service.take()))
	}
	it := []domain.NoticeKind{domain.NoticeComment}
	for want, c := range map[string]domain.NoticeChoice{
		"1 1 1": {}, "0 0 0": {Muted: it}, "0 1 1": {NotInbox: it}, "1 0 1": {NotMail: it}, "1 1 0": {NotPush: it}, "0 0 1": {NotInbox: it, NotMail: it},
	} {
		if got := ways(c); got != want {
			t.Errorf("%s, not %s: %+v", got, want, c)
		}
	}
	// What waits goes the new way.
	o.say(o.max, "", "waits")
	o.ok(o.db.Notices.Choose(t.Context(), o.boss.ID, domain.NoticeChoice{Mail: domain.MailEach, NotMail: it, NotPush: it}))
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	o.ok(p.PushDue(t.Context()))
	if m, n := len(o.box.take(t)), len(service.take()); m != 0 || n != 0 {
		t.Errorf("%d mails and %d pushes of what is not wanted any more", m, n)
	}
}

// TestWhatIsMutedIsNotTold: a clip, a space, a round; but who is named or asked, and what is urgent, is told.
func TestWhatIsMutedIsNotTold(t *testing.T) {
	t.Parallel()
	o := setup(t)
	me := domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w, Role: domain.RoleOwner}
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: o.w, Name: "Core"}
	o.ok(o.db.Spaces.Create(t.Context(), space))
	one := o.held("Stand-up")
	told := func() []string {
		t.Helper()
		all, err := o.db.Notices.List(t.Context(), me, "", 50)
		o.ok(err)
		o.exec(`delete from notice`)
		o.exec(`delete from nudge`)
		var out []string
		for _, n := range all {
			out = append(out, string(n.Kind))
		}
		slices.Sort(out)
		return out
	}
	happens := func() {
		t.Helper()
		o.say(o.max, "", "a comment")
		o.say(o.max, "", "to @Olga", o.boss)
		at := time.Now()
		for _, k := range []domain.NudgeKind{domain.NudgePrompt, domain.NudgeRemind, domain.NudgeRecord} {
			o.nudge(k, string(one.ID), "Stand-up", at, time.Time{})
		}
		o.nudge(domain.NudgeAsk, string(domain.NewID[domain.AskID]()), "Max asks", at, time.Time{})
	}
	check := func(what string, want ...string) {
		t.Helper()
		happens()
		if got := told(); !slices.Equal(got, want) {
			t.Errorf("%s: told %v, want %v", what, got, want)
		}
	}
	all := []string{"ask.new", "comment", "mention", "round.prompt", "round.record", "round.remind"}
	check("nothing muted", all...)
	o.ok(o.db.Notices.Mute(t.Context(), me, domain.Mute{ClipID: o.clip}))
	o.ok(o.db.Notices.Mute(t.Context(), me, domain.Mute{ClipID: o.clip}))
	check("the clip", "ask.new", "mention", "round.prompt", "round.record", "round.remind")
	o.ok(o.db.Notices.Unmute(t.Context(), me.AccountID, string(o.clip)))
	o.ok(o.db.Notices.Mute(t.Context(), me, domain.Mute{SpaceID: space.ID}))
	check("another space", all...)
	o.exec(`update clip set space_id = $1`, space.ID)
	check("its space", "ask.new", "mention", "round.prompt", "round.record", "round.remind")
	o.ok(o.db.Notices.Unmute(t.Context(), me.AccountID, string(space.ID)))
	happens()
	o.ok(o.db.Notices.Mute(t.Context(), me, domain.Mute{RoundID: one.RoundID}))
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	for _, m := range o.box.take(t) {
		if strings.Contains(m.Header.Get("Subject"), "Stand-up") {
			t.Error("what waited is mailed though it was muted")
		}
	}
	told()
	check("the round", "ask.new", "comment", "mention")
	mutes, err := o.db.Notices.Mutes(t.Context(), me)
	o.ok(err)
	if len(mutes) != 1 || mutes[0].RoundID != one.RoundID || mutes[0].Name != "Stand-up" {
		t.Errorf("%+v", mutes)
	}
	for _, m := range []domain.Mute{{SpaceID: domain.NewID[domain.SpaceID]()}, {RoundID: domain.NewID[domain.RoundID]()}} {
		if err := o.db.Notices.Mute(t.Context(), me, m); domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// TestAMutedRoundTakesTheTalkAboutItsAnswersAlong: of a clip that answers no round but muted ones. Who is named is told; a round that has ended,
// of which nobody could hear again, mutes nothing.
func TestAMutedRoundTakesTheTalkAboutItsAnswersAlong(t *testing.T) {
	t.Parallel()
	o := setup(t)
	me := domain.Viewer{AccountID: o.boss.ID, WorkspaceID: o.w, Role: domain.RoleOwner}
	one, other := o.held("Stand-up"), o.held("Retro")
	mute := func(rounds ...domain.Occurrence) {
		t.Helper()
		for _, r := range rounds {
			o.ok(o.db.Notices.Mute(t.Context(), me, domain.Mute{RoundID: r.RoundID}))
		}
	}
	answers := func(to domain.Occurrence) {
		t.Helper()
		o.exec(`insert into answer (id, occurrence_id, author_id, parts, created_at, updated_at) values ($1, $2, $3, $4, now(), now())`,
			domain.NewID[domain.AnswerID](), to.ID, o.boss.ID, `[{"section":"a","text":"Said"},{"section":"b","clip_id":"`+string(o.clip)+`"}]`)
	}
	told := func(what, want string) {
		t.Helper()
		o.say(o.max, "", "a comment")
		o.say(o.max, "", "to @Olga", o.boss)
		all, err := o.db.Notices.List(t.Context(), me, "", 50)
		o.ok(err)
		o.exec(`delete from notice`)
		var kinds []string
		for _, n := range all {
			kinds = append(kinds, string(n.Kind))
		}
		slices.Sort(kinds)
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: told %q, want %q", what, got, want)
		}
	}
	mute(one)
	told("a round that it does not answer", "comment mention")
	answers(one)
	told("the round that it answers", "mention")
	answers(other)
	told("one of two rounds", "comment mention")
	o.say(o.max, "", "this waits")
	mute(other)
	o.later()
	o.ok(o.mailer.SendDue(t.Context()))
	if n := len(o.box.take(t)); n != 0 {
		t.Errorf("%d mails of what waited and was muted", n)
	}
	o.exec(`delete from notice`)
	told("both rounds", "mention")
	o.ok(o.db.Rounds.Delete(t.Context(), o.w, one.RoundID))
	told("one muted, one ended", "mention")
	o.ok(o.db.Rounds.Delete(t.Context(), o.w, other.RoundID))
	told("both ended", "comment mention")
}
