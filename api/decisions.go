package api

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds"
)

// decisions keeps what was decided. Each change is an event.
type decisions interface {
	// Create keeps one. KindNotFound when the one that it supersedes is not there.
	Create(ctx context.Context, d domain.Decision) error
	// Get reads one. KindNotFound.
	Get(ctx context.Context, w domain.WorkspaceID, id domain.DecisionID) (domain.Decision, error)
	// List lists the newest first, those with all words of text if that is given, older than before.
	List(ctx context.Context, w domain.WorkspaceID, text string, before domain.DecisionID, limit int) ([]domain.Decision, error)
	// Of lists those of an occurrence.
	Of(ctx context.Context, w domain.WorkspaceID, o domain.OccurrenceID) ([]domain.Decision, error)
	// Update changes words and people. KindNotFound.
	Update(ctx context.Context, d domain.Decision) error
	// Delete removes one. KindNotFound.
	Delete(ctx context.Context, w domain.WorkspaceID, id domain.DecisionID) error
}

const noDecision = "there is no such decision"

func (h *handlers) ListDecisions(ctx context.Context, r gen.ListDecisionsRequestObject) (gen.ListDecisionsResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	limit := or(r.Params.Limit, 50)
	all, err := h.Decisions.List(ctx, who.WorkspaceID, or(r.Params.Q, ""), domain.DecisionID(or(r.Params.Cursor, "")), limit)
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	out := gen.ListDecisions200JSONResponse{Decisions: []gen.Decision{}}
	for _, d := range all {
		out.Decisions = append(out.Decisions, h.decisionOf(who, d))
	}
	if len(all) == limit {
		out.NextCursor = nonZero(string(all[limit-1].ID))
	}
	return out, nil
}

func (h *handlers) CreateDecision(ctx context.Context, r gen.CreateDecisionRequestObject) (gen.CreateDecisionResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	b := r.Body
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), WorkspaceID: who.WorkspaceID, Author: domain.Account{ID: who.AccountID}, DecidedAt: time.Now(),
		Supersedes: domain.DecisionID(or(b.Supersedes, "")),
	}
	if err := changeDecision(&d, gen.DecisionPatch{What: &b.What, Why: b.Why, Alternatives: b.Alternatives, People: b.People}); err != nil {
		return nil, err
	}
	if d.Source, d.Origin, err = h.said(ctx, saidAt{b.ClipId, b.CommentId, b.OccurrenceId, b.StartMs, b.EndMs, b.Spoken}); err != nil {
		return nil, err
	}
	if err := h.Decisions.Create(ctx, d); err != nil {
		return nil, named(err, "keep decision", "the decision that this one replaces, or its clip, is not there")
	}
	_, d, err = h.decision(ctx, string(d.ID))
	return gen.CreateDecision201JSONResponse(h.decisionOf(who, d)), err
}

func changeDecision(d *domain.Decision, p gen.DecisionPatch) (err error) {
	if p.What != nil {
		if d.What, err = cleanLine("decision", *p.What); err != nil {
			return err
		}
	}
	if p.Why != nil {
		if d.Why, err = cleanLines("reason", *p.Why); err != nil {
			return err
		}
	}
	if p.Alternatives != nil {
		if d.Alternatives, err = cleanLines("text", *p.Alternatives); err != nil {
			return err
		}
	}
	if p.People != nil {
		d.People = nil
		for _, id := range *p.People {
			d.People = append(d.People, domain.Account{ID: domain.AccountID(id)})
		}
	}
	return d.Check() //nolint:wrapcheck // words for people
}

// decision reads one of the caller's workspace.
func (h *handlers) decision(ctx context.Context, id string) (caller, domain.Decision, error) {
	who, err := insider(ctx)
	if err != nil {
		return who, domain.Decision{}, err
	}
	d, err := h.Decisions.Get(ctx, who.WorkspaceID, domain.DecisionID(id))
	if err != nil {
		return who, d, named(err, "read decision", noDecision)
	}
	return who, d, nil
}

// ownDecision reads one that the caller may change.
func (h *handlers) ownDecision(ctx context.Context, id string) (caller, domain.Decision, error) {
	who, d, err := h.decision(ctx, id)
	if err == nil && d.Author.ID != who.AccountID && !who.Admin() {
		err = domain.Errorf(domain.KindForbidden, "only whoever wrote the decision down or an admin may do that")
	}
	return who, d, err
}

func (h *handlers) GetDecision(ctx context.Context, r gen.GetDecisionRequestObject) (gen.GetDecisionResponseObject, error) {
	who, d, err := h.decision(ctx, r.DecisionId)
	if err != nil {
		return nil, err
	}
	return gen.GetDecision200JSONResponse(h.decisionOf(who, d)), nil
}

func (h *handlers) UpdateDecision(ctx context.Context, r gen.UpdateDecisionRequestObject) (gen.UpdateDecisionResponseObject, error) {
	who, d, err := h.ownDecision(ctx, r.DecisionId)
	if err != nil {
		return nil, err
	}
	if err := changeDecision(&d, *r.Body); err != nil {
		return nil, err
	}
	if err := h.Decisions.Update(ctx, d); err != nil {
		return nil, named(err, "change decision", noDecision)
	}
	_, d, err = h.decision(ctx, r.DecisionId)
	return gen.UpdateDecision200JSONResponse(h.decisionOf(who, d)), err
}

func (h *handlers) DeleteDecision(ctx context.Context, r gen.DeleteDecisionRequestObject) (gen.DeleteDecisionResponseObject, error) {
	who, d, err := h.ownDecision(ctx, r.DecisionId)
	if err != nil {
		return nil, err
	}
	if err := h.Decisions.Delete(ctx, who.WorkspaceID, d.ID); err != nil {
		return nil, named(err, "delete decision", noDecision)
	}
	return gen.DeleteDecision204Response{}, nil
}

func (h *handlers) GetDecisionMarkdown(ctx context.Context, r gen.GetDecisionMarkdownRequestObject) (gen.GetDecisionMarkdownResponseObject, error) {
	who, d, err := h.decision(ctx, r.DecisionId)
	if err != nil {
		return nil, err
	}
	files := map[domain.DecisionID]string{}
	for _, id := range []domain.DecisionID{d.Supersedes, d.SupersededBy} {
		if id == "" {
			continue
		}
		other, err := h.Decisions.Get(ctx, who.WorkspaceID, id)
		if err != nil && domain.KindOf(err) != domain.KindNotFound {
			return nil, fmt.Errorf("read the other decision: %w", err)
		} else if err == nil {
			files[id] = rounds.DecisionFile(other)
		}
	}
	text := rounds.DecisionMarkdown(d, or(h.sourceOf(d.Source).Url, ""), files)
	return gen.GetDecisionMarkdown200TextmarkdownResponse{Body: strings.NewReader(text), ContentLength: int64(len(text))}, nil
}

// mostExported bounds an archive of decisions.
const mostExported = 10_000

func (h *handlers) ExportDecisions(ctx context.Context, _ gen.ExportDecisionsRequestObject) (gen.ExportDecisionsResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Decisions.List(ctx, who.WorkspaceID, "", "", mostExported)
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	files := map[domain.DecisionID]string{}
	for _, d := range all {
		files[d.ID] = rounds.DecisionFile(d)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, d := range all {
		f, err := z.CreateHeader(&zip.FileHeader{Name: files[d.ID], Method: zip.Deflate, Modified: d.DecidedAt.UTC()})
		if err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
		if _, err := f.Write([]byte(rounds.DecisionMarkdown(d, or(h.sourceOf(d.Source).Url, ""), files))); err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	return gen.ExportDecisions200ApplicationzipResponse{Body: &b, ContentLength: int64(b.Len())}, nil
}

func (h *handlers) decisionOf(who caller, d domain.Decision) gen.Decision {
	out := gen.Decision{
		Id: string(d.ID), Url: h.PublicURL.JoinPath("decisions", string(d.ID)).String(), Author: personOf(d.Author), What: d.What, Why: d.Why,
		Alternatives: d.Alternatives, People: []gen.Person{}, DecidedAt: d.DecidedAt.UTC(), Supersedes: nonZero(string(d.Supersedes)),
		SupersededBy: nonZero(string(d.SupersededBy)), Source: h.sourceOf(d.Source), Origin: gen.DecisionOrigin(d.Origin),
		MayEdit: d.Author.ID == who.AccountID || who.Admin(),
	}
	for _, p := range d.People {
		out.People = append(out.People, personOf(p))
	}
	return out
}
