package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/ics"
	"baton/rounds/ledger"
)

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
