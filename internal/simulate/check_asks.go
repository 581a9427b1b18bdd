package main

import (
	"slices"
	"time"

	"baton/domain"
)

// recordNews is how long what came of something is news.
const recordNews = 4 * 24 * time.Hour

// expect checks that somebody was told a thing at the first look at which that was right, or by a look that was killed before it came to its end: not
// before, and not after. right may ask what only holds from a moment on.
func (c *checker) expect(kind domain.NudgeKind, ref string, to domain.AccountID, from, until time.Time, right func(time.Time) bool) {
	told := c.nudge(kind, ref, to)
	w := c.watches[to]
	if !told.IsZero() && (told.Before(from) || !told.Before(until) || !right(told)) {
		c.n.problem(&c.n.untimely, "%s to %s at %v, which should be from %v until %v", kind, w.name(c), told.In(w.zone), from.In(w.zone), until.In(w.zone))
	}
	at, _ := slices.BinarySearchFunc(c.looks, from, time.Time.Compare)
	for _, t := range c.looks[at:] {
		if !t.Before(until) {
			return
		}
		if !w.reachable(t) || !right(t) {
			continue
		}
		if told.IsZero() {
			c.n.problem(&c.n.missed, "%s never told %s, who could be at %v", kind, w.name(c), t.In(w.zone))
		} else if told.After(t) {
			c.n.problem(&c.n.untimely, "%s told %s at %v, who could be at %v", kind, w.name(c), told.In(w.zone), t.In(w.zone))
		}
		return
	}
}

func always(time.Time) bool { return true }

// remindersAndRecords: who was prompted and did not answer is reminded an hour before it closes, half an hour after the prompt was due at the earliest;
// everybody hears of the record when it has closed.
func (c *checker) remindersAndRecords() {
	for _, o := range c.occurrences {
		r := c.round(o.RoundID)
		for _, p := range c.people {
			w := c.watches[p.AccountID]
			if prompt := c.nudge(domain.NudgePrompt, string(o.ID), p.AccountID); !prompt.IsZero() {
				from, closes := w.reminding(r, o.On)
				from = later(from, prompt.Add(time.Second)) // never both at once
				c.expect(domain.NudgeRemind, string(o.ID), p.AccountID, from, earlier(closes, answeredAt(o, p.AccountID)), always)
			}
			if !o.ClosedAt.IsZero() {
				c.expect(domain.NudgeRecord, string(o.ID), p.AccountID, o.ClosedAt, o.ClosedAt.Add(recordNews), always)
			}
		}
	}
}

// reminding is from when on the watch's owner is reminded of a round's day, and when it closes for them.
func (w watch) reminding(r domain.Round, on domain.Date) (from, closes time.Time) {
	prompt := time.Time{}
	for t := on.Midnight().Add(-16 * time.Hour); t.Before(on.Plus(r.CloseAfterDays + 2).Midnight()); t = t.Add(time.Minute) {
		if !w.opens(r, on, t) {
			continue
		}
		if prompt.IsZero() && w.reachable(t) {
			prompt = t
		}
		closes = t.Add(time.Minute)
	}
	return later(closes.Add(-r.RemindBefore), prompt.Add(30*time.Minute)), closes
}

// askRight: the due time is the one that the watch of who is asked shows; they hear of the ask, and once more when a quarter of the time is left, in their
// core hours if there are some before it is due; who stays silent is reported to whom the workspace wants; and the answer comes to who asked.
func (c *checker) askRight(a *domain.Ask) {
	norms, w := domain.DefaultNorms(), c.watches[a.Owner.ID]
	minutes := norms.UrgentHours * 60
	if day := int(w.Hours.To - w.Hours.From); a.Class == domain.ReplyStandard {
		minutes = norms.StandardDays * day
	} else if a.Class == domain.ReplyRelaxed {
		minutes = norms.RelaxedDays * day
	}
	if want := w.after(a.AskedAt, minutes); !a.DueAt.Equal(want) {
		c.n.problem(&c.n.wrongDue, "%s asked of %s at %v: due %v, not %v", a.Class, w.name(c), a.AskedAt.In(w.zone), a.DueAt.In(w.zone), want.In(w.zone))
	}
	end := c.looks[len(c.looks)-1].Add(time.Hour)
	open := end
	if a.State == domain.AskAnswered {
		open = a.AnsweredAt
		c.expect(domain.NudgeAnswered, string(a.ID), a.Author.ID, a.AnsweredAt, a.AnsweredAt.Add(recordNews), always)
	}
	heard := c.nudge(domain.NudgeAsk, string(a.ID), a.Owner.ID)
	if a.Class == domain.ReplyUrgent {
		if heard = c.nudge(domain.NudgeUrgent, string(a.ID), a.Owner.ID); heard.IsZero() || heard.Sub(a.AskedAt).Abs() > time.Minute {
			c.n.problem(&c.n.missed, "an urgent ask of %v told %s at %v", a.AskedAt, w.name(c), heard)
		}
	} else {
		c.expect(domain.NudgeAsk, string(a.ID), a.Owner.ID, a.AskedAt, open, always)
	}
	if heard.IsZero() {
		return
	}
	// What is left is counted from each moment on: a quarter of whole minutes may end within one.
	from := later(w.after(a.AskedAt, minutes-minutes/4).Add(-time.Minute), heard.Add(time.Second))
	lead := func(t time.Time) bool { return w.left(t, a.DueAt) <= minutes*60/4 && !w.coreAhead(t, a.DueAt) }
	c.expect(domain.NudgeAskDue, string(a.ID), a.Owner.ID, from, open, lead)
	if reminded := c.nudge(domain.NudgeAskDue, string(a.ID), a.Owner.ID); !reminded.IsZero() {
		c.escalatedRight(a, later(w.after(a.DueAt, int(norms.EscalateAfter/time.Minute)), w.after(reminded, min(60, minutes/4))), open)
	}
}

// left is how many seconds the watch's owner still works from one moment to another.
func (w watch) left(t, until time.Time) (seconds int) {
	for t.Before(until) {
		next := earlier(t.Truncate(time.Minute).Add(time.Minute), until)
		if w.working(t) {
			seconds += int(next.Sub(t) / time.Second)
		}
		t = next
	}
	return seconds
}

// coreAhead tells whether the watch shows core hours in which its owner may be told, not now, but before a moment.
func (w watch) coreAhead(t, until time.Time) bool {
	if w.core(t) && w.reachable(t) {
		return false
	}
	for m := t.Truncate(time.Minute).Add(time.Minute); m.Before(until); m = m.Add(time.Minute) {
		if w.core(m) && w.reachable(m) {
			return true
		}
	}
	return false
}

// escalatedRight: from the first moment on everybody hears of it, once, whom the rules of that time say, and nobody else.
func (c *checker) escalatedRight(a *domain.Ask, first, open time.Time) {
	for _, p := range c.people {
		to := p.AccountID
		c.expect(domain.NudgeEscalate, string(a.ID), to, first, open, func(t time.Time) bool { return slices.Contains(c.reportedTo(a, t), to) })
		told := c.nudge(domain.NudgeEscalate, string(a.ID), to)
		switch n := c.policy(told); {
		case told.IsZero():
		case n.Escalation == domain.EscalateAdmins && slices.Contains(c.admins, to):
			c.n.toAdmins++
		case n.Escalation == domain.EscalatePerson && n.EscalateTo == to:
			c.n.toPerson++
		default:
			c.n.toAuthor++
		}
	}
}

// reportedTo is who is to hear at a moment that an ask stays unanswered: never its owner, and who asked if there is nobody else.
func (c *checker) reportedTo(a *domain.Ask, t time.Time) []domain.AccountID {
	n := c.policy(t)
	var all []domain.AccountID
	switch n.Escalation {
	case domain.EscalateNobody:
		return nil
	case domain.EscalatePerson:
		all = append(all, n.EscalateTo)
	case domain.EscalateAdmins:
		all = slices.Clone(c.admins)
	}
	if all = slices.DeleteFunc(all, func(id domain.AccountID) bool { return id == a.Owner.ID }); len(all) == 0 {
		return []domain.AccountID{a.Author.ID}
	}
	return all
}

// nothingElse: whatever was told was of an ask or an occurrence that there is, to one whom it is about, and nothing was escalated that was not reminded of.
func (c *checker) nothingElse() {
	for _, n := range c.nudges {
		i := slices.IndexFunc(c.asks, func(a domain.Ask) bool { return string(a.ID) == n.Ref })
		switch {
		case i < 0:
			if !slices.ContainsFunc(c.occurrences, func(o domain.Occurrence) bool { return string(o.ID) == n.Ref }) {
				c.n.problem(&c.n.untimely, "%s to %s of nothing that there is", n.Kind, c.names[n.AccountID])
			}
		case n.Kind == domain.NudgeAnswered && n.AccountID != c.asks[i].Author.ID,
			n.Kind == domain.NudgeEscalate && c.nudge(domain.NudgeAskDue, n.Ref, c.asks[i].Owner.ID).IsZero(),
			n.Kind != domain.NudgeAnswered && n.Kind != domain.NudgeEscalate && n.AccountID != c.asks[i].Owner.ID:
			c.n.problem(&c.n.untimely, "%s to %s, whom it is not about", n.Kind, c.names[n.AccountID])
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
