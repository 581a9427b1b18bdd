package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds"
	"baton/rounds/worktime"
)

const noOccurrence = "there is no such occurrence of a round"

func (h *handlers) ListOccurrences(ctx context.Context, q gen.ListOccurrencesRequestObject) (gen.ListOccurrencesResponseObject, error) {
	_, r, err := h.round(ctx, q.RoundId)
	if err != nil {
		return nil, err
	}
	limit := or(q.Params.Limit, 20)
	all, err := h.Rounds.Occurrences(ctx, r.ID, domain.OccurrenceID(or(q.Params.Cursor, "")), limit)
	if err != nil {
		return nil, fmt.Errorf("list occurrences: %w", err)
	}
	shown, err := h.seenAll(ctx, []domain.Round{r}, all)
	if err != nil {
		return nil, err
	}
	out := gen.ListOccurrences200JSONResponse{Occurrences: shown}
	if len(all) == limit {
		out.NextCursor = nonZero(string(all[limit-1].ID))
	}
	return out, nil
}

func (h *handlers) ListRecentOccurrences(ctx context.Context, q gen.ListRecentOccurrencesRequestObject) (gen.ListRecentOccurrencesResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Rounds.List(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list rounds: %w", err)
	}
	last, err := h.Rounds.LastOccurrences(ctx, who.WorkspaceID, "", or(q.Params.Each, 4))
	if err != nil {
		return nil, fmt.Errorf("list occurrences: %w", err)
	}
	shown, err := h.seenAll(ctx, all, last)
	return gen.ListRecentOccurrences200JSONResponse{Occurrences: shown}, err
}

func (h *handlers) GetOccurrence(ctx context.Context, q gen.GetOccurrenceRequestObject) (gen.GetOccurrenceResponseObject, error) {
	v, err := h.occurrence(ctx, q.OccurrenceId)
	if err != nil {
		return nil, err
	}
	return gen.GetOccurrence200JSONResponse(v.wire()), nil
}

// occurrenceView is an occurrence as one person sees it now.
type occurrenceView struct {
	who     caller
	url     string
	round   domain.Round
	now     time.Time
	windows map[domain.AccountID]rounds.Window
	zones   map[domain.AccountID]string

	domain.Occurrence
}

// occurrence reads one of the caller's workspace.
func (h *handlers) occurrence(ctx context.Context, id string) (*occurrenceView, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	o, r, err := h.Rounds.Occurrence(ctx, who.WorkspaceID, domain.OccurrenceID(id))
	if err != nil {
		return nil, named(err, "read occurrence", noOccurrence)
	}
	return h.seen(ctx, r, o)
}

func (h *handlers) seen(ctx context.Context, r domain.Round, o domain.Occurrence) (*occurrenceView, error) {
	at, err := h.calendars(ctx, []domain.Round{r})
	if err != nil {
		return nil, err
	}
	return h.occurrenceAt(ctx, r, o, at), nil
}

// seenAll shows occurrences of some rounds; everybody's hours are read once.
func (h *handlers) seenAll(ctx context.Context, of []domain.Round, all []domain.Occurrence) ([]gen.Occurrence, error) {
	at, err := h.calendars(ctx, of)
	if err != nil {
		return nil, err
	}
	out := []gen.Occurrence{}
	for _, o := range all {
		if i := slices.IndexFunc(of, func(r domain.Round) bool { return r.ID == o.RoundID }); i >= 0 {
			out = append(out, h.occurrenceAt(ctx, of[i], o, at).wire())
		}
	}
	return out, nil
}

// calendars are the members' of some rounds.
func (h *handlers) calendars(ctx context.Context, of []domain.Round) (map[domain.AccountID]*worktime.Calendar, error) {
	var ids []domain.AccountID
	for _, r := range of {
		for _, m := range r.Members {
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	schedules, err := h.Hours.Schedules(ctx, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("read hours: %w", err)
	}
	out := make(map[domain.AccountID]*worktime.Calendar, len(schedules))
	for id, s := range schedules {
		if out[id], err = worktime.New(s); err != nil {
			return nil, fmt.Errorf("read hours of %s: %w", id, err)
		}
	}
	return out, nil
}

func (h *handlers) occurrenceAt(ctx context.Context, r domain.Round, o domain.Occurrence, at map[domain.AccountID]*worktime.Calendar) *occurrenceView {
	v := &occurrenceView{
		who: callerOf(ctx), round: r, now: time.Now(), Occurrence: o, windows: map[domain.AccountID]rounds.Window{}, zones: map[domain.AccountID]string{},
		url: h.PublicURL.JoinPath("rounds", string(r.ID), string(o.ID)).String(),
	}
	if v.who.only != "" { // came by a mail to answer, not to read
		v.Answers = slices.DeleteFunc(v.Answers, func(a domain.Answer) bool { return a.Author.ID != v.who.AccountID })
	}
	for _, m := range r.Members {
		if c := at[m.ID]; c != nil {
			v.windows[m.ID], v.zones[m.ID] = rounds.WindowOf(r, o.On, c), c.Zone().String()
		}
	}
	return v
}

// answered tells whether a person has.
func (v *occurrenceView) answered(id domain.AccountID) bool {
	return slices.ContainsFunc(v.Answers, func(a domain.Answer) bool { return a.Author.ID == id })
}

func (v *occurrenceView) state(id domain.AccountID) rounds.MemberState {
	return rounds.StateOf(v.Occurrence, v.windows[id], id, v.now)
}

// over tells whether the caller's own time has ended.
func (v *occurrenceView) over() bool { return !v.now.Before(v.windows[v.who.AccountID].Closes) }

// mayEdit: an answer can be changed until it closes for its author.
func (v *occurrenceView) mayEdit() bool {
	return v.answered(v.who.AccountID) && v.round.Has(v.who.AccountID) && !v.over()
}

func (v *occurrenceView) mayAnswer() bool {
	return v.round.Has(v.who.AccountID) && (!v.answered(v.who.AccountID) || v.mayEdit())
}

func (v *occurrenceView) wire() gen.Occurrence {
	out := gen.Occurrence{
		Id: string(v.ID), RoundId: string(v.RoundID), RoundName: v.round.Name, Url: v.url, On: string(v.On), OpenedAt: v.OpenedAt.UTC(), ClosedAt: utc(v.ClosedAt),
		Sections: sectionsOf(v.round.Sections), Members: []gen.OccurrenceMember{}, Answers: []gen.Answer{}, MayAnswer: v.mayAnswer(), MayEdit: v.mayEdit(),
	}
	for _, m := range v.round.Members {
		if v.who.only != "" && m.ID != v.who.AccountID {
			continue // whose answers are not shown, of those nothing can be said that is true
		}
		w := v.windows[m.ID]
		out.Members = append(out.Members, gen.OccurrenceMember{
			Person: gen.Person{Id: string(m.ID), Name: m.Name}, TimeZone: v.zones[m.ID], OpensAt: w.Opens.UTC(), ClosesAt: w.Closes.UTC(),
			State: gen.OccurrenceMemberState(v.state(m.ID)),
		})
	}
	for _, a := range v.Answers {
		out.Answers = append(out.Answers, answerOf(a))
	}
	return out
}

func answerOf(a domain.Answer) gen.Answer {
	out := gen.Answer{
		Id: string(a.ID), Author: gen.Person{Id: string(a.Author.ID), Name: a.Author.Name}, Parts: []gen.AnswerPart{},
		CreatedAt: a.CreatedAt.UTC(), UpdatedAt: a.UpdatedAt.UTC(), Late: a.Late,
	}
	for _, p := range a.Parts {
		out.Parts = append(out.Parts, gen.AnswerPart{
			Section: p.Section, Text: nonZero(p.Text), ClipId: nonZero(string(p.ClipID)), StartMs: nonZero(p.StartMS), EndMs: nonZero(p.EndMS),
		})
	}
	return out
}

func (h *handlers) PutAnswer(ctx context.Context, q gen.PutAnswerRequestObject) (gen.PutAnswerResponseObject, error) {
	v, err := h.occurrence(ctx, q.OccurrenceId)
	if err != nil {
		return nil, err
	}
	switch {
	case !v.round.Has(v.who.AccountID):
		return nil, domain.Errorf(domain.KindForbidden, "only members of the round answer it")
	case !v.mayAnswer():
		return nil, domain.Errorf(domain.KindConflict, "the round has closed for you: what you said stays")
	}
	a := domain.Answer{
		ID: domain.NewID[domain.AnswerID](), OccurrenceID: v.ID, Author: domain.Account{ID: v.who.AccountID}, UpdatedAt: v.now, Late: v.over(),
	}
	if a.Parts, err = partsFrom(q.Body.Parts); err != nil {
		return nil, err
	}
	if err := a.Check(v.round.Sections); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if err := h.bring(ctx, a.Parts); err != nil {
		return nil, err
	}
	if err := h.Rounds.Answer(ctx, v.who.WorkspaceID, a); err != nil {
		return nil, named(err, "keep answer", noOccurrence)
	}
	if v, err = h.occurrence(ctx, q.OccurrenceId); err != nil {
		return nil, err
	}
	return gen.PutAnswer200JSONResponse(v.wire()), nil
}

func partsFrom(in []gen.AnswerPart) ([]domain.AnswerPart, error) {
	out := make([]domain.AnswerPart, len(in))
	for i, p := range in {
		text, err := cleanLines("text", or(p.Text, ""))
		if err != nil {
			return nil, err
		}
		out[i] = domain.AnswerPart{Section: p.Section, Text: text, ClipID: domain.ClipID(or(p.ClipId, "")), StartMS: or(p.StartMs, 0), EndMS: or(p.EndMs, 0)}
	}
	return out, nil
}

// bring makes own clips part of an answer: each section ends where the next begins, and whoever is in the workspace may watch.
func (h *handlers) bring(ctx context.Context, parts []domain.AnswerPart) error {
	byClip := map[domain.ClipID][]*domain.AnswerPart{}
	for i := range parts {
		if p := &parts[i]; p.ClipID != "" {
			byClip[p.ClipID] = append(byClip[p.ClipID], p)
		}
	}
	for id, of := range byClip {
		c, err := h.gate(ctx, string(id), domain.ActionEdit)
		if err != nil {
			return err
		}
		slices.SortFunc(of, func(a, b *domain.AnswerPart) int { return cmp.Compare(a.StartMS, b.StartMS) })
		for i, p := range of[:len(of)-1] {
			if p.EndMS == 0 && of[i+1].StartMS > p.StartMS {
				p.EndMS = of[i+1].StartMS
			}
		}
		if err := h.showWorkspace(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (h *handlers) WithdrawAnswer(ctx context.Context, q gen.WithdrawAnswerRequestObject) (gen.WithdrawAnswerResponseObject, error) {
	v, err := h.occurrence(ctx, q.OccurrenceId)
	if err != nil {
		return nil, err
	}
	if !v.answered(v.who.AccountID) {
		return nil, domain.Errorf(domain.KindNotFound, "you have not answered")
	}
	if !v.mayEdit() {
		return nil, domain.Errorf(domain.KindConflict, "the round has closed for you: what you said stays")
	}
	if err := h.Rounds.Withdraw(ctx, v.who.WorkspaceID, v.ID, v.who.AccountID); err != nil {
		return nil, named(err, "withdraw answer", noOccurrence)
	}
	if v, err = h.occurrence(ctx, q.OccurrenceId); err != nil {
		return nil, err
	}
	return gen.WithdrawAnswer200JSONResponse(v.wire()), nil
}

func (h *handlers) GetRecord(ctx context.Context, q gen.GetRecordRequestObject) (gen.GetRecordResponseObject, error) {
	v, err := h.occurrence(ctx, q.OccurrenceId)
	if err != nil {
		return nil, err
	}
	rec, err := h.Rounds.Record(ctx, v.who.Viewer, v.ID, v.now)
	if err != nil {
		return nil, named(err, "read record", noOccurrence)
	}
	rec.ClipURL = h.momentURL
	text := rec.Markdown()
	return gen.GetRecord200TextmarkdownResponse{Body: strings.NewReader(text), ContentLength: int64(len(text))}, nil
}

// outcomes reads what came of an occurrence.
func (h *handlers) outcomes(ctx context.Context, v *occurrenceView, rec *rounds.Record) (err error) {
	w := v.who.WorkspaceID
	if v.who.only != "" { // came by a mail to answer, not to read
		return nil
	}
	if rec.Asks, err = h.Asks.List(ctx, w, domain.AskFilter{Occurrence: v.ID, ReadBy: v.who.Viewer}); err != nil {
		return fmt.Errorf("list asks: %w", err)
	}
	if rec.Decisions, err = h.Decisions.Of(ctx, w, v.ID); err != nil {
		return fmt.Errorf("list decisions: %w", err)
	}
	if rec.Blockers, err = h.Blockers.Of(ctx, w, v.ID); err != nil {
		return fmt.Errorf("list blockers: %w", err)
	}
	return nil
}

// spoken reads what was said in a clip that the caller may watch; nothing when they may not, or it is gone.
func (h *handlers) spoken(ctx context.Context, id domain.ClipID) (domain.Transcript, error) {
	c, err := h.gate(ctx, string(id), domain.ActionWatch)
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.Transcript{}, nil
	} else if err != nil {
		return domain.Transcript{}, err
	}
	t, err := h.Transcripts.Transcript(ctx, c.ID)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return t, fmt.Errorf("read transcript: %w", err)
	}
	return t.Shown(&c), nil
}

func (h *handlers) GetMyDue(ctx context.Context, _ gen.GetMyDueRequestObject) (gen.GetMyDueResponseObject, error) {
	items, err := h.due(ctx)
	if err != nil {
		return nil, err
	}
	return gen.GetMyDue200JSONResponse{Due: items}, nil
}

// due lists what waits for the caller, what falls due first before the rest.
func (h *handlers) due(ctx context.Context) ([]gen.DueItem, error) {
	out := []gen.DueItem{}
	who := callerOf(ctx)
	open, err := h.Rounds.OpenFor(ctx, who.Viewer)
	if err != nil {
		return nil, fmt.Errorf("list open rounds: %w", err)
	}
	for _, o := range open {
		v, err := h.occurrence(ctx, string(o.ID))
		if err != nil {
			return nil, err
		}
		if v.state(who.AccountID) == rounds.MemberOpen {
			out = append(out, gen.DueItem{Kind: gen.DueItemKindRound, Id: string(o.ID), Title: v.round.Name, DueAt: v.windows[who.AccountID].Closes.UTC(), Url: v.url})
		}
	}
	asked, err := h.Asks.List(ctx, who.WorkspaceID, domain.AskFilter{Owner: who.AccountID, Open: true})
	if err != nil {
		return nil, fmt.Errorf("list asks: %w", err)
	}
	for _, a := range asked {
		if !a.DueAt.IsZero() {
			out = append(out, gen.DueItem{Kind: gen.DueItemKindAsk, Id: string(a.ID), Title: a.Author.Name + ": " + a.Body, DueAt: a.DueAt.UTC(), Url: h.askOf(who, a).Url})
		}
	}
	slices.SortFunc(out, func(a, b gen.DueItem) int { return a.DueAt.Compare(b.DueAt) })
	return out, nil
}
