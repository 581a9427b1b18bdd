package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds"
	"baton/rounds/cadence"
)

// roundStore keeps rounds, their occurrences and answers. Each change is an event.
type roundStore interface {
	List(ctx context.Context, w domain.WorkspaceID) ([]domain.Round, error)
	// Get reads one. KindNotFound.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.RoundID) (domain.Round, error)
	// Create and Update take of the members those who belong to the workspace.
	Create(ctx context.Context, r domain.Round) error
	Update(ctx context.Context, r domain.Round) error
	// Delete ends one. KindNotFound.
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.RoundID) error
	// Occurrences lists the newest first, older than before if that is given.
	Occurrences(ctx context.Context, id domain.RoundID, before domain.OccurrenceID, limit int) ([]domain.Occurrence, error)
	// LastOccurrences lists the last of each round, or of each of a space, up to so many of each, the newest first.
	LastOccurrences(ctx context.Context, w domain.WorkspaceID, in domain.SpaceID, most int) ([]domain.Occurrence, error)
	// Occurrence reads one with its round. KindNotFound.
	Occurrence(ctx context.Context, w domain.WorkspaceID, id domain.OccurrenceID) (domain.Occurrence, domain.Round, error)
	// OfAnswer finds the occurrence that a clip last answered, for what is said in it or in a comment on it. Empty: none, or it is said in private.
	OfAnswer(ctx context.Context, w domain.WorkspaceID, at domain.Source) (domain.OccurrenceID, error)
	// Answer keeps one in place of the author's last. KindNotFound.
	Answer(ctx context.Context, w domain.WorkspaceID, a domain.Answer) error
	// Withdraw takes one back. KindNotFound.
	Withdraw(ctx context.Context, w domain.WorkspaceID, id domain.OccurrenceID, author domain.AccountID) error
	// OpenFor lists the open occurrences that a person has not answered.
	OpenFor(ctx context.Context, v domain.Viewer) ([]domain.Occurrence, error)
	// Recent lists the occurrences of a person's rounds that opened after a moment.
	Recent(ctx context.Context, v domain.Viewer, since time.Time) ([]domain.Occurrence, error)
	// Record gathers the written record as a viewer may read it. KindNotFound.
	Record(ctx context.Context, v domain.Viewer, id domain.OccurrenceID, now time.Time) (rounds.Record, error)
	// PutDueFeed gives the calendar of what is due to a person a new address, by the hash of its secret; DeleteDueFeed ends it; DueFeedSince is
	// when it was made, zero: there is none; DueFeedOwner finds whose an address is: KindNotFound.
	PutDueFeed(ctx context.Context, v domain.Viewer, tokenHash []byte) error
	DeleteDueFeed(ctx context.Context, v domain.Viewer) error
	DueFeedSince(ctx context.Context, v domain.Viewer) (time.Time, error)
	DueFeedOwner(ctx context.Context, tokenHash []byte) (domain.Viewer, error)
	// AnswerLink reads the link of a mail by the hash of its secret. KindNotFound.
	// MailLink lets the person of an address be mailed their link to answer, if they are a member and can.
	MailLink(ctx context.Context, id domain.OccurrenceID, email string, now time.Time) error
	AnswerLink(ctx context.Context, tokenHash []byte) (domain.AnswerLink, error)
	// Nudges lists what a person was told, the newest first.
	Nudges(ctx context.Context, v domain.Viewer, limit int) ([]domain.Nudge, error)
	// Heard and AddHeard keep what a person has heard of clips.
	Heard(ctx context.Context, who domain.AccountID, clips []domain.ClipID) (map[domain.ClipID][]domain.Span, error)
	AddHeard(ctx context.Context, who domain.AccountID, clip domain.ClipID, spans []domain.Span) error
	// Read tells which written pieces a person has read of these, AddRead notes more.
	Read(ctx context.Context, who domain.AccountID, refs []string) ([]string, error)
	AddRead(ctx context.Context, who domain.AccountID, refs []string) error
	// Bookmark reads where somebody was in a reel, of an occurrence's or a space's id, or empty; false: nowhere.
	Bookmark(ctx context.Context, v domain.Viewer, reel string) (domain.Bookmark, bool, error)
	// PutBookmark keeps where somebody is, the zero one takes it away; it gives the moment at which it is kept.
	PutBookmark(ctx context.Context, v domain.Viewer, reel string, b domain.Bookmark) (time.Time, error)
}

const noRound = "there is no such round"

func (h *handlers) ListRoundTemplates(context.Context, gen.ListRoundTemplatesRequestObject) (gen.ListRoundTemplatesResponseObject, error) {
	out := gen.ListRoundTemplates200JSONResponse{Templates: []gen.RoundTemplate{}}
	for _, t := range rounds.Templates() {
		out.Templates = append(out.Templates, gen.RoundTemplate{
			Key: t.Key, Name: t.Name, Sections: sectionsOf(t.Sections), Rule: t.Rule, Opens: t.Opens.String(), Closes: t.Closes.String(), CloseAfterDays: t.CloseAfterDays,
		})
	}
	return out, nil
}

func (h *handlers) ListRounds(ctx context.Context, _ gen.ListRoundsRequestObject) (gen.ListRoundsResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Rounds.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list rounds: %w", err)
	}
	out := gen.ListRounds200JSONResponse{Rounds: []gen.Round{}}
	for _, r := range all {
		out.Rounds = append(out.Rounds, h.roundOf(who, r))
	}
	return out, nil
}

// round reads one of the caller's workspace.
func (h *handlers) round(ctx context.Context, id string) (caller, domain.Round, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, domain.Round{}, err
	}
	r, err := h.Rounds.Get(ctx, who.WorkspaceID, domain.RoundID(id))
	if err != nil {
		return who, r, named(err, "read round", noRound)
	}
	return who, r, nil
}

// managed reads one that the caller may change.
func (h *handlers) managed(ctx context.Context, id string) (caller, domain.Round, error) {
	who, r, err := h.round(ctx, id)
	if err == nil && !r.MayManage(who.Viewer) {
		err = domain.Errorf(domain.KindForbidden, "only whoever made the round or an admin may do that")
	}
	return who, r, err
}

func (h *handlers) GetRound(ctx context.Context, q gen.GetRoundRequestObject) (gen.GetRoundResponseObject, error) {
	who, r, err := h.round(ctx, q.RoundId)
	if err != nil {
		return nil, err
	}
	return gen.GetRound200JSONResponse(h.roundOf(who, r)), nil
}

func (h *handlers) CreateRound(ctx context.Context, q gen.CreateRoundRequestObject) (gen.CreateRoundResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	r, err := fromTemplate(q.Body.Template)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	r.ID, r.WorkspaceID, r.CreatedBy, r.CreatedAt = domain.NewID[domain.RoundID](), who.WorkspaceID, who.AccountID, now
	r.StartsOn, r.RemindBefore = domain.DateOf(now.UTC()), time.Hour
	b := q.Body
	err = changeRound(&r, gen.RoundPatch{
		Name: b.Name, SpaceId: b.SpaceId, Sections: b.Sections, Rule: b.Rule, StartsOn: b.StartsOn, Opens: b.Opens, Closes: b.Closes,
		CloseAfterDays: b.CloseAfterDays, RemindMinutes: b.RemindMinutes, Members: &b.Members,
	})
	if err != nil {
		return nil, err
	}
	if err := h.checkSpace(ctx, who, r.SpaceID); err != nil {
		return nil, err
	}
	if err := h.Rounds.Create(ctx, r); err != nil {
		return nil, fmt.Errorf("make round: %w", err)
	}
	_, r, err = h.round(ctx, string(r.ID))
	return gen.CreateRound201JSONResponse(h.roundOf(who, r)), err
}

// fromTemplate begins a round.
func fromTemplate(key string) (domain.Round, error) {
	if key == rounds.Own {
		return domain.Round{Template: key, Name: "Round", Rule: rounds.Templates()[0].Rule, Opens: 9 * 60, Closes: 17 * 60}, nil
	}
	for _, t := range rounds.Templates() {
		if t.Key == key {
			return domain.Round{Template: key, Name: t.Name, Sections: t.Sections, Rule: t.Rule, Opens: t.Opens, Closes: t.Closes, CloseAfterDays: t.CloseAfterDays}, nil
		}
	}
	return domain.Round{}, domain.Errorf(domain.KindInvalid, "there is no template %q", key)
}

// changeRound applies what is given and refuses a round that could not be held.
func changeRound(r *domain.Round, p gen.RoundPatch) (err error) {
	if p.Name != nil {
		if r.Name, err = cleanName(*p.Name); err != nil {
			return err
		}
	}
	if p.Opens != nil {
		if r.Opens, err = domain.ParseClockTime(*p.Opens); err != nil {
			return err //nolint:wrapcheck // words for people
		}
	}
	if p.Closes != nil {
		if r.Closes, err = domain.ParseClockTime(*p.Closes); err != nil {
			return err //nolint:wrapcheck // words for people
		}
	}
	if p.Sections != nil {
		r.Sections = sectionsFrom(*p.Sections)
	}
	if p.Members != nil {
		r.Members = nil
		for _, id := range *p.Members {
			r.Members = append(r.Members, domain.Account{ID: domain.AccountID(id)})
		}
	}
	r.SpaceID = domain.SpaceID(or(p.SpaceId, string(r.SpaceID)))
	r.StartsOn = domain.Date(or(p.StartsOn, string(r.StartsOn)))
	r.CloseAfterDays, r.Paused = or(p.CloseAfterDays, r.CloseAfterDays), or(p.Paused, r.Paused)
	r.RemindBefore = time.Duration(or(p.RemindMinutes, int(r.RemindBefore/time.Minute))) * time.Minute
	rule, err := cadence.Parse(or(p.Rule, r.Rule))
	if err != nil {
		return err //nolint:wrapcheck // words for people
	}
	r.Rule = rule.String()
	return r.Check() //nolint:wrapcheck // words for people
}

// checkSpace refuses a space that is not the workspace's. KindNotFound.
func (h *handlers) checkSpace(ctx context.Context, who caller, id domain.SpaceID) error {
	if id == "" {
		return nil
	}
	all, err := h.Spaces.List(ctx, who.WorkspaceID)
	if err != nil {
		return fmt.Errorf("list spaces: %w", err)
	}
	if !slices.ContainsFunc(all, func(s domain.Space) bool { return s.ID == id }) {
		return domain.Errorf(domain.KindNotFound, noSpace)
	}
	return nil
}

func (h *handlers) UpdateRound(ctx context.Context, q gen.UpdateRoundRequestObject) (gen.UpdateRoundResponseObject, error) {
	who, r, err := h.managed(ctx, q.RoundId)
	if err != nil {
		return nil, err
	}
	if err := changeRound(&r, *q.Body); err != nil {
		return nil, err
	}
	if err := h.checkSpace(ctx, who, r.SpaceID); err != nil {
		return nil, err
	}
	if err := h.Rounds.Update(ctx, r); err != nil {
		return nil, named(err, "change round", noRound)
	}
	_, r, err = h.round(ctx, q.RoundId)
	return gen.UpdateRound200JSONResponse(h.roundOf(who, r)), err
}

func (h *handlers) DeleteRound(ctx context.Context, q gen.DeleteRoundRequestObject) (gen.DeleteRoundResponseObject, error) {
	who, r, err := h.managed(ctx, q.RoundId)
	if err != nil {
		return nil, err
	}
	if err := h.Rounds.Delete(ctx, who.WorkspaceID, r.ID); err != nil {
		return nil, named(err, "delete round", noRound)
	}
	return gen.DeleteRound204Response{}, nil
}

func (h *handlers) roundOf(who caller, r domain.Round) gen.Round {
	out := gen.Round{
		Id: string(r.ID), Url: h.PublicURL.JoinPath("rounds", string(r.ID)).String(), Name: r.Name, Template: r.Template, SpaceId: nonZero(string(r.SpaceID)),
		Sections: sectionsOf(r.Sections), Rule: r.Rule, StartsOn: string(r.StartsOn), Opens: r.Opens.String(), Closes: r.Closes.String(),
		CloseAfterDays: r.CloseAfterDays, RemindMinutes: int(r.RemindBefore / time.Minute), Members: []gen.Person{}, Paused: r.Paused,
		CreatedAt: r.CreatedAt.UTC(), MayManage: r.MayManage(who.Viewer), Mine: r.Has(who.AccountID),
	}
	for _, m := range r.Members {
		out.Members = append(out.Members, gen.Person{Id: string(m.ID), Name: m.Name})
	}
	if rule, err := cadence.Parse(r.Rule); err == nil && !r.Paused {
		today := domain.DateOf(time.Now().UTC())
		if next := rule.Between(r.StartsOn, today, today.Plus(366)); len(next) > 0 {
			out.NextOn = nonZero(string(next[0]))
		}
	}
	return out
}

func sectionsOf(all []domain.Section) []gen.RoundSection {
	out := make([]gen.RoundSection, len(all))
	for i, s := range all {
		out[i] = gen.RoundSection{Key: s.Key, Title: s.Title, Prompt: nonZero(s.Prompt), Seconds: nonZero(s.Seconds), Blockers: nonZero(s.Blockers)}
	}
	return out
}

func sectionsFrom(all []gen.RoundSection) []domain.Section {
	out := make([]domain.Section, len(all))
	for i, s := range all {
		out[i] = domain.Section{
			Key: s.Key, Title: strings.TrimSpace(s.Title), Prompt: strings.TrimSpace(or(s.Prompt, "")), Seconds: or(s.Seconds, 0), Blockers: or(s.Blockers, false),
		}
	}
	return out
}
