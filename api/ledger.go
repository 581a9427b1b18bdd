package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/ics"
	"baton/rounds/ledger"
)

// ledgerStore keeps the meetings that rounds stand in for, and counts what the rounds took.
type ledgerStore interface {
	AddMeeting(ctx context.Context, m domain.Meeting) error
	Meetings(ctx context.Context, w domain.WorkspaceID) ([]domain.Meeting, error)
	// RemoveMeeting removes one. KindNotFound.
	RemoveMeeting(ctx context.Context, w domain.WorkspaceID, id domain.MeetingID) error
	Taken(ctx context.Context, w domain.WorkspaceID, since, until time.Time) (domain.Taken, error)
}

func (h *handlers) ListMeetings(ctx context.Context, _ gen.ListMeetingsRequestObject) (gen.ListMeetingsResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Ledger.Meetings(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list meetings: %w", err)
	}
	out := gen.ListMeetings200JSONResponse{Meetings: []gen.Meeting{}}
	for _, m := range all {
		out.Meetings = append(out.Meetings, meetingOf(m))
	}
	return out, nil
}

func (h *handlers) AddMeeting(ctx context.Context, r gen.AddMeetingRequestObject) (gen.AddMeetingResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	b := r.Body
	m := domain.Meeting{
		ID: domain.NewID[domain.MeetingID](), WorkspaceID: who.WorkspaceID, RoundID: domain.RoundID(or(b.RoundId, "")), Minutes: b.Minutes, People: b.People,
		PerYear: b.PerYear, Since: domain.Date(b.Since), CreatedBy: who.AccountID,
	}
	if m.Name, err = cleanName(b.Name); err != nil {
		return nil, err
	}
	if err := m.Check(); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if m.RoundID != "" {
		if _, _, err := h.round(ctx, string(m.RoundID)); err != nil {
			return nil, err
		}
	}
	if err := h.Ledger.AddMeeting(ctx, m); err != nil {
		return nil, fmt.Errorf("register meeting: %w", err)
	}
	return gen.AddMeeting201JSONResponse(meetingOf(m)), nil
}

func meetingOf(m domain.Meeting) gen.Meeting {
	return gen.Meeting{
		Id: string(m.ID), RoundId: nonZero(string(m.RoundID)), Name: m.Name, Minutes: m.Minutes, People: m.People, PerYear: m.PerYear, Since: string(m.Since),
		HoursPerYear: tenths(ledger.Meeting{Minutes: m.Minutes, People: m.People, PerYear: m.PerYear}.Hours(365.25)),
	}
}

func (h *handlers) RemoveMeeting(ctx context.Context, r gen.RemoveMeetingRequestObject) (gen.RemoveMeetingResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Ledger.RemoveMeeting(ctx, who.WorkspaceID, domain.MeetingID(r.MeetingId)); err != nil {
		return nil, named(err, "remove meeting", "there is no such meeting")
	}
	return gen.RemoveMeeting204Response{}, nil
}

func (h *handlers) FindMeetings(ctx context.Context, r gen.FindMeetingsRequestObject) (gen.FindMeetingsResponseObject, error) {
	if _, err := insider(ctx); err != nil {
		return nil, err
	}
	events, _, err := ics.Read(strings.NewReader(r.Body.Ics), time.UTC)
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	out := gen.FindMeetings200JSONResponse{Candidates: []gen.MeetingCandidate{}}
	for _, c := range ics.Candidates(events, domain.DateOf(time.Now().UTC())) {
		out.Candidates = append(out.Candidates, gen.MeetingCandidate{
			Name: c.Name, Minutes: c.Minutes, People: c.People, PerYear: c.PerYear, HoursPerYear: tenths(float64(c.Minutes) / 60 * float64(c.People) * c.PerYear),
		})
	}
	return out, nil
}

// ledgerDays bounds a stretch of time.
const ledgerDays = 3 * 366

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
	since, until := first.Midnight(), last.Plus(1).Midnight()
	out := gen.Ledger{From: from, To: to}
	if err := h.balance(ctx, who, &out, first, last); err != nil {
		return out, err
	}
	return out, h.replies(ctx, who, &out, since, until)
}

// balance sets the meetings that were not held against what the rounds took.
func (h *handlers) balance(ctx context.Context, who caller, out *gen.Ledger, first, last domain.Date) error {
	norms, err := h.Asks.Norms(ctx, who.WorkspaceID)
	if err != nil {
		return fmt.Errorf("read norms: %w", err)
	}
	meetings, err := h.Ledger.Meetings(ctx, who.WorkspaceID)
	if err != nil {
		return fmt.Errorf("list meetings: %w", err)
	}
	t, err := h.Ledger.Taken(ctx, who.WorkspaceID, first.Midnight(), last.Plus(1).Midnight())
	if err != nil {
		return fmt.Errorf("count what rounds took: %w", err)
	}
	b := ledger.Reckon(nil, 0, ledger.Spent{RecordedMS: t.RecordedMS, HeardMS: t.HeardMS, Texts: t.Texts}, 0)
	for _, m := range meetings { // each from the day on which it was held no more
		days := max(first, m.Since).Days(last) + 1
		b.Avoided += ledger.Meeting{Minutes: m.Minutes, People: m.People, PerYear: m.PerYear}.Hours(float64(max(0, days)))
	}
	b.Net = b.Avoided - b.Spent
	out.AvoidedHours, out.SpentHours, out.NetHours = tenths(b.Avoided), tenths(b.Spent), tenths(b.Net)
	if norms.HourCost > 0 {
		cost := math.Round(b.Net * float64(norms.HourCost))
		out.Cost, out.Currency = &cost, &norms.Currency
	}
	out.Occurrences, out.Expected, out.Answered, out.Late = t.Occurrences, t.Expected, t.Answered, t.Late
	return nil
}

// replies counts how well asks were answered.
func (h *handlers) replies(ctx context.Context, who caller, out *gen.Ledger, since, until time.Time) error {
	asked, err := h.Asks.List(ctx, who.WorkspaceID, domain.AskFilter{Since: since, Until: until})
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	ids := make([]domain.AccountID, len(asked))
	for i, a := range asked {
		ids[i] = a.Author.ID
	}
	schedules, err := h.Hours.Schedules(ctx, ids)
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	var all []ledger.Answer
	for _, a := range asked {
		if a.State != domain.AskWithdrawn {
			all = append(all, ledger.Answer{Zone: schedules[a.Author.ID].Hours.TimeZone, Asked: a.AskedAt, Due: a.DueAt, Settled: a.AnsweredAt})
		}
	}
	r := ledger.Count(all, time.Now())
	out.Asks, out.AsksAnswered, out.AsksInTime, out.MedianWaitHours = r.Asked, r.Answered, r.InTime, tenths(r.MedianWait.Hours())
	out.Fairness, out.Zones = math.Round(r.Fairness*100)/100, []gen.ZoneWait{}
	for _, z := range r.ByZone {
		out.Zones = append(out.Zones, gen.ZoneWait{TimeZone: z.Zone, MedianWaitHours: tenths(z.Median.Hours()), Asks: z.Asked})
	}
	return nil
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
		{"figure", "value"}, {"from", l.From}, {"to", l.To}, {"avoided_hours", figure(l.AvoidedHours)}, {"spent_hours", figure(l.SpentHours)}, {"net_hours", figure(l.NetHours)},
		{"cost", figure(or(l.Cost, 0))}, {"occurrences", strconv.Itoa(l.Occurrences)}, {"expected", strconv.Itoa(l.Expected)}, {"answered", strconv.Itoa(l.Answered)},
		{"late", strconv.Itoa(l.Late)}, {"asks", strconv.Itoa(l.Asks)}, {"asks_answered", strconv.Itoa(l.AsksAnswered)}, {"asks_in_time", strconv.Itoa(l.AsksInTime)},
		{"median_wait_hours", figure(l.MedianWaitHours)}, {"fairness", figure(l.Fairness)},
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
