package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
	"baton/postgres"
	"baton/rounds"
	"baton/rounds/worktime"
)

// firstDay is a Monday before the clocks change in North America (8 March), Europe (29 March), Chile (4 April) and South
// Australia (5 April), and before Easter.
const firstDay = domain.Date("2026-03-02")

// options of a simulation.
type options struct {
	seed   uint64
	from   domain.Date
	days   int
	step   time.Duration // between two looks of the scheduler, about
	killed float64       // share of the looks in which it is killed
	asked  float64       // share of the looks at which somebody asks
}

// world is what lives.
type world struct {
	options

	db     *postgres.DB
	rand   *rand.Rand
	team   domain.WorkspaceID
	people []domain.Schedule
	names  map[domain.AccountID]string
	rounds []domain.Round
	asks   []domain.Ask
	// policies are the workspace's rules for who is told of what stays unanswered, in the order in which they held.
	policies []policy
	held     domain.Norms
	admins   []domain.AccountID
	// looks are the moments at which the scheduler looked and came to its end.
	looks []time.Time
	kills int
	box   *postbox
}

// policy holds from a moment on.
type policy struct {
	from  time.Time
	norms domain.Norms
}

// person is a line of the cast.
type person struct {
	name, zone string
	change     func(*domain.Hours)
	off        []domain.DayOff
}

func off(first, last domain.Date) domain.DayOff { return domain.DayOff{First: first, Last: last} }

// cast: nine people in six time zones, two of them half an hour off, clocks that change in both halves of the year.
func cast() []person {
	same := func(*domain.Hours) {}
	easter := []domain.DayOff{off("2026-04-03", "2026-04-06")}
	return []person{
		{"Ada", "Europe/Berlin", same, easter},
		{"Bo", "Europe/Berlin", func(h *domain.Hours) { h.From, h.To, h.CoreFrom, h.CoreTo = 7*60+30, 15*60, 0, 0 }, append(easter, off("2026-03-16", "2026-03-27"))},
		{"Cleo", "America/New_York", same, nil},
		{"Dov", "America/New_York", func(h *domain.Hours) {
			h.Days = []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday}
		}, []domain.DayOff{off("2026-04-01", "2026-04-09")}},
		{"Esha", "Asia/Kolkata", func(h *domain.Hours) { h.QuietFrom, h.QuietTo = 13*60, 14*60 }, []domain.DayOff{off("2026-03-04", "2026-03-04"), off("2026-04-14", "2026-04-14")}},
		{"Farhan", "Asia/Kolkata", func(h *domain.Hours) {
			h.From, h.To, h.CoreFrom = 12*60, 20*60, 12*60
			h.QuietFrom, h.QuietTo = 18*60, 9*60
		}, nil},
		{"Gus", "Australia/Adelaide", same, append(easter, off("2026-04-25", "2026-04-25"))},
		{"Hope", "America/St_Johns", func(h *domain.Hours) { h.Days = []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday} }, nil},
		{"Ines", "America/Santiago", func(h *domain.Hours) { h.From, h.To = 8*60, 18*60 }, []domain.DayOff{off("2026-04-03", "2026-04-04")}},
	}
}

func newWorld(ctx context.Context, pool *pgxpool.Pool, o options) (*world, error) {
	w := &world{options: o, db: postgres.New(pool, nil), rand: rand.New(rand.NewPCG(o.seed, 42)), names: map[domain.AccountID]string{}} //nolint:gosec // repeatable on purpose
	w.team = domain.NewID[domain.WorkspaceID]()
	var members []domain.Account
	for i, p := range cast() {
		a := domain.Account{ID: domain.NewID[domain.AccountID](), Name: p.name, Email: p.name + "@example.org", TimeZone: p.zone}
		a.Email, _ = domain.NormaliseEmail(a.Email)
		if err := w.join(ctx, a, i == 0); err != nil {
			return nil, err
		}
		h := domain.DefaultHours(p.zone)
		p.change(&h)
		for i := range p.off {
			p.off[i].ID, p.off[i].Source = domain.NewID[domain.DayOffID](), domain.DayOffManual
		}
		if err := w.db.Hours.Set(ctx, a.ID, h); err != nil {
			return nil, err //nolint:wrapcheck // says what it did
		}
		if _, err := w.db.Hours.AddDaysOff(ctx, a.ID, p.off); err != nil {
			return nil, err //nolint:wrapcheck // says what it did
		}
		w.people = append(w.people, domain.Schedule{AccountID: a.ID, Hours: h, DaysOff: p.off})
		w.names[a.ID] = p.name
		members = append(members, a)
	}
	return w, w.startRounds(ctx, members)
}

func (w *world) join(ctx context.Context, a domain.Account, first bool) error {
	if first {
		w.admins = append(w.admins, a.ID)
		return w.db.Workspaces.CreateFurther(ctx, domain.Workspace{ID: w.team, Name: "Team"}, a) //nolint:wrapcheck // says what it did
	}
	secret := []byte(a.ID)
	role := domain.RoleMember
	if slices.Contains([]string{"Cleo", "Esha"}, a.Name) {
		role, w.admins = domain.RoleAdmin, append(w.admins, a.ID)
	}
	i := domain.Invite{ID: domain.NewID[domain.InviteID](), WorkspaceID: w.team, Role: role, CreatedBy: w.people[0].AccountID, ExpiresAt: time.Now().Add(time.Hour)}
	if err := w.db.Invites.Create(ctx, i, secret); err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	_, err := w.db.Invites.Accept(ctx, secret, a)
	return err //nolint:wrapcheck // says what it did
}

// startRounds makes one round of each template for everybody. Of what stays unanswered Ada hears in the first third of the time, the admins in the
// second, nobody in the last.
func (w *world) startRounds(ctx context.Context, members []domain.Account) error {
	for i, e := range []domain.Escalation{domain.EscalatePerson, domain.EscalateAdmins, domain.EscalateNobody} {
		n := domain.DefaultNorms()
		if n.Escalation = e; e == domain.EscalatePerson {
			n.EscalateTo = members[0].ID
		}
		w.policies = append(w.policies, policy{w.from.Midnight().Add(time.Duration(i*w.days) * 8 * time.Hour), n})
	}
	for _, t := range rounds.Templates() {
		r := domain.Round{
			ID: domain.NewID[domain.RoundID](), WorkspaceID: w.team, Name: t.Name, Template: t.Key, Sections: t.Sections, Rule: t.Rule, StartsOn: w.from,
			Opens: t.Opens, Closes: t.Closes, CloseAfterDays: t.CloseAfterDays, RemindBefore: time.Hour, Members: members, CreatedBy: members[0].ID, CreatedAt: w.from.Midnight(),
		}
		if err := w.db.Rounds.Create(ctx, r); err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		w.rounds = append(w.rounds, r)
	}
	return nil
}

// live lets the time pass: the scheduler looks every few minutes, is away for hours now and then, is killed now and then, and
// people answer and ask.
func (w *world) live(ctx context.Context, dsn string) error {
	var err error
	if w.box, err = openPostbox(ctx); err != nil {
		return err
	}
	defer w.box.close()
	s := &worker{dsn: dsn, box: w.box}
	if err := s.start(ctx); err != nil {
		return err
	}
	end := w.from.Plus(w.days).Midnight()
	for now := w.from.Midnight(); now.Before(end); now = now.Add(w.pause()) {
		if err := w.act(ctx, now); err != nil {
			return err
		}
		if w.rand.Float64() < w.killed {
			if err := s.kill(now, time.Duration(w.rand.IntN(30_000))*time.Microsecond); err != nil {
				return err
			}
			w.kills++
			if err := s.start(ctx); err != nil {
				return err
			}
			if w.rand.IntN(2) == 0 {
				continue // what was left undone is left for the next look
			}
		}
		if err := s.tick(now); err != nil {
			return err
		}
		w.looks = append(w.looks, now)
	}
	return s.stop()
}

func (w *world) pause() time.Duration {
	p := w.step/2 + time.Duration(w.rand.Int64N(int64(w.step)))
	if w.rand.Float64() < 0.002 {
		p += time.Duration(w.rand.IntN(10)) * time.Hour
	}
	return p.Truncate(time.Second)
}

// policy is the one that holds at a moment.
func (w *world) policy(now time.Time) domain.Norms {
	n := w.policies[0].norms
	for _, p := range w.policies {
		if !now.Before(p.from) {
			n = p.norms
		}
	}
	return n
}

// act lets people do something.
func (w *world) act(ctx context.Context, now time.Time) error {
	if n := w.policy(now); n != w.held {
		w.held = n
		if err := w.db.Asks.SetNorms(ctx, w.team, n); err != nil {
			return err //nolint:wrapcheck // says what it did
		}
	}
	if w.rand.Float64() < 0.2 {
		if err := w.answerRound(ctx, now); err != nil {
			return err
		}
	}
	if w.rand.Float64() < w.asked {
		if err := w.ask(ctx, now); err != nil {
			return err
		}
	}
	if len(w.asks) > 0 && w.rand.Float64() < 0.02 {
		return w.answerAsk(ctx, now)
	}
	return nil
}

// answerRound lets somebody answer what is open for them.
func (w *world) answerRound(ctx context.Context, now time.Time) error {
	who := w.people[w.rand.IntN(len(w.people))]
	open, err := w.db.Rounds.OpenFor(ctx, domain.Viewer{AccountID: who.AccountID, WorkspaceID: w.team, Role: domain.RoleMember})
	if err != nil || len(open) == 0 {
		return err //nolint:wrapcheck // says what it did
	}
	o := open[w.rand.IntN(len(open))]
	c, err := worktime.New(who)
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	for _, r := range w.rounds {
		if r.ID != o.RoundID || !rounds.WindowOf(r, o.On, c).Open(now) {
			continue
		}
		a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: o.ID, Author: domain.Account{ID: who.AccountID}, UpdatedAt: now}
		a.Parts = []domain.AnswerPart{{Section: r.Sections[0].Key, Text: "done"}}
		return w.db.Rounds.Answer(ctx, w.team, a) //nolint:wrapcheck // says what it did
	}
	return nil
}

func (w *world) ask(ctx context.Context, now time.Time) error {
	now = now.Truncate(time.Minute) // so that whole minutes can be counted
	from, to := w.rand.IntN(len(w.people)), w.rand.IntN(len(w.people)-1)
	if to >= from {
		to++
	}
	a := domain.Ask{
		ID: domain.NewID[domain.AskID](), WorkspaceID: w.team, Author: domain.Account{ID: w.people[from].AccountID}, Owner: domain.Account{ID: w.people[to].AccountID},
		Body: "Can you look at this?", Class: []domain.ReplyClass{domain.ReplyUrgent, domain.ReplyStandard, domain.ReplyStandard, domain.ReplyRelaxed}[w.rand.IntN(4)],
		Origin: domain.OriginHand, AskedAt: now, State: domain.AskOpen,
	}
	if a.Class == domain.ReplyUrgent {
		a.Reason = "it burns"
	}
	c, err := worktime.New(w.people[to])
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	a.DueAt, _ = c.Due(domain.DefaultNorms(), a.Class, now)
	a.ReachedAt, _ = c.NextReachable(now)
	w.asks = append(w.asks, a)
	return w.db.Asks.Create(ctx, a) //nolint:wrapcheck // says what it did
}

// answerAsk settles one of the open asks; about half of all stay open for long.
func (w *world) answerAsk(ctx context.Context, now time.Time) error {
	a := &w.asks[w.rand.IntN(len(w.asks))]
	if a.State != domain.AskOpen {
		return nil
	}
	a.State, a.Answer, a.AnsweredAt = domain.AskAnswered, "Yes", now
	return w.db.Asks.Answer(ctx, domain.Viewer{AccountID: a.Owner.ID, WorkspaceID: w.team, Role: domain.RoleMember}, *a) //nolint:wrapcheck // says what it did
}
