package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/ledger"
)

// ledgerStore keeps the meetings that rounds stand in for, and counts what the rounds took.
type ledgerStore interface {
	AddMeeting(ctx context.Context, m domain.Meeting) error
	Meetings(ctx context.Context, w domain.WorkspaceID) ([]domain.Meeting, error)
	// RemoveMeeting removes one. KindNotFound.
	RemoveMeeting(ctx context.Context, w domain.WorkspaceID, id domain.MeetingID) error
	// UpdateMeeting makes one as it is given. KindNotFound.
	UpdateMeeting(ctx context.Context, m domain.Meeting) error
	// Held lists the occurrences by which rounds stood in for meetings on any of some days, oldest first.
	Held(ctx context.Context, w domain.WorkspaceID, first, last domain.Date) ([]domain.Held, error)
	// Spent lists what rounds took, by day.
	Spent(ctx context.Context, w domain.WorkspaceID, first, last domain.Date) ([]domain.Spent, error)
	Answered(ctx context.Context, w domain.WorkspaceID, since, until time.Time) (domain.Answered, error)
}

// ledgerDays bounds a stretch of time.
const ledgerDays = 3 * 366

// books are what the figures of a workspace are reckoned from.
type books struct {
	norms    domain.Norms
	meetings []domain.Meeting
	// asked are the asks of the whole stretch, zones the time zones of those who asked.
	asked []domain.Ask
	zones map[domain.AccountID]string
	// held are the occurrences of each round that stood in for a meeting, spent is what rounds took, by day.
	held  map[domain.RoundID][]domain.Held
	spent []domain.Spent
	// answered counts the answers in a part of it.
	answered func(since, until time.Time) (domain.Answered, error)
}

func (h *handlers) ledgerFor(ctx context.Context, from, to string) (gen.Ledger, error) {
	who, err := insider(ctx)
	if err != nil {
		return gen.Ledger{}, err
	}
	first, err := domain.ParseDate(from)
	if err != nil {
		return gen.Ledger{}, err //nolint:wrapcheck // words for people
	}
	last, err := domain.ParseDate(to)
	if err != nil {
		return gen.Ledger{}, err //nolint:wrapcheck // words for people
	}
	if n := first.Days(last); n < 0 || n > ledgerDays {
		return gen.Ledger{}, domain.Errorf(domain.KindInvalid, "the last day lies at most three years after the first")
	}
	b, err := h.openBooks(ctx, who, first, last)
	if err != nil {
		return gen.Ledger{}, err
	}
	out, err := b.ledger(first, last)
	if err != nil {
		return out, err
	}
	if out.Trend, err = b.trend(first, last); err != nil {
		return out, err
	}
	out.Rotation, err = h.rotation(ctx, who, out.Zones)
	return out, err
}

// mostReckoned bounds the asks that a ledger looks at.
const mostReckoned = 50_000

func (h *handlers) openBooks(ctx context.Context, who caller, first, last domain.Date) (b books, err error) {
	if b.norms, err = h.Asks.Norms(ctx, who.WorkspaceID); err != nil {
		return b, fmt.Errorf("read norms: %w", err)
	}
	if b.meetings, err = h.Ledger.Meetings(ctx, who.WorkspaceID); err != nil {
		return b, fmt.Errorf("list meetings: %w", err)
	}
	since, until := first.Midnight(), last.Plus(1).Midnight()
	if b.spent, err = h.Ledger.Spent(ctx, who.WorkspaceID, first, last); err != nil {
		return b, fmt.Errorf("count what rounds took: %w", err)
	}
	held, err := h.Ledger.Held(ctx, who.WorkspaceID, first, last)
	if err != nil {
		return b, fmt.Errorf("list what stood in for meetings: %w", err)
	}
	b.held = map[domain.RoundID][]domain.Held{}
	for _, o := range held {
		b.held[o.RoundID] = append(b.held[o.RoundID], o)
	}
	if b.asked, err = h.Asks.List(ctx, who.WorkspaceID, domain.AskFilter{Since: since, Until: until, Most: mostReckoned}); err != nil {
		return b, fmt.Errorf("list asks: %w", err)
	}
	ids := make([]domain.AccountID, len(b.asked))
	for i, a := range b.asked {
		ids[i] = a.Author.ID
	}
	schedules, err := h.Hours.Schedules(ctx, ids)
	if err != nil {
		return b, fmt.Errorf("read hours: %w", err)
	}
	b.zones = map[domain.AccountID]string{}
	for id, s := range schedules {
		b.zones[id] = s.Hours.TimeZone
	}
	b.answered = func(since, until time.Time) (domain.Answered, error) {
		return h.Ledger.Answered(ctx, who.WorkspaceID, since, until)
	}
	return b, nil
}

// ledger reckons a stretch of days.
func (b *books) ledger(first, last domain.Date) (gen.Ledger, error) {
	out := gen.Ledger{From: string(first), To: string(last), Trend: []gen.LedgerStep{}, Rotation: []gen.Turn{}}
	if err := b.balance(&out, first, last); err != nil {
		return out, err
	}
	b.replies(&out, first.Midnight(), last.Plus(1).Midnight())
	return out, nil
}

// balance sets the meetings that were not held against what the rounds took.
func (b *books) balance(out *gen.Ledger, first, last domain.Date) error {
	t, err := b.answered(first.Midnight(), last.Plus(1).Midnight())
	if err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	var spent ledger.Spent
	for _, s := range b.spent {
		if first <= s.On && s.On <= last {
			spent.RecordedMS, spent.PlayedMS, spent.Texts = spent.RecordedMS+s.RecordedMS, spent.PlayedMS+s.PlayedMS, spent.Texts+s.Texts
		}
	}
	sum := ledger.Reckon(nil, 0, spent, 0)
	for _, m := range b.meetings {
		sum.Avoided += ledger.Meeting{Minutes: m.Minutes, People: m.People, PerYear: m.PerYear}.Hours(float64(b.without(m, first, last)))
	}
	sum.Net = sum.Avoided - sum.Spent
	out.AvoidedHours, out.SpentHours, out.NetHours = tenths(sum.Avoided), tenths(sum.Spent), tenths(sum.Net)
	out.RecordedHours, out.WatchedHours, out.WrittenHours = tenths(spent.Recorded()), tenths(spent.Played()), tenths(spent.Written())
	if b.norms.HourCost > 0 {
		cost := math.Round(sum.Net * float64(b.norms.HourCost))
		out.Cost, out.Currency = &cost, &b.norms.Currency
	}
	out.Occurrences, out.Expected, out.Answered, out.Late = t.Occurrences, t.Expected, t.Answered, t.Late
	return nil
}

// without is on how many of some days a meeting was not held: between its own dates, and if a round stands in for it, on those for which that did.
func (b *books) without(m domain.Meeting, first, last domain.Date) int {
	first = max(first, m.Since)
	if m.Until != "" {
		last = min(last, m.Until)
	}
	if m.RoundID != "" {
		return ledger.Days(b.held[m.RoundID], first, last)
	}
	return max(0, first.Days(last)+1)
}

// replies counts how well asks were answered.
func (b *books) replies(out *gen.Ledger, since, until time.Time) {
	var all []ledger.Answer
	for _, a := range b.asked {
		if a.State != domain.AskWithdrawn && !a.AskedAt.Before(since) && a.AskedAt.Before(until) {
			all = append(all, ledger.Answer{Zone: b.zones[a.Author.ID], Asked: a.AskedAt, Due: a.DueAt, Settled: a.AnsweredAt})
		}
	}
	r := ledger.Count(all, time.Now())
	out.Asks, out.AsksAnswered, out.AsksInTime, out.MedianWaitHours = r.Asked, r.Answered, r.InTime, tenths(r.MedianWait.Hours())
	out.Fairness, out.Zones = math.Round(r.Fairness*100)/100, []gen.ZoneWait{}
	for _, z := range r.ByZone {
		out.Zones = append(out.Zones, gen.ZoneWait{TimeZone: z.Zone, MedianWaitHours: tenths(z.Median.Hours()), Asks: z.Asked})
	}
}

// weeklyDays is the length up to which a trend goes by weeks; a longer one goes by months.
const weeklyDays = 26 * 7

// trend cuts a stretch of days into weeks that begin on Mondays, or into months.
func (b *books) trend(first, last domain.Date) ([]gen.LedgerStep, error) {
	out := []gen.LedgerStep{}
	for from := first; from <= last; {
		next := from.Plus(7 - (int(from.Midnight().Weekday())+6)%7)
		if first.Days(last) >= weeklyDays {
			next = domain.DateOf(from.Midnight().AddDate(0, 1, 1-from.Midnight().Day()))
		}
		l, err := b.ledger(from, min(last, next.Plus(-1)))
		if err != nil {
			return nil, err
		}
		out = append(out, gen.LedgerStep{
			From: l.From, To: l.To, AvoidedHours: l.AvoidedHours, SpentHours: l.SpentHours, RecordedHours: l.RecordedHours, WatchedHours: l.WatchedHours,
			WrittenHours: l.WrittenHours, NetHours: l.NetHours, Cost: l.Cost, Expected: l.Expected,
			Answered: l.Answered, Asks: l.Asks, AsksInTime: l.AsksInTime, MedianWaitHours: l.MedianWaitHours, Fairness: l.Fairness,
		})
		from = next
	}
	return out, nil
}

// rotationWeeks is how many weeks ahead a rotation is proposed.
const rotationWeeks = 8

// rotation proposes when to hold what still has to be held live, for the weeks to come.
func (h *handlers) rotation(ctx context.Context, who caller, waited []gen.ZoneWait) ([]gen.Turn, error) {
	members, err := h.Members.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	var ids []domain.AccountID
	for _, m := range members {
		if m.Role != domain.RoleGuest {
			ids = append(ids, m.Account.ID)
		}
	}
	schedules, err := h.Hours.Schedules(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read hours: %w", err)
	}
	var people []domain.Schedule
	for _, id := range ids {
		people = append(people, schedules[id])
	}
	waits := map[string]time.Duration{}
	for _, z := range waited {
		waits[z.TimeZone] = time.Duration(z.MedianWaitHours * float64(time.Hour))
	}
	out := []gen.Turn{}
	for _, t := range ledger.Rotate(people, waits, domain.DateOf(time.Now().UTC()).Plus(1), rotationWeeks) {
		turn := gen.Turn{At: t.At, Burdens: []gen.ZoneBurden{}}
		for _, b := range t.Burdens {
			turn.Burdens = append(turn.Burdens, gen.ZoneBurden{TimeZone: b.Zone, Hours: tenths(b.Hours)})
		}
		out = append(out, turn)
	}
	return out, nil
}

func tenths(v float64) float64 { return math.Round(v*10) / 10 }

func (h *handlers) GetLedger(ctx context.Context, r gen.GetLedgerRequestObject) (gen.GetLedgerResponseObject, error) {
	l, err := h.ledgerFor(ctx, r.Params.From, r.Params.To)
	return gen.GetLedger200JSONResponse(l), err
}

func (h *handlers) GetLedgerCSV(ctx context.Context, r gen.GetLedgerCSVRequestObject) (gen.GetLedgerCSVResponseObject, error) {
	l, err := h.ledgerFor(ctx, r.Params.From, r.Params.To)
	if err != nil {
		return nil, err
	}
	figure := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	rows := [][]string{
		{"figure", "value"},
		{"from", l.From},
		{"to", l.To},
		{"avoided_hours", figure(l.AvoidedHours)},
		{"spent_hours", figure(l.SpentHours)},
		{"recorded_hours", figure(l.RecordedHours)},
		{"watched_hours", figure(l.WatchedHours)},
		{"written_hours", figure(l.WrittenHours)},
		{"net_hours", figure(l.NetHours)},
		{"cost", figure(or(l.Cost, 0))},
		{"occurrences", strconv.Itoa(l.Occurrences)},
		{"expected", strconv.Itoa(l.Expected)},
		{"answered", strconv.Itoa(l.Answered)},
		{"late", strconv.Itoa(l.Late)},
		{"asks", strconv.Itoa(l.Asks)},
		{"asks_answered", strconv.Itoa(l.AsksAnswered)},
		{"asks_in_time", strconv.Itoa(l.AsksInTime)},
		{"median_wait_hours", figure(l.MedianWaitHours)},
		{"fairness", figure(l.Fairness)},
	}
	for _, z := range l.Zones {
		rows = append(rows, []string{"median_wait_hours " + z.TimeZone, figure(z.MedianWaitHours)})
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return gen.GetLedgerCSV200TextcsvResponse{Body: &b, ContentLength: int64(b.Len())}, nil
}
