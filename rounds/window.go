package rounds

import (
	"slices"
	"time"

	"baton/domain"
	"baton/rounds/worktime"
)

// Window is the time that one member has for one occurrence.
type Window struct {
	Opens, Closes time.Time
	// Away: the member does not work on that day, and nothing is expected of them.
	Away bool
}

// WindowOf is a member's time for the occurrence of a day.
func WindowOf(r domain.Round, on domain.Date, c *worktime.Calendar) Window {
	return Window{
		Opens: c.At(on, r.Opens), Closes: c.At(on.Plus(r.CloseAfterDays), r.Closes), Away: !c.WorkingDay(on),
	}
}

// Open tells whether the time is running.
func (w Window) Open(now time.Time) bool { return !now.Before(w.Opens) && now.Before(w.Closes) }

// promptFirst is how long after the prompt the reminder comes at the earliest: nobody is told twice in a row.
const promptFirst = 30 * time.Minute

// PromptAt is when the member is told that it has opened: the first moment from then on at which they work and it is
// not quiet. False when there is none before it closes.
func (w Window) PromptAt(c *worktime.Calendar) (time.Time, bool) {
	t, ok := c.NextReachable(w.Opens)
	return t, ok && !w.Away && t.Before(w.Closes)
}

// RemindAt is when the member is reminded, if they have not answered: some time before it closes, and a while after the
// prompt. False when there is no such moment.
func (w Window) RemindAt(c *worktime.Calendar, before time.Duration) (time.Time, bool) {
	prompt, ok := w.PromptAt(c)
	if !ok || before == 0 {
		return time.Time{}, false
	}
	at := w.Closes.Add(-before)
	if first := prompt.Add(promptFirst); at.Before(first) {
		at = first
	}
	at, ok = c.NextReachable(at)
	return at, ok && at.Before(w.Closes)
}

// Due lists what a member of an open occurrence has to be told now and has not been told. While they are not reachable that
// is nothing: a server that was down when they were catches up in their next working hour.
func Due(r domain.Round, o domain.Occurrence, member domain.AccountID, c *worktime.Calendar, now time.Time) []domain.NudgeKind {
	if !c.Reachable(now) {
		return nil
	}
	w := WindowOf(r, o.On, c)
	if !o.ClosedAt.IsZero() {
		if o.RecordedAt.IsZero() || told(o, domain.NudgeRecord, member) || now.Sub(o.ClosedAt) > recordNews {
			return nil
		}
		return []domain.NudgeKind{domain.NudgeRecord}
	}
	if !w.Open(now) || o.Answered(member) {
		return nil
	}
	prompt, ok := w.PromptAt(c)
	if ok && !now.Before(prompt) && !told(o, domain.NudgePrompt, member) {
		return []domain.NudgeKind{domain.NudgePrompt} // never both at once
	}
	remind, ok := w.RemindAt(c, r.RemindBefore)
	if ok && !now.Before(remind) && !told(o, domain.NudgeRemind, member) {
		return []domain.NudgeKind{domain.NudgeRemind}
	}
	return nil
}

// StateOf is where a member stands in an occurrence for which they have that time.
func StateOf(o domain.Occurrence, w Window, member domain.AccountID, now time.Time) MemberState {
	for _, a := range o.Answers {
		switch {
		case a.Author.ID != member:
		case a.Late:
			return MemberLate
		default:
			return MemberAnswered
		}
	}
	switch {
	case w.Away:
		return MemberAway
	case now.Before(w.Opens):
		return MemberWaiting
	case now.Before(w.Closes):
		return MemberOpen
	}
	return MemberMissed
}

// recordNews is how long the record of an occurrence is news.
const recordNews = 4 * 24 * time.Hour

func told(o domain.Occurrence, k domain.NudgeKind, id domain.AccountID) bool {
	return slices.Contains(o.Sent[k], id)
}
