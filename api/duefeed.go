package api

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/ics"
)

func (h *handlers) GetDueFeed(ctx context.Context, _ gen.GetDueFeedRequestObject) (gen.GetDueFeedResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	at, err := h.Rounds.DueFeedSince(ctx, who.Viewer)
	if err != nil {
		return nil, fmt.Errorf("read the calendar's address: %w", err)
	}
	return gen.GetDueFeed200JSONResponse{CreatedAt: utc(at)}, nil
}

func (h *handlers) MakeDueFeed(ctx context.Context, _ gen.MakeDueFeedRequestObject) (gen.MakeDueFeedResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if who.token != "" { // its address would outlive the token
		return nil, domain.Errorf(domain.KindForbidden, "a calendar's address is made by people who are signed in, not by tokens")
	}
	secret, hash := newSecret("", 32)
	if err := h.Rounds.PutDueFeed(ctx, who.Viewer, hash); err != nil {
		return nil, fmt.Errorf("make the calendar's address: %w", err)
	}
	return gen.MakeDueFeed201JSONResponse{Url: h.PublicURL.JoinPath("api/v1/due", secret+".ics").String()}, nil
}

func (h *handlers) DeleteDueFeed(ctx context.Context, _ gen.DeleteDueFeedRequestObject) (gen.DeleteDueFeedResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Rounds.DeleteDueFeed(ctx, who.Viewer); err != nil {
		return nil, fmt.Errorf("end the calendar's address: %w", err)
	}
	return gen.DeleteDueFeed204Response{}, nil
}

// GetDueCalendar shows what is due to the person whose secret it is, whoever asks.
func (h *handlers) GetDueCalendar(ctx context.Context, r gen.GetDueCalendarRequestObject) (gen.GetDueCalendarResponseObject, error) {
	who := callerOf(ctx)
	none := domain.Errorf(domain.KindNotFound, "there is no such calendar (any more)")
	secret, ok := strings.CutSuffix(r.File, ".ics")
	if !ok {
		return nil, none
	}
	v, err := h.Rounds.DueFeedOwner(ctx, hashSecret(secret))
	if domain.KindOf(err) == domain.KindNotFound {
		if err := h.guesses.try(who.address, ""); err != nil { // who knows the secret may ask as often as calendar programs do
			return nil, err
		}
		return nil, none
	} else if err != nil {
		return nil, fmt.Errorf("find calendar: %w", err)
	}
	due, err := h.due(withCaller(ctx, caller{Viewer: v, base: who.base}))
	if err != nil {
		return nil, err
	}
	var all []ics.Due
	for _, d := range due {
		all = append(all, ics.Due{UID: string(d.Kind) + "-" + d.Id + "@" + h.PublicURL.Hostname(), Title: d.Title, URL: d.Url, At: d.DueAt})
	}
	text, err := ics.Write("Baton: due", all, time.Now())
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	return gen.GetDueCalendar200TextcalendarResponse{Body: bytes.NewReader(text), ContentLength: int64(len(text))}, nil
}
