package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/reel"
)

const (
	// reelDays is how far back "new for me" goes.
	reelDays = 14 * 24 * time.Hour
	// reelMoment is how long a moment without an end is played.
	reelMoment = 15_000
	// reelClips bounds the clips of a space that one reel looks at.
	reelClips = 100
)

// reelSource gathers what a reel may be made from.
type reelSource struct {
	h     *handlers
	who   caller
	items []reel.Item
	clips map[domain.ClipID]*domain.Clip // nil: gone, or not for the listener
	known map[domain.ClipID]reel.Known
	about map[string]gen.ReelPiece // title and author, by rank and ref
}

func (h *handlers) GetReel(ctx context.Context, r gen.GetReelRequestObject) (gen.GetReelResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	s := &reelSource{h: h, who: who, clips: map[domain.ClipID]*domain.Clip{}, known: map[domain.ClipID]reel.Known{}, about: map[string]gen.ReelPiece{}}
	switch p := r.Params; {
	case p.OccurrenceId != nil:
		err = s.ofOccurrence(ctx, *p.OccurrenceId)
	case p.SpaceId != nil:
		err = s.ofSpace(ctx, domain.SpaceID(*p.SpaceId))
	default:
		err = s.ofMe(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := s.heard(ctx); err != nil {
		return nil, err
	}
	plan := reel.Make(s.items, s.known, or(r.Params.BudgetMs, 0), or(r.Params.Speed, 1))
	out := gen.GetReel200JSONResponse{LengthMs: plan.LengthMS, OverMs: plan.OverMS, Fits: plan.OverMS == 0, Pieces: []gen.ReelPiece{}, Left: []gen.ReelPiece{}}
	for _, p := range plan.Pieces {
		out.Pieces = append(out.Pieces, s.wire(p))
	}
	for _, p := range plan.Left {
		out.Left = append(out.Left, s.wire(p))
		out.LeftMs += p.LengthMS
	}
	return out, nil
}

var ranks = map[reel.Rank]gen.ReelPieceRank{ //nolint:gochecknoglobals // a table
	reel.AskToMe: "ask", reel.Decision: "decision", reel.Blocker: "blocker", reel.Rest: "rest",
}

func (s *reelSource) wire(p reel.Piece) gen.ReelPiece {
	out := s.about[fmt.Sprint(p.Rank, p.Ref)]
	out.Rank, out.Ref, out.ClipId, out.StartMs, out.EndMs, out.LengthMs = ranks[p.Rank], p.Ref, string(p.ClipID), p.StartMS, p.EndMS, p.LengthMS
	out.Play, out.Url = *spansOf(p.Play), s.h.momentURL(p.ClipID, p.Play[0].StartMS)
	return out
}

// ofMe: the last occurrences of my rounds, and what waits for me.
func (s *reelSource) ofMe(ctx context.Context) error {
	since := time.Now().Add(-reelDays)
	recent, err := s.h.Rounds.Recent(ctx, s.who.Viewer, since)
	if err != nil {
		return fmt.Errorf("list recent occurrences: %w", err)
	}
	for _, o := range recent {
		if err := s.answers(ctx, o); err != nil {
			return err
		}
	}
	decided, err := s.h.Decisions.List(ctx, s.who.WorkspaceID, "", "", 50)
	if err != nil {
		return fmt.Errorf("list decisions: %w", err)
	}
	decided = slices.DeleteFunc(decided, func(d domain.Decision) bool { return d.DecidedAt.Before(since) })
	blocked, err := s.h.Blockers.List(ctx, s.who.WorkspaceID, "open")
	if err != nil {
		return fmt.Errorf("list blockers: %w", err)
	}
	return s.talkedOf(ctx, domain.AskFilter{}, decided, blocked)
}

func (s *reelSource) ofOccurrence(ctx context.Context, id string) error {
	v, err := s.h.occurrence(ctx, id)
	if err != nil {
		return err
	}
	if err := s.answers(ctx, v.Occurrence); err != nil {
		return err
	}
	decided, err := s.h.Decisions.Of(ctx, s.who.WorkspaceID, v.ID)
	if err != nil {
		return fmt.Errorf("list decisions: %w", err)
	}
	blocked, err := s.h.Blockers.Of(ctx, s.who.WorkspaceID, v.ID)
	if err != nil {
		return fmt.Errorf("list blockers: %w", err)
	}
	return s.talkedOf(ctx, domain.AskFilter{Occurrence: v.ID}, decided, blocked)
}

// ofSpace: the newest clips of a space, whole, and what is asked of me in them.
func (s *reelSource) ofSpace(ctx context.Context, id domain.SpaceID) error {
	if err := s.h.checkSpace(ctx, s.who, id); err != nil {
		return err
	}
	views, err := s.h.Clips.List(ctx, s.who.Viewer, domain.ClipFilter{SpaceID: id, Limit: reelClips})
	if err != nil {
		return fmt.Errorf("list clips: %w", err)
	}
	for _, c := range views {
		if c.OwnerID != s.who.AccountID {
			about := gen.ReelPiece{Title: c.Title, Author: gen.Person{Id: string(c.OwnerID), Name: c.OwnerName}}
			if err := s.add(ctx, reel.Rest, c.ID, string(c.ID), 0, c.DurationMS, about); err != nil {
				return err
			}
		}
	}
	inside := func(of domain.Source) bool { return s.clips[of.ClipID] != nil }
	asked, err := s.h.Asks.List(ctx, s.who.WorkspaceID, domain.AskFilter{Owner: s.who.AccountID, Open: true})
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	for _, a := range asked {
		if inside(a.Source) {
			if err := s.moment(ctx, reel.AskToMe, a.Source, string(a.ID), a.Body, a.Author); err != nil {
				return err
			}
		}
	}
	return nil
}

// answers adds what others said in an occurrence.
func (s *reelSource) answers(ctx context.Context, o domain.Occurrence) error {
	for _, a := range o.Answers {
		if a.Author.ID == s.who.AccountID {
			continue
		}
		for _, p := range a.Parts {
			if p.ClipID == "" {
				continue
			}
			if err := s.add(ctx, reel.Rest, p.ClipID, string(o.ID)+" "+string(a.ID)+" "+p.Section, p.StartMS, p.EndMS, gen.ReelPiece{Title: p.Section, Author: personOf(a.Author)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// talkedOf adds the moments of asks to the listener, of decisions and of blockers.
func (s *reelSource) talkedOf(ctx context.Context, f domain.AskFilter, decided []domain.Decision, blocked []domain.Blocker) error {
	f.Owner, f.Open = s.who.AccountID, true
	asked, err := s.h.Asks.List(ctx, s.who.WorkspaceID, f)
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	for _, a := range asked {
		if err := s.moment(ctx, reel.AskToMe, a.Source, string(a.ID), a.Body, a.Author); err != nil {
			return err
		}
	}
	for _, d := range decided {
		if err := s.moment(ctx, reel.Decision, d.Source, string(d.ID), d.What, d.Author); err != nil {
			return err
		}
	}
	for _, b := range blocked {
		if b.Owner.ID != s.who.AccountID {
			if err := s.moment(ctx, reel.Blocker, b.Source, string(b.ID), b.Body, b.Owner); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *reelSource) moment(ctx context.Context, rank reel.Rank, of domain.Source, ref, title string, by domain.Account) error {
	if of.ClipID == "" {
		return nil
	}
	end := of.EndMS
	if end <= of.StartMS {
		end = of.StartMS + reelMoment
	}
	return s.add(ctx, rank, of.ClipID, ref, of.StartMS, end, gen.ReelPiece{Title: title, Author: personOf(by)})
}

// add adds a stretch of a clip, if the listener may watch it. endMS 0 is the clip's end.
func (s *reelSource) add(ctx context.Context, rank reel.Rank, id domain.ClipID, ref string, startMS, endMS int64, about gen.ReelPiece) error {
	c, err := s.clip(ctx, id)
	if err != nil || c == nil {
		return err
	}
	if endMS == 0 || endMS > c.DurationMS {
		endMS = c.DurationMS
	}
	s.items = append(s.items, reel.Item{Rank: rank, ClipID: id, Ref: ref, Span: domain.Span{StartMS: startMS, EndMS: endMS}})
	s.about[fmt.Sprint(rank, ref)] = about
	return nil
}

// clip reads one, and what is not worth hearing in it; nil when it is not for the listener.
func (s *reelSource) clip(ctx context.Context, id domain.ClipID) (*domain.Clip, error) {
	if c, read := s.clips[id]; read {
		return c, nil
	}
	c, err := s.h.gate(ctx, string(id), domain.ActionWatch)
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		s.clips[id] = nil
		return nil, nil //nolint:nilnil // nothing is what there is
	} else if err != nil {
		return nil, err
	}
	t, err := s.h.spoken(ctx, id)
	if err != nil {
		return nil, err
	}
	skip := s.h.silences(c, t)
	for _, f := range s.h.Formats.Fillers(t) {
		skip = append(skip, f.Span)
	}
	s.clips[id], s.known[id] = &c, reel.Known{Skip: skip}
	return &c, nil
}

// heard adds what the listener has heard already.
func (s *reelSource) heard(ctx context.Context) error {
	var ids []domain.ClipID
	for id := range s.known {
		ids = append(ids, id)
	}
	all, err := s.h.Rounds.Heard(ctx, s.who.AccountID, ids)
	if err != nil {
		return fmt.Errorf("read what was heard: %w", err)
	}
	for id, spans := range all {
		k := s.known[id]
		k.Heard = spans
		s.known[id] = k
	}
	return nil
}

func (h *handlers) AddHeard(ctx context.Context, r gen.AddHeardRequestObject) (gen.AddHeardResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionComment)
	if err != nil {
		return nil, err
	}
	var spans []domain.Span
	for _, s := range r.Body.Spans {
		if s.StartMs < 0 || s.EndMs < s.StartMs {
			return nil, domain.Errorf(domain.KindInvalid, "a stretch ends before it begins")
		}
		spans = append(spans, domain.Span{StartMS: s.StartMs, EndMS: s.EndMs})
	}
	if err := h.Rounds.AddHeard(ctx, callerOf(ctx).AccountID, c.ID, spans); err != nil {
		return nil, named(err, "note what was heard", noClip)
	}
	return gen.AddHeard204Response{}, nil
}
