package api

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) ListPeople(ctx context.Context, r gen.ListPeopleRequestObject) (gen.ListPeopleResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	all, err := h.peopleOf(ctx, c)
	return gen.ListPeople200JSONResponse(all), err
}

func (h *handlers) PutPeople(ctx context.Context, r gen.PutPeopleRequestObject) (gen.PutPeopleResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	var ids []domain.AccountID
	for _, id := range unique(&r.Body.AccountIds) {
		ids = append(ids, domain.AccountID(id))
	}
	if err := h.Shares.SetPeople(ctx, c.ID, ids); err != nil {
		return nil, named(err, "share with people", noClip)
	}
	if c, err = h.Clips.Get(ctx, c.ID); err != nil {
		return nil, named(err, "read clip", noClip)
	}
	all, err := h.peopleOf(ctx, c)
	return gen.PutPeople200JSONResponse(all), err
}

func (h *handlers) peopleOf(ctx context.Context, c domain.Clip) (gen.People, error) {
	out := gen.People{People: []gen.Person{}}
	all, err := h.Shares.People(ctx, c)
	if err != nil {
		return out, fmt.Errorf("list people: %w", err)
	}
	for _, a := range all {
		out.People = append(out.People, gen.Person{Id: string(a.ID), Name: a.Name})
	}
	return out, nil
}

func (h *handlers) ListAccessRequests(ctx context.Context, r gen.ListAccessRequestsRequestObject) (gen.ListAccessRequestsResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	all, err := h.Shares.Requests(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	out := make([]gen.AccessRequest, 0, len(all))
	for _, a := range all {
		out = append(out, gen.AccessRequest{
			Id: string(a.ID), Name: a.Name, Message: a.Message, CreatedAt: a.CreatedAt.UTC(), MoreTime: a.ShareID != "",
			AccountId: nonZero(string(a.AccountID)), ShareId: nonZero(string(a.ShareID)), Email: nonZero(a.Email),
		})
	}
	return gen.ListAccessRequests200JSONResponse{Requests: out}, nil
}

// RequestAccess says the same whether there is such a clip, whether it is of a workspace of the caller's, and whether they may watch it.
func (h *handlers) RequestAccess(ctx context.Context, r gen.RequestAccessRequestObject) (gen.RequestAccessResponseObject, error) {
	who := callerOf(ctx)
	if err := h.guesses.try(who.address, ""); err != nil {
		return nil, err
	}
	message, err := cleanLines("message", or(r.Body.Message, ""))
	if err != nil {
		return nil, err
	}
	if !who.SignedIn() {
		return h.requestAsStranger(ctx, r, message)
	}
	asked := gen.RequestAccess202JSONResponse{Asked: true}
	c, err := h.Clips.Get(ctx, domain.ClipID(r.Id))
	if domain.KindOf(err) == domain.KindNotFound {
		return asked, nil
	} else if err != nil {
		return nil, fmt.Errorf("read clip: %w", err)
	}
	if asks, err := h.lacksAccess(ctx, who, &c); err != nil || !asks {
		return asked, err
	}
	a, err := h.Accounts.Get(ctx, who.AccountID)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	return asked, h.keepRequest(ctx, domain.AccessRequest{ClipID: c.ID, AccountID: a.ID, Name: a.Name, Message: message})
}

// requestAsStranger is RequestAccess for who has no account: they say who they are, and are heard a few times an hour.
func (h *handlers) requestAsStranger(ctx context.Context, r gen.RequestAccessRequestObject, message string) (gen.RequestAccessResponseObject, error) {
	who := callerOf(ctx)
	name, err := cleanName(or(r.Body.Name, ""))
	if err != nil {
		return nil, err
	}
	email, err := domain.NormaliseEmail(or(r.Body.Email, ""))
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	if wait := h.strangerAsks.take("address "+network(who.address), time.Now()); wait > 0 {
		return nil, domain.Errorf(domain.KindTooMany, "one may ask a few times an hour without an account; try again later").After(wait)
	}
	asked := gen.RequestAccess202JSONResponse{Asked: true}
	c, err := h.Clips.Get(ctx, domain.ClipID(r.Id))
	if domain.KindOf(err) == domain.KindNotFound {
		return asked, nil
	} else if err != nil {
		return nil, fmt.Errorf("read clip: %w", err)
	}
	if who.May(domain.ActionWatch, &c) || c.ParentID != "" {
		return asked, nil
	}
	return asked, h.keepRequest(ctx, domain.AccessRequest{ClipID: c.ID, Name: name, Email: email, Message: message})
}

// newStrangerAsks: five at once, then one every twelve minutes.
func newStrangerAsks() *buckets { return newBuckets(rate.Every(12*time.Minute), 5) }

// strangerLink is how long the link works that is made for who asked without an account.
const strangerLink = 30 * 24 * time.Hour

// linkFor makes a link for somebody who asked without an account.
func (h *handlers) linkFor(ctx context.Context, a domain.AccessRequest) (gen.NewShare, error) {
	s := domain.Share{
		ID: domain.NewID[domain.ShareID](), ClipID: a.ClipID, CreatedBy: callerOf(ctx).AccountID, Name: cut(a.Name, 80), Comments: true,
		MaxViews: 3, ExpiresAt: time.Now().Add(strangerLink), CreatedAt: time.Now(),
	}
	secret, hash := newSecret("", 24)
	if err := h.Shares.Create(ctx, s, hash); err != nil {
		return gen.NewShare{}, named(err, "keep link", noClip)
	}
	return gen.NewShare{Share: shareOf(&s), Url: h.PublicURL.JoinPath("s", secret).String()}, nil
}

// lacksAccess tells whether a member of a clip's workspace may not watch it, also when their browser is in another workspace now. A
// token stays in its own.
func (h *handlers) lacksAccess(ctx context.Context, who caller, c *domain.Clip) (bool, error) {
	v := who.Viewer
	if c.WorkspaceID != v.WorkspaceID {
		if who.signIn == "" || who.only != "" {
			return false, nil
		}
		m, err := h.Members.Get(ctx, c.WorkspaceID, v.AccountID)
		if domain.KindOf(err) == domain.KindNotFound {
			return false, nil
		} else if err != nil {
			return false, fmt.Errorf("read membership: %w", err)
		}
		v.WorkspaceID, v.Role, v.Spaces = m.WorkspaceID, m.Role, m.Spaces
	}
	return !v.May(domain.ActionWatch, c), nil
}

func (h *handlers) RequestMoreTime(ctx context.Context, r gen.RequestMoreTimeRequestObject) (gen.RequestMoreTimeResponseObject, error) {
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return nil, err
	}
	s, err := h.share(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	if !s.RevokedAt.IsZero() {
		return nil, s.Open(time.Now()) //nolint:wrapcheck // words for people
	}
	name, err := cleanName(r.Body.Name)
	if err != nil {
		return nil, err
	}
	message, err := cleanLines("message", or(r.Body.Message, ""))
	if err != nil {
		return nil, err
	}
	return gen.RequestMoreTime202JSONResponse{Asked: true}, h.keepRequest(ctx, domain.AccessRequest{ClipID: s.ClipID, ShareID: s.ID, Name: name, Message: message})
}

func (h *handlers) keepRequest(ctx context.Context, r domain.AccessRequest) error {
	r.ID, r.CreatedAt = domain.NewID[domain.RequestID](), time.Now()
	if err := h.Shares.Request(ctx, r); err != nil {
		return named(err, "ask for access", noClip)
	}
	return nil
}

func (h *handlers) AnswerAccessRequest(ctx context.Context, r gen.AnswerAccessRequestRequestObject) (gen.AnswerAccessRequestResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	const noRequest = "there is no such request, or it was answered"
	asked, err := h.Shares.OpenRequest(ctx, c.ID, domain.RequestID(r.RequestId))
	if err != nil {
		return nil, named(err, "read request", noRequest)
	}
	if err := h.Shares.Answer(ctx, c.ID, asked.ID, r.Body.Granted); err != nil {
		return nil, named(err, "answer request", noRequest)
	}
	if r.Body.Granted && asked.Email != "" {
		made, err := h.linkFor(ctx, asked)
		return gen.AnswerAccessRequest201JSONResponse(made), err
	}
	return gen.AnswerAccessRequest204Response{}, nil
}
