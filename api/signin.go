package api

import (
	"context"
	"fmt"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// signIns keeps the browsers in which people are signed in.
type signIns interface {
	// Create keeps a sign-in under the SHA-256 of its secret.
	Create(ctx context.Context, s domain.SignIn, tokenHash []byte) error
	// PutForAnswer keeps the one of a link in a mail, which is good for its occurrence alone. KindNotFound when the person is no member of the round.
	PutForAnswer(ctx context.Context, s domain.SignIn, tokenHash []byte) error
	// ByToken finds a sign-in that has not expired, with the membership it acts for. KindNotFound,
	// also when the person left the workspace.
	ByToken(ctx context.Context, tokenHash []byte) (domain.SignIn, domain.Member, error)
	// Touch notes that it was used and moves its expiry.
	Touch(ctx context.Context, id domain.SignInID, seen, expires time.Time) error
	// List gives those of a person that have not expired, the newest first.
	List(ctx context.Context, a domain.AccountID) ([]domain.SignIn, error)
	// Delete ends one of the person's sign-ins. KindNotFound.
	Delete(ctx context.Context, a domain.AccountID, id domain.SignInID) error
	// DeleteOthers ends all of them but keep, and the links in mails by which rounds are answered.
	DeleteOthers(ctx context.Context, a domain.AccountID, keep domain.SignInID) error
}

// SignIn takes the same time whether or not the e-mail address is known, and says the same.
func (h *handlers) SignIn(ctx context.Context, r gen.SignInRequestObject) (gen.SignInResponseObject, error) {
	email, err := domain.NormaliseEmail(r.Body.Email)
	if err != nil {
		return nil, err
	}
	if err := h.guesses.try(callerOf(ctx).address, email); err != nil {
		return nil, err
	}
	a, err := h.Accounts.ByEmail(ctx, email)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, fmt.Errorf("find account: %w", err)
	}
	ok, err := h.verify(ctx, a.PasswordHash, r.Body.Password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, domain.Errorf(domain.KindUnauthorized, "e-mail and password do not fit together")
	}
	memberships, err := h.Members.OfAccount(ctx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("find memberships: %w", err)
	}
	if len(memberships) == 0 {
		return nil, domain.Errorf(domain.KindForbidden, "you are in no workspace any more; ask for an invitation")
	}
	h.guesses.right(email)
	m := memberships[0]
	w, err := h.Workspaces.Get(ctx, m.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("read workspace: %w", err)
	}
	cookie, err := h.startSignIn(ctx, a.ID, w.ID)
	if err != nil {
		return nil, err
	}
	return gen.SignIn200JSONResponse{Body: meOf(a, w, m.Role), Headers: gen.SignIn200ResponseHeaders{SetCookie: cookie}}, nil
}

func (h *handlers) SignOut(ctx context.Context, _ gen.SignOutRequestObject) (gen.SignOutResponseObject, error) {
	who := callerOf(ctx)
	if who.signIn == "" {
		return nil, domain.Errorf(domain.KindInvalid, "this is a bearer token, not a sign-in; revoke it instead")
	}
	if err := h.SignIns.Delete(ctx, who.AccountID, who.signIn); err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, fmt.Errorf("end sign-in: %w", err)
	}
	gone := h.cookie("", time.Unix(0, 0)).String()
	return gen.SignOut204Response{Headers: gen.SignOut204ResponseHeaders{SetCookie: &gone}}, nil
}

func (h *handlers) ListSignIns(ctx context.Context, _ gen.ListSignInsRequestObject) (gen.ListSignInsResponseObject, error) {
	who := callerOf(ctx)
	all, err := h.SignIns.List(ctx, who.AccountID)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	out := make([]gen.SignIn, 0, len(all))
	for _, s := range all {
		out = append(out, gen.SignIn{
			Id: string(s.ID), UserAgent: s.UserAgent, Address: s.Address,
			CreatedAt: s.CreatedAt.UTC(), LastSeenAt: s.LastSeenAt.UTC(), Current: s.ID == who.signIn,
			OneAnswer: nonZero(s.OccurrenceID != ""),
		})
	}
	return gen.ListSignIns200JSONResponse{SignIns: out}, nil
}

func (h *handlers) RevokeOtherSignIns(ctx context.Context, _ gen.RevokeOtherSignInsRequestObject) (gen.RevokeOtherSignInsResponseObject, error) {
	who := callerOf(ctx)
	if err := h.SignIns.DeleteOthers(ctx, who.AccountID, who.signIn); err != nil {
		return nil, fmt.Errorf("end sign-ins: %w", err)
	}
	return gen.RevokeOtherSignIns204Response{}, nil
}

func (h *handlers) RevokeSignIn(ctx context.Context, r gen.RevokeSignInRequestObject) (gen.RevokeSignInResponseObject, error) {
	if err := h.SignIns.Delete(ctx, callerOf(ctx).AccountID, domain.SignInID(r.SignInId)); err != nil {
		return nil, named(err, "end sign-in", "there is no such sign-in")
	}
	return gen.RevokeSignIn204Response{}, nil
}
