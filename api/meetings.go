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
	m, err := h.meetingFrom(ctx, *r.Body, "")
	if err != nil {
		return nil, err
	}
	m.ID = domain.NewID[domain.MeetingID]()
	if err := h.Ledger.AddMeeting(ctx, m); err != nil {
		return nil, fmt.Errorf("register meeting: %w", err)
	}
	return gen.AddMeeting201JSONResponse(meetingOf(m)), nil
}

func (h *handlers) ChangeMeeting(ctx context.Context, r gen.ChangeMeetingRequestObject) (gen.ChangeMeetingResponseObject, error) {
	now, err := h.meeting(ctx, domain.MeetingID(r.MeetingId))
	if err != nil {
		return nil, err
	}
	m, err := h.meetingFrom(ctx, *r.Body, now.RoundID)
	if err != nil {
		return nil, err
	}
	m.ID = now.ID
	if err := h.Ledger.UpdateMeeting(ctx, m); err != nil {
		return nil, named(err, "change meeting", noMeeting)
	}
	return gen.ChangeMeeting200JSONResponse(meetingOf(m)), nil
}

const noMeeting = "there is no such meeting"

// meeting reads one of the caller's workspace.
func (h *handlers) meeting(ctx context.Context, id domain.MeetingID) (domain.Meeting, error) {
	who, err := insider(ctx)
	if err != nil {
		return domain.Meeting{}, err
	}
	all, err := h.Ledger.Meetings(ctx, who.WorkspaceID)
	if err != nil {
		return domain.Meeting{}, fmt.Errorf("list meetings: %w", err)
	}
	if i := slices.IndexFunc(all, func(m domain.Meeting) bool { return m.ID == id }); i >= 0 {
		return all[i], nil
	}
	return domain.Meeting{}, domain.Errorf(domain.KindNotFound, noMeeting)
}

// meetingFrom reads a meeting of the caller's workspace. Its round is one that there is, or the one that it had: that may have ended.
func (h *handlers) meetingFrom(ctx context.Context, b gen.MeetingRequest, had domain.RoundID) (m domain.Meeting, err error) {
	who, err := insider(ctx)
	if err != nil {
		return m, err
	}
	m = domain.Meeting{
		WorkspaceID: who.WorkspaceID, RoundID: domain.RoundID(or(b.RoundId, "")), Minutes: b.Minutes, People: b.People, PerYear: b.PerYear,
		Since: domain.Date(b.Since), Until: domain.Date(or(b.Until, "")), CreatedBy: who.AccountID,
	}
	if m.Name, err = cleanName(b.Name); err != nil {
		return m, err
	}
	if err := m.Check(); err != nil {
		return m, err //nolint:wrapcheck // words for people
	}
	if m.RoundID != had && m.RoundID != "" {
		_, _, err = h.round(ctx, string(m.RoundID))
	}
	return m, err
}

func meetingOf(m domain.Meeting) gen.Meeting {
	return gen.Meeting{
		Id: string(m.ID), RoundId: nonZero(string(m.RoundID)), Name: m.Name, Minutes: m.Minutes, People: m.People, PerYear: m.PerYear, Since: string(m.Since), Until: nonZero(string(m.Until)),
		HoursPerYear: tenths(ledger.Meeting{Minutes: m.Minutes, People: m.People, PerYear: m.PerYear}.Hours(365.25)),
	}
}

func (h *handlers) RemoveMeeting(ctx context.Context, r gen.RemoveMeetingRequestObject) (gen.RemoveMeetingResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Ledger.RemoveMeeting(ctx, who.WorkspaceID, domain.MeetingID(r.MeetingId)); err != nil {
		return nil, named(err, "remove meeting", noMeeting)
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
			Name: c.Name, Minutes: c.Minutes, People: c.People, PerYear: c.PerYear, HoursPerYear: tenths(float64(c.Minutes) / 60 * float64(c.People) * c.PerYear), Why: c.Why,
		})
	}
	return out, nil
}
