package api

import (
	"context"
	"fmt"
	"math"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/worktime"
)

// blockers keeps what is in people's way. Each change is an event.
type blockers interface {
	Create(ctx context.Context, b domain.Blocker) error
	// Accept makes one of what its owner said, or notes that one which is open was said again; it gives the one on the board. KindConflict
	// when that was accepted or dismissed before.
	Accept(ctx context.Context, b domain.Blocker) (domain.BlockerID, error)
	// OpenOf lists what is in somebody's way, the oldest first: id, words, and since when.
	OpenOf(ctx context.Context, w domain.WorkspaceID, owner domain.AccountID) ([]domain.Blocker, error)
	// Get reads one. KindNotFound.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.BlockerID) (domain.Blocker, error)
	// List lists open ones first, the oldest first; state is open, cleared, or empty for both.
	List(ctx context.Context, w domain.WorkspaceID, state string) ([]domain.Blocker, error)
	// Of lists those that came up in an occurrence.
	Of(ctx context.Context, w domain.WorkspaceID, o domain.OccurrenceID) ([]domain.Blocker, error)
	// SetCleared clears one, or opens it again with the zero time.
	SetCleared(ctx context.Context, b domain.Blocker, by domain.AccountID, at time.Time) error
}

const noBlocker = "there is no such blocker"

func (h *handlers) ListBlockers(ctx context.Context, r gen.ListBlockersRequestObject) (gen.ListBlockersResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	state := string(or(r.Params.State, "open"))
	if state == "all" {
		state = ""
	}
	all, err := h.Blockers.List(ctx, who.WorkspaceID, state)
	if err != nil {
		return nil, fmt.Errorf("list blockers: %w", err)
	}
	out, err := h.blockersOf(ctx, all)
	return gen.ListBlockers200JSONResponse{Blockers: out}, err
}

// blockersOf shows blockers with their age in the working hours of their owners.
func (h *handlers) blockersOf(ctx context.Context, all []domain.Blocker) ([]gen.Blocker, error) {
	out := []gen.Blocker{}
	owners := make([]domain.AccountID, len(all))
	for i, b := range all {
		owners[i] = b.Owner.ID
	}
	schedules, err := h.Hours.Schedules(ctx, owners)
	if err != nil {
		return nil, fmt.Errorf("read hours: %w", err)
	}
	for _, b := range all {
		c, err := worktime.New(schedules[b.Owner.ID])
		if err != nil {
			return nil, fmt.Errorf("read hours of %s: %w", b.Owner.ID, err)
		}
		until := b.ClearedAt
		if until.IsZero() {
			until = time.Now()
		}
		out = append(out, gen.Blocker{
			Id: string(b.ID), Owner: personOf(b.Owner), Body: b.Body, RaisedAt: b.RaisedAt.UTC(), AgeHours: float32(math.Round(c.Between(b.RaisedAt, until).Hours()*10) / 10),
			Mentions: b.Mentions, LastMentionAt: b.LastMentionAt.UTC(), ClearedAt: utc(b.ClearedAt), Source: h.sourceOf(b.Source), Origin: gen.BlockerOrigin(b.Origin),
		})
	}
	return out, nil
}

// blocker reads one of the caller's workspace, and how it is shown.
func (h *handlers) blocker(ctx context.Context, id string) (caller, domain.Blocker, gen.Blocker, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, domain.Blocker{}, gen.Blocker{}, err
	}
	b, err := h.Blockers.Get(ctx, who.WorkspaceID, domain.BlockerID(id))
	if err != nil {
		return who, b, gen.Blocker{}, named(err, "read blocker", noBlocker)
	}
	shown, err := h.blockersOf(ctx, []domain.Blocker{b})
	if err != nil {
		return who, b, gen.Blocker{}, err
	}
	return who, b, shown[0], nil
}

func (h *handlers) GetBlocker(ctx context.Context, r gen.GetBlockerRequestObject) (gen.GetBlockerResponseObject, error) {
	_, _, shown, err := h.blocker(ctx, r.BlockerId)
	return gen.GetBlocker200JSONResponse(shown), err
}

func (h *handlers) CreateBlocker(ctx context.Context, r gen.CreateBlockerRequestObject) (gen.CreateBlockerResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	in := r.Body
	b := domain.Blocker{ID: domain.NewID[domain.BlockerID](), WorkspaceID: who.WorkspaceID, Owner: domain.Account{ID: who.AccountID}, RaisedAt: time.Now()}
	if b.Body, err = cleanLines("blocker", in.Body); err != nil {
		return nil, err
	}
	if err := b.Check(); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if b.Source, b.Origin, err = h.said(ctx, saidAt{in.ClipId, in.CommentId, in.OccurrenceId, in.StartMs, in.EndMs, in.Spoken}); err != nil {
		return nil, err
	}
	if who.only != "" && (b.Source.OccurrenceID != who.only || b.Origin != domain.OriginSpoken) {
		return nil, domain.Errorf(domain.KindForbidden, "the link in the mail is good for what you said in this one round; sign in for everything else")
	}
	if b.Origin == domain.OriginSpoken {
		b.ID, err = h.Blockers.Accept(ctx, b)
	} else {
		err = h.Blockers.Create(ctx, b)
	}
	if err != nil {
		return nil, fmt.Errorf("keep blocker: %w", err)
	}
	_, _, shown, err := h.blocker(ctx, string(b.ID))
	return gen.CreateBlocker201JSONResponse(shown), err
}

func (h *handlers) ClearBlocker(ctx context.Context, r gen.ClearBlockerRequestObject) (gen.ClearBlockerResponseObject, error) {
	who, b, _, err := h.blocker(ctx, r.BlockerId)
	if err != nil {
		return nil, err
	}
	var at time.Time
	if r.Body.Cleared {
		at = time.Now()
	}
	if err := h.Blockers.SetCleared(ctx, b, who.AccountID, at); err != nil {
		return nil, fmt.Errorf("clear blocker: %w", err)
	}
	_, _, shown, err := h.blocker(ctx, r.BlockerId)
	return gen.ClearBlocker200JSONResponse(shown), err
}
