package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds"
	"baton/rounds/cadence"
	"baton/rounds/worktime"
)

// upcomingDays is how far ahead a round is looked for: long enough for one that is held once a month, and a long leave.
const upcomingDays = 100

func (h *handlers) GetMyUpcoming(ctx context.Context, _ gen.GetMyUpcomingRequestObject) (gen.GetMyUpcomingResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	_, mine, err := h.calendar(ctx, who.AccountID)
	if err != nil {
		return nil, err
	}
	all, err := h.Rounds.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list rounds: %w", err)
	}
	out := []gen.UpcomingRound{}
	for _, r := range all {
		if r.Paused || !r.Has(who.AccountID) {
			continue
		}
		if next, ok := nextFor(r, mine, time.Now()); ok {
			out = append(out, next)
		}
	}
	slices.SortFunc(out, func(a, b gen.UpcomingRound) int { return a.AskedAt.Compare(b.AskedAt) })
	return gen.GetMyUpcoming200JSONResponse{Upcoming: out}, nil
}

// nextFor is the next time after now that a round asks the person of a calendar.
func nextFor(r domain.Round, c *worktime.Calendar, now time.Time) (gen.UpcomingRound, bool) {
	rule, err := cadence.Parse(r.Rule)
	if err != nil {
		return gen.UpcomingRound{}, false // it was checked when it was kept
	}
	today := domain.DateOf(now.In(c.Zone()))
	for _, on := range rule.Between(r.StartsOn, today.Plus(-r.CloseAfterDays), today.Plus(upcomingDays)) {
		w := rounds.WindowOf(r, on, c)
		if at, ok := w.PromptAt(c); ok && at.After(now) {
			return gen.UpcomingRound{RoundId: string(r.ID), RoundName: r.Name, On: string(on), AskedAt: at.UTC(), ClosesAt: w.Closes.UTC()}, true
		}
	}
	return gen.UpcomingRound{}, false
}
