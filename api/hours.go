package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/ics"
	"baton/rounds/worktime"
)

// hours keeps when people work.
type hours interface {
	// Schedule reads one person's. KindNotFound.
	Schedule(ctx context.Context, id domain.AccountID) (domain.Schedule, error)
	Schedules(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]domain.Schedule, error)
	// Set changes the hours, and the time zone with them.
	Set(ctx context.Context, id domain.AccountID, h domain.Hours) error
	// AddDaysOff adds those that are not there yet and counts them. KindTooMany.
	AddDaysOff(ctx context.Context, id domain.AccountID, off []domain.DayOff) (int, error)
	// RemoveDayOff removes one. KindNotFound.
	RemoveDayOff(ctx context.Context, id domain.AccountID, day domain.DayOffID) error
	// RemoveImported removes what came from calendars.
	RemoveImported(ctx context.Context, id domain.AccountID) error
}

func (h *handlers) GetMyHours(ctx context.Context, _ gen.GetMyHoursRequestObject) (gen.GetMyHoursResponseObject, error) {
	s, err := h.scheduleOf(ctx, callerOf(ctx).AccountID)
	return gen.GetMyHours200JSONResponse(s), err
}

// scheduleOf reads a person's working time as it is shown.
func (h *handlers) scheduleOf(ctx context.Context, id domain.AccountID) (gen.Schedule, error) {
	s, c, err := h.calendar(ctx, id)
	if err != nil {
		return gen.Schedule{}, err
	}
	now := time.Now()
	out := gen.Schedule{Hours: hoursOf(s.Hours), DaysOff: []gen.DayOff{}, WorkingNow: c.Working(now)}
	if next, ok := c.Next(now); ok {
		out.NextWorkingAt = utc(next)
	}
	for _, d := range s.DaysOff {
		out.DaysOff = append(out.DaysOff, gen.DayOff{Id: string(d.ID), FirstDay: string(d.First), LastDay: string(d.Last), Reason: d.Reason, Source: gen.DayOffSource(d.Source)})
	}
	return out, nil
}

// calendar reads a person's working time to reckon in.
func (h *handlers) calendar(ctx context.Context, id domain.AccountID) (domain.Schedule, *worktime.Calendar, error) {
	s, err := h.Hours.Schedule(ctx, id)
	if err != nil {
		return s, nil, fmt.Errorf("read hours: %w", err)
	}
	c, err := worktime.New(s)
	if err != nil {
		return s, nil, fmt.Errorf("read hours of %s: %w", id, err)
	}
	return s, c, nil
}

func (h *handlers) PutMyHours(ctx context.Context, r gen.PutMyHoursRequestObject) (gen.PutMyHoursResponseObject, error) {
	who := callerOf(ctx)
	wanted, err := hoursFrom(*r.Body)
	if err != nil {
		return nil, err
	}
	if err := h.Hours.Set(ctx, who.AccountID, wanted); err != nil {
		return nil, fmt.Errorf("set hours: %w", err)
	}
	s, err := h.scheduleOf(ctx, who.AccountID)
	return gen.PutMyHours200JSONResponse(s), err
}

func (h *handlers) AddDayOff(ctx context.Context, r gen.AddDayOffRequestObject) (gen.AddDayOffResponseObject, error) {
	who := callerOf(ctx)
	reason, err := cleanLine("reason", or(r.Body.Reason, ""))
	if err != nil {
		return nil, err
	}
	d := domain.DayOff{
		ID: domain.NewID[domain.DayOffID](), First: domain.Date(r.Body.FirstDay), Last: domain.Date(r.Body.LastDay), Reason: reason, Source: domain.DayOffManual,
	}
	if err := d.Check(); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if _, err := h.Hours.AddDaysOff(ctx, who.AccountID, []domain.DayOff{d}); err != nil {
		return nil, fmt.Errorf("add a day off: %w", err)
	}
	s, err := h.scheduleOf(ctx, who.AccountID)
	return gen.AddDayOff201JSONResponse(s), err
}

// importedDays is how far ahead a calendar's whole days are taken; what lies a month back may still count in figures.
const importedDays = 2 * 366

func (h *handlers) ImportDaysOff(ctx context.Context, r gen.ImportDaysOffRequestObject) (gen.ImportDaysOffResponseObject, error) {
	who := callerOf(ctx)
	now, c, err := h.calendar(ctx, who.AccountID)
	if err != nil {
		return nil, err
	}
	events, skipped, err := ics.Read(strings.NewReader(r.Body.Ics), c.Zone())
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	for i := range events {
		if !events[i].Absent() {
			skipped++
		}
	}
	today := c.Today(time.Now())
	off := ics.DaysOff(events, today.Plus(-31), today.Plus(importedDays), now.Hours)
	for i := range off {
		off[i].ID = domain.NewID[domain.DayOffID]()
	}
	if or(r.Body.Replace, false) {
		if err := h.Hours.RemoveImported(ctx, who.AccountID); err != nil {
			return nil, fmt.Errorf("remove imported days off: %w", err)
		}
	}
	added, err := h.Hours.AddDaysOff(ctx, who.AccountID, off)
	if err != nil {
		return nil, fmt.Errorf("import days off: %w", err)
	}
	s, err := h.scheduleOf(ctx, who.AccountID)
	return gen.ImportDaysOff200JSONResponse{Added: added, Skipped: skipped, Schedule: s}, err
}

func (h *handlers) RemoveDayOff(ctx context.Context, r gen.RemoveDayOffRequestObject) (gen.RemoveDayOffResponseObject, error) {
	if err := h.Hours.RemoveDayOff(ctx, callerOf(ctx).AccountID, domain.DayOffID(r.DayOffId)); err != nil {
		return nil, named(err, "remove day off", "there is no such day off")
	}
	return gen.RemoveDayOff204Response{}, nil
}

func (h *handlers) GetMemberHours(ctx context.Context, r gen.GetMemberHoursRequestObject) (gen.GetMemberHoursResponseObject, error) {
	m, err := h.colleague(ctx, r.AccountId)
	if err != nil {
		return nil, err
	}
	s, err := h.scheduleOf(ctx, m.Account.ID)
	if m.Account.ID != callerOf(ctx).AccountID {
		for i := range s.DaysOff {
			s.DaysOff[i].Reason = "" // colleagues see that somebody is away, not why
		}
	}
	return gen.GetMemberHours200JSONResponse(s), err
}

// colleague finds a member of the caller's workspace. KindNotFound.
func (h *handlers) colleague(ctx context.Context, id string) (domain.Member, error) {
	who, err := insider(ctx)
	if err != nil {
		return domain.Member{}, err
	}
	m, err := h.Members.Get(ctx, who.WorkspaceID, domain.AccountID(id))
	if err != nil {
		return m, named(err, "read member", "there is no such member")
	}
	return m, nil
}

func (h *handlers) GetDue(ctx context.Context, r gen.GetDueRequestObject) (gen.GetDueResponseObject, error) {
	m, err := h.colleague(ctx, r.AccountId)
	if err != nil {
		return nil, err
	}
	_, c, err := h.calendar(ctx, m.Account.ID)
	if err != nil {
		return nil, err
	}
	norms, err := h.Asks.Norms(ctx, m.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read norms: %w", err)
	}
	asked, class := or(r.Params.AskedAt, time.Now()), domain.ReplyClass(r.Params.Class)
	out := gen.GetDue200JSONResponse{AskedAt: asked.UTC(), Class: gen.ReplyClass(class), TimeZone: c.Zone().String()}
	if t, ok := c.NextReachable(asked); ok {
		out.ReachedAt = utc(t)
	}
	if t, ok := c.Due(norms, class, asked); ok {
		out.DueAt = utc(t)
	}
	return out, h.live(ctx, &out, m.Account.ID, c, asked)
}

// liveAhead is how far ahead people look for a time to talk.
const liveAhead = 7 * 24 * time.Hour

// live finds when the caller and a colleague are next in their core hours both.
func (h *handlers) live(ctx context.Context, out *gen.GetDue200JSONResponse, colleague domain.AccountID, theirs *worktime.Calendar, from time.Time) error {
	me := callerOf(ctx).AccountID
	if me == colleague {
		return nil
	}
	_, mine, err := h.calendar(ctx, me)
	if err != nil {
		return err
	}
	for _, s := range worktime.Overlap(mine, theirs, from, from.Add(liveAhead)) {
		out.LiveFrom, out.LiveTo = utc(s.From), utc(s.To)
		break
	}
	return nil
}

func (h *handlers) SuggestOpening(ctx context.Context, r gen.SuggestOpeningRequestObject) (gen.SuggestOpeningResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	usual, err := domain.ParseClockTime(r.Params.Usual)
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	members, err := h.Members.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	var ids []domain.AccountID
	for _, m := range members {
		if slices.Contains(r.Params.Members, string(m.Account.ID)) {
			ids = append(ids, m.Account.ID)
		}
	}
	schedules, err := h.Hours.Schedules(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read hours: %w", err)
	}
	var all []domain.Hours
	for _, s := range schedules {
		all = append(all, s.Hours)
	}
	at, in := worktime.Opening(all, usual)
	return gen.SuggestOpening200JSONResponse{Opens: at.String(), InCore: in, UsualInCore: worktime.InCore(all, usual), Members: len(all)}, nil
}

func hoursOf(h domain.Hours) gen.Hours {
	out := gen.Hours{TimeZone: h.TimeZone, Days: []gen.Weekday{}, From: h.From.String(), To: h.To.String()}
	for _, d := range h.Days {
		out.Days = append(out.Days, gen.Weekday(domain.WeekdayName(d)))
	}
	if h.CoreFrom < h.CoreTo {
		from, to := h.CoreFrom.String(), h.CoreTo.String()
		out.CoreFrom, out.CoreTo = &from, &to
	}
	if h.QuietFrom != h.QuietTo {
		from, to := h.QuietFrom.String(), h.QuietTo.String()
		out.QuietFrom, out.QuietTo = &from, &to
	}
	return out
}

// hoursFrom reads hours; what is not said about core and quiet hours is none.
func hoursFrom(in gen.Hours) (domain.Hours, error) {
	h := domain.Hours{TimeZone: in.TimeZone}
	for _, d := range in.Days {
		day, err := domain.ParseWeekday(string(d))
		if err != nil {
			return h, err //nolint:wrapcheck // words for people
		}
		h.Days = append(h.Days, day)
	}
	none := "00:00"
	for _, f := range []struct {
		to   *domain.ClockTime
		text *string
	}{
		{&h.From, &in.From}, {&h.To, &in.To}, {&h.CoreFrom, in.CoreFrom}, {&h.CoreTo, in.CoreTo}, {&h.QuietFrom, in.QuietFrom}, {&h.QuietTo, in.QuietTo},
	} {
		c, err := domain.ParseClockTime(or(f.text, none))
		if err != nil {
			return h, err //nolint:wrapcheck // words for people
		}
		*f.to = c
	}
	return h, h.Check() //nolint:wrapcheck // words for people
}
