package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// shares keeps the links to clips, and who came by them.
type shares interface {
	// Create keeps a link under the hash of its secret. KindNotFound, KindTooMany.
	Create(ctx context.Context, s domain.Share, secretHash []byte) error
	// List gives the links of a clip that were not taken back, the newest first.
	List(ctx context.Context, c domain.ClipID) ([]domain.Share, error)
	// Get reads one. KindNotFound.
	Get(ctx context.Context, c domain.ClipID, id domain.ShareID) (domain.Share, error)
	// BySecret finds one, also one that is not open any more. KindNotFound.
	BySecret(ctx context.Context, secretHash []byte) (domain.Share, error)
	// Update changes name and conditions. KindNotFound.
	Update(ctx context.Context, s domain.Share) error
	// Revoke takes one back, with the passes that it gave. KindNotFound.
	Revoke(ctx context.Context, c domain.ClipID, id domain.ShareID) error
	// Enter gives a guest a pass, and counts a view. KindGone, KindNotFound.
	Enter(ctx context.Context, id domain.ShareID, g domain.GuestID) error
	// NewGuest keeps a guest under the hash of a cookie, RenameGuest changes the name, Guest finds one with the passes that
	// hold now (KindNotFound).
	NewGuest(ctx context.Context, g domain.Guest, tokenHash []byte) error
	RenameGuest(ctx context.Context, id domain.GuestID, name string) error
	Guest(ctx context.Context, tokenHash []byte) (domain.Guest, error)
	// SetPeople and People are the members with whom a clip is shared by name.
	SetPeople(ctx context.Context, c domain.ClipID, people []domain.AccountID) error
	People(ctx context.Context, c domain.Clip) ([]domain.Account, error)
	// Request, Requests and Answer are about those who ask to be let in. KindNotFound.
	Request(ctx context.Context, r domain.AccessRequest) error
	Requests(ctx context.Context, c domain.ClipID) ([]domain.AccessRequest, error)
	// OpenRequest reads one that was not answered. KindNotFound.
	OpenRequest(ctx context.Context, c domain.ClipID, id domain.RequestID) (domain.AccessRequest, error)
	// Guests lists who came to a clip by links or writes on it as a guest; RemoveGuest takes one out. KindNotFound.
	Guests(ctx context.Context, c domain.ClipID, viewer domain.AccountID) ([]domain.GuestVisit, error)
	RemoveGuest(ctx context.Context, c domain.ClipID, g domain.GuestID, by domain.AccountID) error
	Answer(ctx context.Context, c domain.ClipID, id domain.RequestID, granted bool) error
}

const noShare = "there is no such link"

func (h *handlers) ListShares(ctx context.Context, r gen.ListSharesRequestObject) (gen.ListSharesResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	all, err := h.Shares.List(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	out := make([]gen.Share, len(all))
	for i := range all {
		out[i] = shareOf(&all[i])
	}
	return gen.ListShares200JSONResponse{Shares: out}, nil
}

func shareOf(s *domain.Share) gen.Share {
	return gen.Share{
		Id: string(s.ID), Name: s.Name, HasPassword: s.PasswordHash != "", EmailDomain: s.EmailDomain, ExpiresAt: utc(s.ExpiresAt),
		MaxViews: s.MaxViews, Views: s.Views, Comments: s.Comments, Downloads: s.Downloads, CreatedAt: s.CreatedAt.UTC(),
	}
}

func (h *handlers) CreateShare(ctx context.Context, r gen.CreateShareRequestObject) (gen.CreateShareResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if c.ParentID != "" {
		return nil, domain.Errorf(domain.KindConflict, "an answer is seen by those who see the clip that it answers: share that")
	}
	s := domain.Share{ID: domain.NewID[domain.ShareID](), ClipID: c.ID, CreatedBy: callerOf(ctx).AccountID, CreatedAt: time.Now()}
	if err := h.condition(ctx, &s, r.Body); err != nil {
		return nil, err
	}
	secret, hash := newSecret("", 24)
	if err := h.Shares.Create(ctx, s, hash); err != nil {
		return nil, named(err, "keep link", noClip)
	}
	return gen.CreateShare201JSONResponse{Share: shareOf(&s), Url: h.PublicURL.JoinPath("s", secret).String()}, nil
}

// condition reads the conditions of a link that are told; the others stay.
func (h *handlers) condition(ctx context.Context, s *domain.Share, r *gen.ShareRequest) (err error) {
	if s.Name, err = cleanLine("name", or(r.Name, s.Name)); err != nil {
		return err
	}
	if s.EmailDomain, err = domain.CleanEmailDomain(or(r.EmailDomain, s.EmailDomain)); err != nil {
		return err //nolint:wrapcheck // words for people
	}
	if r.ExpiresAt != nil {
		if s.ExpiresAt, err = instant("expires_at", *r.ExpiresAt); err != nil {
			return err
		}
	}
	if r.Password != nil {
		s.PasswordHash = ""
		if *r.Password != "" {
			if s.PasswordHash, err = h.hash(ctx, *r.Password); err != nil {
				return err
			}
		}
	}
	s.MaxViews, s.Comments, s.Downloads = or(r.MaxViews, s.MaxViews), or(r.Comments, s.Comments), or(r.Downloads, s.Downloads)
	return nil
}

func (h *handlers) UpdateShare(ctx context.Context, r gen.UpdateShareRequestObject) (gen.UpdateShareResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	s, err := h.Shares.Get(ctx, c.ID, domain.ShareID(r.ShareId))
	if err != nil {
		return nil, named(err, "read link", noShare)
	}
	if err := h.condition(ctx, &s, r.Body); err != nil {
		return nil, err
	}
	if err := h.Shares.Update(ctx, s); err != nil {
		return nil, named(err, "change link", noShare)
	}
	return gen.UpdateShare200JSONResponse(shareOf(&s)), nil
}

func (h *handlers) RevokeShare(ctx context.Context, r gen.RevokeShareRequestObject) (gen.RevokeShareResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionEdit)
	if err != nil {
		return nil, err
	}
	if err := h.Shares.Revoke(ctx, c.ID, domain.ShareID(r.ShareId)); err != nil {
		return nil, named(err, "take link back", noShare)
	}
	return gen.RevokeShare204Response{}, nil
}

// share finds a link by its secret. Guesses are limited, though nobody guesses 192 bits.
func (h *handlers) share(ctx context.Context, secret string) (domain.Share, error) {
	s, err := h.Shares.BySecret(ctx, hashSecret(secret))
	if domain.KindOf(err) == domain.KindNotFound {
		if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
			return s, err
		}
	}
	if err != nil {
		return s, named(err, "find link", noShare)
	}
	return s, nil
}

func (h *handlers) GetShare(ctx context.Context, r gen.GetShareRequestObject) (gen.GetShareResponseObject, error) {
	s, err := h.share(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	out := gen.GetShare200JSONResponse{State: gen.ShareGateStateOpen, NeedsPassword: s.PasswordHash != "", EmailDomain: s.EmailDomain, Comments: s.Comments}
	switch {
	case callerOf(ctx).Guest.Holds(&s):
		out.NeedsPassword, out.EmailDomain = false, "" // they have met what it asks for
	case !s.RevokedAt.IsZero():
		out.State = gen.ShareGateStateRevoked
	case s.Open(time.Now()) != nil:
		out.State = gen.ShareGateStateExpired
	case s.Full() != nil:
		out.State = gen.ShareGateStateFull
	}
	return out, nil
}

func (h *handlers) OpenShare(ctx context.Context, r gen.OpenShareRequestObject) (gen.OpenShareResponseObject, error) {
	s, err := h.share(ctx, r.Secret)
	if err != nil {
		return nil, err
	}
	if g := callerOf(ctx).Guest; g.Holds(&s) {
		return gen.OpenShare200JSONResponse{Body: gen.OpenedShare{ClipId: string(s.ClipID), Guest: guestOf(g)}}, nil
	}
	if err := h.meets(ctx, &s, or(r.Body.Password, "")); err != nil {
		return nil, err
	}
	g, cookie, err := h.welcome(ctx, or(r.Body.Name, ""))
	if err != nil {
		return nil, err
	}
	if err := h.Shares.Enter(ctx, s.ID, g.ID); err != nil {
		return nil, named(err, "open link", noShare)
	}
	return gen.OpenShare200JSONResponse{
		Body: gen.OpenedShare{ClipId: string(s.ClipID), Guest: guestOf(&g)}, Headers: gen.OpenShare200ResponseHeaders{SetCookie: cookie},
	}, nil
}

// meets refuses those who do not meet a link's conditions; how often it was opened Enter counts. KindGone, KindUnauthorized, KindForbidden.
func (h *handlers) meets(ctx context.Context, s *domain.Share, password string) error {
	if err := s.Open(time.Now()); err != nil {
		return err //nolint:wrapcheck // words for people
	}
	if err := h.meetsDomain(ctx, s); err != nil || s.PasswordHash == "" {
		return err
	}
	key := "share " + string(s.ID)
	if err := h.guesses.try(callerOf(ctx).address, key); err != nil {
		return err
	}
	ok, err := h.verify(ctx, s.PasswordHash, password)
	if err != nil {
		return err
	}
	if !ok {
		return domain.Errorf(domain.KindUnauthorized, "this link's password is another one")
	}
	h.guesses.right(key)
	return nil
}

// meetsDomain refuses those who are not signed in with an address of the link's domain.
func (h *handlers) meetsDomain(ctx context.Context, s *domain.Share) error {
	if s.EmailDomain == "" {
		return nil
	}
	who := callerOf(ctx)
	if !who.SignedIn() {
		return domain.Errorf(domain.KindUnauthorized, "sign in with an address of %s", s.EmailDomain)
	}
	a, err := h.Accounts.Get(ctx, who.AccountID)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	if !strings.HasSuffix(a.Email, "@"+s.EmailDomain) {
		return domain.Errorf(domain.KindForbidden, "this link is for people with an address of %s", s.EmailDomain)
	}
	return nil
}
