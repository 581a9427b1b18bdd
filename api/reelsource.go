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
	// reelOccurrences bounds the occurrences of each round of a space that one reel looks at.
	reelOccurrences = 5
)

// reelSource gathers what a reel may be made from.
type reelSource struct {
	h     *handlers
	who   caller
	items []reel.Item
	clips map[domain.ClipID]*domain.Clip // nil: gone, or not for the listener
	known map[domain.ClipID]reel.Known
	about map[string]gen.ReelPiece // title, author and words, by rank and ref
	// rounds and answered are read once: the names of rounds, and the clips that are played by their sections.
	rounds   map[domain.RoundID]domain.Round
	answered map[domain.ClipID]bool
}

func newReelSource(h *handlers, who caller) *reelSource {
	return &reelSource{
		h: h, who: who, clips: map[domain.ClipID]*domain.Clip{}, known: map[domain.ClipID]reel.Known{},
		about: map[string]gen.ReelPiece{}, answered: map[domain.ClipID]bool{},
	}
}

// ofMe: the last occurrences of my rounds, what waits for me, and other people's new clips.
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
	decided, blocked, err := s.open(ctx, since)
	if err != nil {
		return err
	}
	if err := s.talkedOf(ctx, domain.AskFilter{}, decided, blocked); err != nil {
		return err
	}
	return s.newClips(ctx, domain.ClipFilter{Limit: reelClips}, since)
}

// newClips adds other people's clips whole, the newest first, but for those of which the sections are played.
func (s *reelSource) newClips(ctx context.Context, f domain.ClipFilter, since time.Time) error {
	views, err := s.h.Clips.List(ctx, s.who.Viewer, f)
	if err != nil {
		return fmt.Errorf("list clips: %w", err)
	}
	for _, c := range views {
		if c.OwnerID == s.who.AccountID || s.answered[c.ID] || c.CreatedAt.Before(since) {
			continue
		}
		about := gen.ReelPiece{Title: c.Title, Author: gen.Person{Id: string(c.OwnerID), Name: c.OwnerName}}
		if err := s.add(ctx, reel.Rest, c.ID, string(c.ID), 0, c.DurationMS, about); err != nil {
			return err
		}
	}
	return nil
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

// ofSpace: the last answers of the space's rounds, its newest clips, whole, and what is asked of me, decided or in the way in them.
func (s *reelSource) ofSpace(ctx context.Context, id domain.SpaceID) error {
	if err := s.h.checkSpace(ctx, s.who, id); err != nil {
		return err
	}
	held, err := s.answersIn(ctx, id)
	if err != nil {
		return err
	}
	if err := s.newClips(ctx, domain.ClipFilter{SpaceID: id, Limit: reelClips}, time.Time{}); err != nil {
		return err
	}
	asked, err := s.h.Asks.List(ctx, s.who.WorkspaceID, domain.AskFilter{Owner: s.who.AccountID, Open: true})
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	decided, blocked, err := s.open(ctx, time.Time{})
	if err != nil {
		return err
	}
	outside := func(of domain.Source) bool { return s.clips[of.ClipID] == nil && !held[of.OccurrenceID] }
	return s.told(ctx,
		slices.DeleteFunc(asked, func(a domain.Ask) bool { return outside(a.Source) }),
		slices.DeleteFunc(decided, func(d domain.Decision) bool { return outside(d.Source) }),
		slices.DeleteFunc(blocked, func(b domain.Blocker) bool { return outside(b.Source) }))
}

// answersIn adds the answers of the last occurrences of a space's rounds, and says which those are.
func (s *reelSource) answersIn(ctx context.Context, id domain.SpaceID) (map[domain.OccurrenceID]bool, error) {
	last, err := s.h.Rounds.LastOccurrences(ctx, s.who.WorkspaceID, id, reelOccurrences)
	if err != nil {
		return nil, fmt.Errorf("list last occurrences: %w", err)
	}
	held := map[domain.OccurrenceID]bool{}
	for _, o := range last {
		held[o.ID] = true
		if err := s.answers(ctx, o); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// open reads the decisions since a moment, and the blockers that are in the way.
func (s *reelSource) open(ctx context.Context, since time.Time) ([]domain.Decision, []domain.Blocker, error) {
	decided, err := s.h.Decisions.List(ctx, s.who.WorkspaceID, "", "", 50)
	if err != nil {
		return nil, nil, fmt.Errorf("list decisions: %w", err)
	}
	decided = slices.DeleteFunc(decided, func(d domain.Decision) bool { return d.DecidedAt.Before(since) })
	blocked, err := s.h.Blockers.List(ctx, s.who.WorkspaceID, "open")
	if err != nil {
		return nil, nil, fmt.Errorf("list blockers: %w", err)
	}
	return decided, blocked, nil
}

// answers adds what others said or wrote in an occurrence.
func (s *reelSource) answers(ctx context.Context, o domain.Occurrence) error {
	round, err := s.round(ctx, o.RoundID)
	if err != nil {
		return err
	}
	for _, a := range o.Answers {
		if a.Author.ID == s.who.AccountID {
			continue
		}
		for _, p := range a.Parts {
			about := gen.ReelPiece{Title: sectionTitle(round, p.Section), Author: personOf(a.Author), Origin: nonZero(round.Name + ", " + string(o.On)), Text: nonZero(p.Text)}
			ref := string(o.ID) + " " + string(a.ID) + " " + p.Section
			if p.Text != "" && !toldAsBlockers(p, round) {
				words := about
				words.Url = s.h.PublicURL.JoinPath("rounds", string(o.RoundID), string(o.ID)).String()
				s.read(reel.Rest, ref, p.Text, words)
			}
			if p.ClipID == "" {
				continue
			}
			s.answered[p.ClipID] = true
			ref, about.Text = ref+" said", nil
			if err := s.add(ctx, reel.Rest, p.ClipID, ref, p.StartMS, p.EndMS, about); err != nil {
				return err
			}
		}
	}
	return nil
}

// toldAsBlockers: each line of it is a blocker, which has a turn of its own while it is in the way.
func toldAsBlockers(p domain.AnswerPart, r domain.Round) bool {
	return len(domain.Answer{Parts: []domain.AnswerPart{p}}.Blockers(r.Sections)) > 0
}

// round reads one; all of the workspace are read at the first call.
func (s *reelSource) round(ctx context.Context, id domain.RoundID) (domain.Round, error) {
	if s.rounds == nil {
		all, err := s.h.Rounds.List(ctx, s.who.WorkspaceID)
		if err != nil {
			return domain.Round{}, fmt.Errorf("list rounds: %w", err)
		}
		s.rounds = map[domain.RoundID]domain.Round{}
		for _, r := range all {
			s.rounds[r.ID] = r
		}
	}
	return s.rounds[id], nil
}

// sectionTitle is a section's title, or its key when the round has it no more.
func sectionTitle(r domain.Round, key string) string {
	for _, x := range r.Sections {
		if x.Key == key {
			return x.Title
		}
	}
	return key
}

// talkedOf adds what is asked of the listener, of decisions and of blockers.
func (s *reelSource) talkedOf(ctx context.Context, f domain.AskFilter, decided []domain.Decision, blocked []domain.Blocker) error {
	f.Owner, f.Open = s.who.AccountID, true
	asked, err := s.h.Asks.List(ctx, s.who.WorkspaceID, f)
	if err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	return s.told(ctx, asked, decided, blocked)
}

// told adds the moments of asks, of other people's decisions and of their blockers; the words of those that nobody said.
func (s *reelSource) told(ctx context.Context, asked []domain.Ask, decided []domain.Decision, blocked []domain.Blocker) error {
	for _, a := range asked {
		if err := s.moment(ctx, reel.AskToMe, a.Source, string(a.ID), a.Body, a.Author, "asks/"+string(a.ID)); err != nil {
			return err
		}
	}
	for _, d := range decided {
		if d.Author.ID == s.who.AccountID {
			continue
		}
		if err := s.moment(ctx, reel.Decision, d.Source, string(d.ID), d.What, d.Author, "decisions/"+string(d.ID)); err != nil {
			return err
		}
	}
	for _, b := range blocked {
		if b.Owner.ID == s.who.AccountID {
			continue
		}
		if err := s.moment(ctx, reel.Blocker, b.Source, string(b.ID), b.Body, b.Owner, "blockers"); err != nil {
			return err
		}
	}
	return nil
}

// moment adds where something was said. What was not said, or not in a clip that the listener may watch, is read.
func (s *reelSource) moment(ctx context.Context, rank reel.Rank, of domain.Source, ref, title string, by domain.Account, page string) error {
	about := gen.ReelPiece{Title: title, Author: personOf(by)}
	if c, err := s.clip(ctx, of.ClipID); err != nil {
		return err
	} else if c == nil {
		about.Url = s.h.PublicURL.JoinPath(page).String()
		s.read(rank, ref, title, about)
		return nil
	}
	span := stretchOf(of)
	return s.add(ctx, rank, of.ClipID, ref, span.StartMS, span.EndMS, about)
}

// stretchOf is the stretch that is played of where something was said.
func stretchOf(of domain.Source) domain.Span {
	if of.EndMS <= of.StartMS {
		return domain.Span{StartMS: of.StartMS, EndMS: of.StartMS + reelMoment}
	}
	return domain.Span{StartMS: of.StartMS, EndMS: of.EndMS}
}

// read adds words.
func (s *reelSource) read(rank reel.Rank, ref, text string, about gen.ReelPiece) {
	about.Text = nonZero(text)
	s.items = append(s.items, reel.Item{Rank: rank, Ref: ref, ReadMS: reel.ReadingMS(text)})
	s.about[fmt.Sprint(rank, ref)] = about
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
	if about.Origin == nil {
		about.Origin = nonZero(c.Title)
	}
	s.items = append(s.items, reel.Item{Rank: rank, ClipID: id, Ref: ref, Span: domain.Span{StartMS: startMS, EndMS: endMS}})
	s.about[fmt.Sprint(rank, ref)] = about
	return nil
}

// clip reads one, and what is not worth hearing in it; nil when it is not for the listener, or cannot be played to its end yet.
func (s *reelSource) clip(ctx context.Context, id domain.ClipID) (*domain.Clip, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // nothing is what there is
	}
	if c, read := s.clips[id]; read {
		return c, nil
	}
	c, err := s.h.gate(ctx, string(id), domain.ActionWatch)
	if domain.KindOf(err) == domain.KindNotFound {
		s.clips[id] = nil
		return nil, nil //nolint:nilnil // nothing is what there is
	} else if err != nil {
		return nil, err
	}
	if c.State != domain.ClipReady {
		s.clips[id] = nil
		return nil, nil //nolint:nilnil // as above
	}
	t, err := s.h.Transcripts.Transcript(ctx, id)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	var fillers []domain.Span
	for _, f := range s.h.Formats.Fillers(t) {
		fillers = append(fillers, f.Span)
	}
	skip := reel.Skips(s.h.silences(c, t), fillers, c.DurationMS)
	s.clips[id], s.known[id] = &c, reel.Known{Skip: append(skip, domain.CutSpans(c.Cuts)...)}
	return &c, nil
}

// heard adds what the listener has heard already, and takes out what they have read.
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
	var refs []string
	for _, it := range s.items {
		if it.ReadMS > 0 {
			refs = append(refs, it.Ref)
		}
	}
	read, err := s.h.Rounds.Read(ctx, s.who.AccountID, refs)
	if err != nil {
		return fmt.Errorf("read what was read: %w", err)
	}
	s.items = slices.DeleteFunc(s.items, func(it reel.Item) bool { return it.ReadMS > 0 && slices.Contains(read, it.Ref) })
	return nil
}
