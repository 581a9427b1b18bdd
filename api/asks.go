package api

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// asks keeps what people want of each other. Each change is an event for the two whom it is about.
type asks interface {
	// UrgentPosts tells to how many channels each of the asks went, and where it has arrived.
	UrgentPosts(ctx context.Context, w domain.WorkspaceID, ids []domain.AskID) (map[domain.AskID]domain.Posted, error)
	Norms(ctx context.Context, w domain.WorkspaceID) (domain.Norms, error)
	SetNorms(ctx context.Context, w domain.WorkspaceID, n domain.Norms) error
	Create(ctx context.Context, a domain.Ask) error
	// Get reads one that the viewer may see. KindNotFound.
	Get(ctx context.Context, v domain.Viewer, id domain.AskID) (domain.Ask, error)
	List(ctx context.Context, w domain.WorkspaceID, f domain.AskFilter) ([]domain.Ask, error)
	// Answer and Withdraw settle one. KindConflict when it is not open any more.
	Answer(ctx context.Context, v domain.Viewer, a domain.Ask) error
	Withdraw(ctx context.Context, v domain.Viewer, id domain.AskID) error
	// SettledProposals lists the moments of a clip whose proposal was accepted or dismissed.
	SettledProposals(ctx context.Context, id domain.ClipID) ([]int64, error)
	DismissProposal(ctx context.Context, id domain.ClipID, startMS int64) error
}

const noAsk = "there is no such ask"

func (h *handlers) GetNorms(ctx context.Context, _ gen.GetNormsRequestObject) (gen.GetNormsResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	n, err := h.Asks.Norms(ctx, who.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read norms: %w", err)
	}
	return gen.GetNorms200JSONResponse(normsOf(n)), nil
}

func (h *handlers) PutNorms(ctx context.Context, r gen.PutNormsRequestObject) (gen.PutNormsResponseObject, error) {
	who, err := admin(ctx)
	if err != nil {
		return nil, err
	}
	b := r.Body
	n := domain.Norms{
		UrgentHours: b.UrgentHours, StandardDays: b.StandardDays, RelaxedDays: b.RelaxedDays, Escalation: domain.Escalation(b.Escalation),
		EscalateTo: domain.AccountID(or(b.EscalateTo, "")), EscalateAfter: time.Duration(b.EscalateHours) * time.Hour,
		HourCost: or(b.HourCost, 0), Currency: or(b.Currency, domain.DefaultNorms().Currency),
	}
	if err := n.Check(); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if n.Escalation != domain.EscalatePerson {
		n.EscalateTo = ""
	} else if _, err := h.colleague(ctx, string(n.EscalateTo)); err != nil {
		return nil, err
	}
	if err := h.Asks.SetNorms(ctx, who.WorkspaceID, n); err != nil {
		return nil, fmt.Errorf("set norms: %w", err)
	}
	return gen.PutNorms200JSONResponse(normsOf(n)), nil
}

func normsOf(n domain.Norms) gen.Norms {
	return gen.Norms{
		UrgentHours: n.UrgentHours, StandardDays: n.StandardDays, RelaxedDays: n.RelaxedDays, Escalation: gen.NormsEscalation(n.Escalation),
		EscalateTo: nonZero(string(n.EscalateTo)), EscalateHours: int(n.EscalateAfter / time.Hour), HourCost: nonZero(n.HourCost), Currency: nonZero(n.Currency),
	}
}

func (h *handlers) ListAsks(ctx context.Context, r gen.ListAsksRequestObject) (gen.ListAsksResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	f := domain.AskFilter{Owner: who.AccountID, Open: or(r.Params.State, "open") == "open"}
	if or(r.Params.Box, "mine") == "sent" {
		f.Owner, f.Author = "", who.AccountID
	}
	all, err := h.Asks.List(ctx, who.WorkspaceID, f)
	if err != nil {
		return nil, fmt.Errorf("list asks: %w", err)
	}
	out := gen.ListAsks200JSONResponse{Asks: []gen.Ask{}}
	for _, a := range all {
		out.Asks = append(out.Asks, h.askOf(who, a))
	}
	return out, nil
}

func (h *handlers) CreateAsk(ctx context.Context, r gen.CreateAskRequestObject) (gen.CreateAskResponseObject, error) {
	owner, err := h.colleague(ctx, r.Body.OwnerId)
	if err != nil {
		return nil, err
	}
	who, b := callerOf(ctx), r.Body
	a := domain.Ask{
		ID: domain.NewID[domain.AskID](), WorkspaceID: who.WorkspaceID, Author: domain.Account{ID: who.AccountID}, Owner: owner.Account,
		Class: domain.ReplyClass(or(b.Class, gen.ReplyClass(domain.ReplyStandard))), AskedAt: time.Now(), State: domain.AskOpen,
	}
	if a.Body, err = cleanLines("ask", b.Body); err != nil {
		return nil, err
	}
	if a.Reason, err = cleanLine("reason", or(b.Reason, "")); err != nil {
		return nil, err
	}
	if err := a.Check(); err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if a.Source, a.Origin, err = h.said(ctx, saidAt{b.ClipId, b.CommentId, b.OccurrenceId, b.StartMs, b.EndMs, b.Spoken}); err != nil {
		return nil, err
	}
	if err := h.reckon(ctx, &a); err != nil {
		return nil, err
	}
	if err := h.Asks.Create(ctx, a); err != nil {
		return nil, fmt.Errorf("keep ask: %w", err)
	}
	_, a, err = h.ask(ctx, string(a.ID))
	return gen.CreateAsk201JSONResponse(h.askOf(who, a)), err
}

// reckon finds out when an ask reaches its owner, and when the answer falls due, in the owner's hours. What is urgent
// reaches them at once.
func (h *handlers) reckon(ctx context.Context, a *domain.Ask) error {
	_, c, err := h.calendar(ctx, a.Owner.ID)
	if err != nil {
		return err
	}
	norms, err := h.Asks.Norms(ctx, a.WorkspaceID)
	if err != nil {
		return fmt.Errorf("read norms: %w", err)
	}
	a.DueAt, _ = c.Due(norms, a.Class, a.AskedAt)
	if a.ReachedAt, _ = c.NextReachable(a.AskedAt); a.Class == domain.ReplyUrgent {
		a.ReachedAt = a.AskedAt
	}
	return nil
}

// saidAt is where something was said, as requests have it.
type saidAt struct {
	clip, comment, occurrence *string
	start, end                *int64
	spoken                    *bool
}

// said reads where an ask, a decision or a blocker was said; only what the caller may see. KindNotFound.
func (h *handlers) said(ctx context.Context, in saidAt) (domain.Source, domain.Origin, error) {
	s := domain.Source{
		ClipID: domain.ClipID(or(in.clip, "")), StartMS: or(in.start, 0), EndMS: or(in.end, 0),
		CommentID: domain.CommentID(or(in.comment, "")), OccurrenceID: domain.OccurrenceID(or(in.occurrence, "")),
	}
	origin := domain.OriginHand
	if or(in.spoken, false) {
		origin = domain.OriginSpoken
	}
	switch {
	case s.EndMS != 0 && s.EndMS < s.StartMS:
		return s, origin, domain.Errorf(domain.KindInvalid, "end_ms lies before start_ms")
	case s.ClipID == "" && (s.StartMS != 0 || s.EndMS != 0 || s.CommentID != "" || origin == domain.OriginSpoken):
		return s, origin, domain.Errorf(domain.KindInvalid, "a moment or a comment needs its clip_id")
	}
	if s.CommentID != "" {
		if _, _, err := h.comment(ctx, string(s.ClipID), string(s.CommentID)); err != nil {
			return s, origin, err
		}
	} else if s.ClipID != "" {
		if _, err := h.gate(ctx, string(s.ClipID), domain.ActionWatch); err != nil {
			return s, origin, err
		}
	}
	return s, origin, h.ofRound(ctx, &s)
}

// ofRound checks the occurrence in which something came up; what is said of an answer came up in the occurrence that it answers.
func (h *handlers) ofRound(ctx context.Context, s *domain.Source) (err error) {
	switch {
	case s.OccurrenceID != "":
		_, err = h.occurrence(ctx, string(s.OccurrenceID))
		return err
	case s.ClipID != "":
		if s.OccurrenceID, err = h.Rounds.OfAnswer(ctx, callerOf(ctx).WorkspaceID, *s); err != nil {
			return fmt.Errorf("find what the clip answers: %w", err)
		}
	}
	return nil
}

// ask reads one that the caller may see.
func (h *handlers) ask(ctx context.Context, id string) (caller, domain.Ask, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, domain.Ask{}, err
	}
	a, err := h.Asks.Get(ctx, who.Viewer, domain.AskID(id))
	if err != nil {
		return who, a, named(err, "read ask", noAsk)
	}
	return who, a, nil
}

func (h *handlers) GetAsk(ctx context.Context, r gen.GetAskRequestObject) (gen.GetAskResponseObject, error) {
	who, a, err := h.ask(ctx, r.AskId)
	if err != nil {
		return nil, err
	}
	return gen.GetAsk200JSONResponse(h.askOf(who, a)), nil
}

func (h *handlers) AnswerAsk(ctx context.Context, r gen.AnswerAskRequestObject) (gen.AnswerAskResponseObject, error) {
	who, a, err := h.ask(ctx, r.AskId)
	if err != nil {
		return nil, err
	}
	if a.Owner.ID != who.AccountID {
		return nil, domain.Errorf(domain.KindForbidden, "only %s is asked", a.Owner.Name)
	}
	if a.Answer, err = cleanLines("answer", or(r.Body.Text, "")); err != nil {
		return nil, err
	}
	a.AnswerClip, a.AnsweredAt = domain.ClipID(or(r.Body.ClipId, "")), time.Now()
	if a.Answer == "" && a.AnswerClip == "" {
		return nil, domain.Errorf(domain.KindInvalid, "an answer has words or a clip")
	}
	if a.AnswerClip != "" {
		c, err := h.gate(ctx, string(a.AnswerClip), domain.ActionEdit)
		if err != nil {
			return nil, err
		}
		if err := h.showWorkspace(ctx, c); err != nil {
			return nil, err
		}
	}
	if err := h.Asks.Answer(ctx, who.Viewer, a); err != nil {
		return nil, named(err, "answer ask", noAsk)
	}
	_, a, err = h.ask(ctx, r.AskId)
	return gen.AnswerAsk200JSONResponse(h.askOf(who, a)), err
}

// showWorkspace lets the members of the workspace watch a clip that only its owner could.
func (h *handlers) showWorkspace(ctx context.Context, c domain.Clip) error {
	if c.Visibility != domain.VisiblePrivate {
		return nil
	}
	wider := domain.VisibleWorkspace
	if err := h.Clips.Update(ctx, c.ID, domain.ClipPatch{Visibility: &wider}); err != nil {
		return named(err, "show clip to the workspace", noClip)
	}
	return nil
}

func (h *handlers) WithdrawAsk(ctx context.Context, r gen.WithdrawAskRequestObject) (gen.WithdrawAskResponseObject, error) {
	who, a, err := h.ask(ctx, r.AskId)
	if err != nil {
		return nil, err
	}
	if a.Author.ID != who.AccountID {
		return nil, domain.Errorf(domain.KindForbidden, "only who asked may take an ask back")
	}
	if err := h.Asks.Withdraw(ctx, who.Viewer, a.ID); err != nil {
		return nil, named(err, "withdraw ask", noAsk)
	}
	_, a, err = h.ask(ctx, r.AskId)
	return gen.WithdrawAsk200JSONResponse(h.askOf(who, a)), err
}

func (h *handlers) GetBreakGlass(ctx context.Context, r gen.GetBreakGlassRequestObject) (gen.GetBreakGlassResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	from, err := time.Parse("2006-01", r.Params.Month)
	if err != nil {
		return nil, domain.Errorf(domain.KindInvalid, "%q is not a month like 2026-03", r.Params.Month)
	}
	all, err := h.Asks.List(ctx, who.WorkspaceID, domain.AskFilter{Urgent: true, Since: from, Until: from.AddDate(0, 1, 0)})
	if err != nil {
		return nil, fmt.Errorf("list urgent asks: %w", err)
	}
	ids := make([]domain.AskID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	posted, err := h.Asks.UrgentPosts(ctx, who.WorkspaceID, ids)
	if err != nil {
		return nil, fmt.Errorf("count what was posted: %w", err)
	}
	count := len(all)
	out := gen.GetBreakGlass200JSONResponse{Urgent: []gen.UrgentAsk{}, Count: &count}
	for _, a := range all {
		out.Urgent = append(out.Urgent, gen.UrgentAsk{
			Author: personOf(a.Author), Owner: personOf(a.Owner), Reason: a.Reason, AskedAt: a.AskedAt.UTC(), State: string(a.State), AnsweredAt: utc(a.AnsweredAt),
			Channels: posted[a.ID].Channels, Arrived: posted[a.ID].Arrived,
		})
	}
	return out, nil
}

func personOf(a domain.Account) gen.Person { return gen.Person{Id: string(a.ID), Name: a.Name} }

func (h *handlers) askOf(who caller, a domain.Ask) gen.Ask {
	open := a.State == domain.AskOpen
	return gen.Ask{
		Id: string(a.ID), Url: h.PublicURL.JoinPath("asks", string(a.ID)).String(), Author: personOf(a.Author), Owner: personOf(a.Owner), Body: a.Body,
		Class: gen.ReplyClass(a.Class), Reason: nonZero(a.Reason), State: gen.AskState(a.State), AskedAt: a.AskedAt.UTC(), ReachedAt: utc(a.ReachedAt),
		DueAt: utc(a.DueAt), Overdue: open && !a.DueAt.IsZero() && time.Now().After(a.DueAt), Answer: nonZero(a.Answer), AnswerClipId: nonZero(string(a.AnswerClip)),
		AnsweredAt: utc(a.AnsweredAt), RemindedAt: utc(a.RemindedAt), EscalatedAt: utc(a.EscalatedAt), Source: h.sourceOf(a.Source), Origin: gen.AskOrigin(a.Origin),
		MayAnswer: open && who.AccountID == a.Owner.ID, MayWithdraw: open && who.AccountID == a.Author.ID,
	}
}

func (h *handlers) sourceOf(s domain.Source) gen.Source {
	out := gen.Source{
		ClipId: nonZero(string(s.ClipID)), StartMs: s.StartMS, EndMs: s.EndMS, CommentId: nonZero(string(s.CommentID)), OccurrenceId: nonZero(string(s.OccurrenceID)),
	}
	if s.ClipID != "" {
		out.Url = nonZero(h.momentURL(s.ClipID, s.StartMS))
	}
	return out
}

// momentURL is the address of a clip at a time.
func (h *handlers) momentURL(c domain.ClipID, ms int64) string {
	if ms < 1000 {
		return h.clipURL(c)
	}
	return h.clipURL(c) + "?t=" + strconv.FormatInt(ms/1000, 10)
}
