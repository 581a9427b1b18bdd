package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
)

// counts is what a simulation came to.
type counts struct {
	looks, kills, occurrences, prompts, reminders, records, asks int
	// What was told of asks: that there is one, urgent ones, that it is soon due, what was answered, and that it was not, to whom.
	told, urgent, dues, answers, toPerson, toAdmins, toAuthor int
	mails, mailed, resent                                     int
	offHours, doubles, missed, untimely, wrongDue             int
	problems                                                  []string
}

func (c *counts) bad() int { return c.offHours + c.doubles + c.missed + c.untimely + c.wrongDue }

func (c *counts) String() string {
	return fmt.Sprintf("simulate: %d looks, %d kills, %d occurrences, %d prompts, %d reminders, %d records, %d asks (told %d, urgent %d, soon due %d, answered %d), "+
		"escalated to a person %d, to admins %d, to who asked %d, "+
		"%d mails with %d notices (%d sent again); off-hours %d, doubles %d, missed %d, untimely %d, wrong due times %d",
		c.looks, c.kills, c.occurrences, c.prompts, c.reminders, c.records, c.asks, c.told, c.urgent, c.dues, c.answers, c.toPerson, c.toAdmins, c.toAuthor,
		c.mails, c.mailed, c.resent, c.offHours, c.doubles, c.missed, c.untimely, c.wrongDue)
}

func (c *counts) problem(n *int, format string, args ...any) {
	*n++
	if len(c.problems) < 40 {
		c.problems = append(c.problems, fmt.Sprintf(format, args...))
	}
}

// simulate lives and checks.
func simulate(ctx context.Context, pool *pgxpool.Pool, o options) (*counts, error) {
	w, err := newWorld(ctx, pool, o)
	if err != nil {
		return nil, err
	}
	if err := w.live(ctx, pool.Config().ConnString()); err != nil {
		return nil, err
	}
	c := &checker{world: w, n: &counts{looks: len(w.looks), kills: w.kills, asks: len(w.asks)}, watches: map[domain.AccountID]watch{}}
	for _, s := range w.people {
		if c.watches[s.AccountID], err = newWatch(s); err != nil {
			return nil, err
		}
	}
	if err := c.read(ctx, pool); err != nil {
		return nil, err
	}
	c.nudgesInHours()
	c.occurrencesOnce()
	c.promptsInTime()
	c.remindersAndRecords()
	for i := range c.asks {
		c.askRight(&c.asks[i])
	}
	c.nothingElse()
	if err := c.mailsRight(); err != nil {
		return nil, err
	}
	return c.n, nil
}

// watch is a person's wrist watch: what it shows, minute by minute, and nothing of package worktime.
type watch struct {
	domain.Schedule

	zone *time.Location
}

func newWatch(s domain.Schedule) (watch, error) {
	zone, err := time.LoadLocation(s.Hours.TimeZone)
	if err != nil {
		return watch{}, fmt.Errorf("load the time zone: %w", err)
	}
	return watch{s, zone}, nil
}

func (w watch) working(t time.Time) bool {
	l := t.In(w.zone)
	day, minute := l.Format("2006-01-02"), l.Hour()*60+l.Minute()
	for _, d := range w.DaysOff {
		if string(d.First) <= day && day <= string(d.Last) {
			return false
		}
	}
	return slices.Contains(w.Hours.Days, l.Weekday()) && int(w.Hours.From) <= minute && minute < int(w.Hours.To)
}

func (w watch) reachable(t time.Time) bool {
	l := t.In(w.zone)
	minute, from, to := l.Hour()*60+l.Minute(), int(w.Hours.QuietFrom), int(w.Hours.QuietTo)
	quiet := from <= minute && minute < to
	if from > to {
		quiet = minute >= from || minute < to
	}
	return w.working(t) && !quiet
}

// core tells whether the watch shows core hours.
func (w watch) core(t time.Time) bool {
	l := t.In(w.zone)
	minute := l.Hour()*60 + l.Minute()
	return w.working(t) && int(w.Hours.CoreFrom) <= minute && minute < int(w.Hours.CoreTo)
}

// after counts working minutes from the beginning of one.
func (w watch) after(t time.Time, minutes int) time.Time {
	for ; minutes > 0; t = t.Add(time.Minute) {
		if w.working(t) {
			minutes--
		}
	}
	return t
}

// opens tells whether the watch shows that a round's day has begun and not ended.
func (w watch) opens(r domain.Round, on domain.Date, t time.Time) bool {
	l := t.In(w.zone)
	now := l.Format("2006-01-02 15:04")
	last := string(on.Plus(r.CloseAfterDays))
	return now >= fmt.Sprintf("%s %02d:%02d", on, r.Opens/60, r.Opens%60) && now < fmt.Sprintf("%s %02d:%02d", last, r.Closes/60, r.Closes%60)
}

// checker looks at what is in the database at the end.
type checker struct {
	*world

	n           *counts
	watches     map[domain.AccountID]watch
	nudges      []domain.Nudge
	occurrences []domain.Occurrence
	links       map[[sha256.Size]byte]domain.AnswerLink
}

func (c *checker) read(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `select account_id, kind, ref, at from nudge order by at`)
	if err != nil {
		return fmt.Errorf("read nudges: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n domain.Nudge
		if err := rows.Scan(&n.AccountID, &n.Kind, &n.Ref, &n.At); err != nil {
			return fmt.Errorf("read a nudge: %w", err)
		}
		c.nudges = append(c.nudges, n)
	}
	for _, r := range c.rounds {
		all, err := c.db.Rounds.Occurrences(ctx, r.ID, "", 1000)
		if err != nil {
			return fmt.Errorf("list occurrences: %w", err)
		}
		c.occurrences = append(c.occurrences, all...)
	}
	c.n.occurrences = len(c.occurrences)
	return c.readLinks(ctx, pool)
}

// nudgesInHours: whoever was told anything worked then, and it was not quiet; but for what is urgent.
func (c *checker) nudgesInHours() {
	for _, n := range c.nudges {
		switch n.Kind {
		case domain.NudgePrompt:
			c.n.prompts++
		case domain.NudgeRemind:
			c.n.reminders++
		case domain.NudgeRecord:
			c.n.records++
		case domain.NudgeAsk:
			c.n.told++
		case domain.NudgeAskDue:
			c.n.dues++
		case domain.NudgeAnswered:
			c.n.answers++
		case domain.NudgeUrgent:
			c.n.urgent++
			continue
		case domain.NudgeEscalate, domain.NudgeLink: // counted with their asks; nobody here wants a link
		}
		if !c.watches[n.AccountID].reachable(n.At) {
			c.n.problem(&c.n.offHours, "%s to %s at %v", n.Kind, c.names[n.AccountID], n.At.In(c.watches[n.AccountID].zone))
		}
	}
}

// occurrencesOnce: a round is held once a day, and nobody is told the same of the same day twice.
func (c *checker) occurrencesOnce() {
	days := map[string]int{}
	about := map[string]string{}
	for _, o := range c.occurrences {
		key := string(o.RoundID) + string(o.On)
		about[string(o.ID)] = key
		if days[key]++; days[key] > 1 {
			c.n.problem(&c.n.doubles, "two occurrences on %s", o.On)
		}
	}
	told := map[string]int{}
	for _, n := range c.nudges {
		what := n.Ref
		if key, round := about[n.Ref]; round {
			what = key
		}
		key := what + string(n.AccountID) + string(n.Kind)
		if told[key]++; told[key] > 1 {
			c.n.problem(&c.n.doubles, "%s to %s twice", n.Kind, c.names[n.AccountID])
		}
	}
}

func (c *checker) round(id domain.RoundID) domain.Round {
	return c.rounds[slices.IndexFunc(c.rounds, func(r domain.Round) bool { return r.ID == id })]
}

// promptsInTime: who worked on the day of a round and was looked after while it was open was told, within it, and who was
// away was not.
func (c *checker) promptsInTime() {
	for _, o := range c.occurrences {
		r := c.round(o.RoundID)
		for _, p := range c.people {
			w := c.watches[p.AccountID]
			away := !slices.ContainsFunc(minutesOf(o.On, w.zone), w.working)
			prompt := c.nudge(domain.NudgePrompt, string(o.ID), p.AccountID)
			if !prompt.IsZero() && (away || !w.opens(r, o.On, prompt)) {
				c.n.problem(&c.n.untimely, "%s prompted for %s of %s at %v", w.name(c), r.Name, o.On, prompt.In(w.zone))
			}
			if remind := c.nudge(domain.NudgeRemind, string(o.ID), p.AccountID); !remind.IsZero() && (away || !w.opens(r, o.On, remind) || prompt.IsZero() || answeredAt(o, p.AccountID).Before(remind)) {
				c.n.problem(&c.n.untimely, "%s reminded of %s of %s at %v", w.name(c), r.Name, o.On, remind.In(w.zone))
			}
			if !away && prompt.IsZero() && c.lookedAfter(r, o, w) {
				c.n.problem(&c.n.missed, "%s not prompted for %s of %s", w.name(c), r.Name, o.On)
			}
		}
	}
}

func (w watch) name(c *checker) string { return c.names[w.AccountID] }

// lookedAfter: the scheduler looked while the person could have been told.
func (c *checker) lookedAfter(r domain.Round, o domain.Occurrence, w watch) bool {
	from, _ := slices.BinarySearchFunc(c.looks, o.On.Midnight().Add(-24*time.Hour), time.Time.Compare)
	for _, t := range c.looks[from:] {
		if t.After(o.On.Plus(r.CloseAfterDays + 2).Midnight()) {
			return false
		}
		if w.reachable(t) && w.opens(r, o.On, t) && t.Before(answeredAt(o, w.AccountID)) {
			return true
		}
	}
	return false
}

// answeredAt is far away for who has not answered.
func answeredAt(o domain.Occurrence, id domain.AccountID) time.Time {
	for _, a := range o.Answers {
		if a.Author.ID == id {
			return a.CreatedAt
		}
	}
	return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
}

func minutesOf(d domain.Date, zone *time.Location) []time.Time {
	var out []time.Time
	for t := d.Midnight().Add(-16 * time.Hour); t.Before(d.Midnight().Add(40 * time.Hour)); t = t.Add(time.Minute) {
		if t.In(zone).Format("2006-01-02") == string(d) {
			out = append(out, t)
		}
	}
	return out
}

func (c *checker) nudge(k domain.NudgeKind, ref string, to domain.AccountID) time.Time {
	for _, n := range c.nudges {
		if n.Ref == ref && n.AccountID == to && n.Kind == k {
			return n.At
		}
	}
	return time.Time{}
}
