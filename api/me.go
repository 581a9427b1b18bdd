package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// accounts keeps the people.
type accounts interface {
	// Get reads one. KindNotFound.
	Get(ctx context.Context, id domain.AccountID) (domain.Account, error)
	// ByEmail finds one by its normalised address. KindNotFound.
	ByEmail(ctx context.Context, email string) (domain.Account, error)
	// SetProfile changes name and time zone.
	SetProfile(ctx context.Context, id domain.AccountID, name, timeZone string) error
	// SetPassword changes the hash and ends every sign-in but keep, in one transaction.
	SetPassword(ctx context.Context, id domain.AccountID, hash string, keep domain.SignInID) error
}

func (h *handlers) GetMe(ctx context.Context, _ gen.GetMeRequestObject) (gen.GetMeResponseObject, error) {
	me, err := h.me(ctx)
	return gen.GetMe200JSONResponse(me), err
}

func (h *handlers) me(ctx context.Context) (gen.Me, error) {
	who := callerOf(ctx)
	a, err := h.Accounts.Get(ctx, who.AccountID)
	if err != nil {
		return gen.Me{}, fmt.Errorf("read account: %w", err)
	}
	w, err := h.Workspaces.Get(ctx, who.WorkspaceID)
	if err != nil {
		return gen.Me{}, fmt.Errorf("read workspace: %w", err)
	}
	me := meOf(a, w, who.Role)
	me.OneAnswer = nonZero(who.only != "")
	return me, nil
}

func meOf(a domain.Account, w domain.Workspace, r domain.Role) gen.Me {
	me := gen.Me{Id: string(a.ID), Email: a.Email, Name: a.Name, Role: gen.Role(r), TimeZone: a.TimeZone}
	me.Workspace.Id, me.Workspace.Name = string(w.ID), w.Name
	return me
}

// UpdateMe changes the password only for those who know the current one: a borrowed browser, or
// a leaked token, must not become the account's owner.
func (h *handlers) UpdateMe(ctx context.Context, r gen.UpdateMeRequestObject) (gen.UpdateMeResponseObject, error) {
	a, err := h.Accounts.Get(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	if r.Body.Name != nil {
		if a.Name, err = cleanName(*r.Body.Name); err != nil {
			return nil, err
		}
	}
	if r.Body.TimeZone != nil {
		if a.TimeZone, err = cleanTimeZone(*r.Body.TimeZone); err != nil {
			return nil, err
		}
	}
	if r.Body.Password != nil {
		if err := h.changePassword(ctx, a, r.Body.CurrentPassword, *r.Body.Password); err != nil {
			return nil, err
		}
	}
	if r.Body.Name != nil || r.Body.TimeZone != nil {
		if err := h.Accounts.SetProfile(ctx, a.ID, a.Name, a.TimeZone); err != nil {
			return nil, fmt.Errorf("change account: %w", err)
		}
	}
	me, err := h.me(ctx)
	return gen.UpdateMe200JSONResponse(me), err
}

// changePassword ends all other sign-ins: whoever knew the old password is out.
func (h *handlers) changePassword(ctx context.Context, a domain.Account, current *string, fresh string) error {
	if err := domain.CheckPassword(fresh); err != nil {
		return err
	}
	if current == nil {
		return domain.Errorf(domain.KindInvalid, "current_password is needed to change the password")
	}
	who := callerOf(ctx)
	if err := h.guesses.try(who.address, a.Email); err != nil {
		return err
	}
	ok, err := h.verify(ctx, a.PasswordHash, *current)
	if err != nil {
		return err
	}
	if !ok {
		return domain.Errorf(domain.KindForbidden, "the current password is another one")
	}
	h.guesses.right(a.Email)
	hash, err := h.hash(ctx, fresh)
	if err != nil {
		return err
	}
	if err := h.Accounts.SetPassword(ctx, a.ID, hash, who.signIn); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}
