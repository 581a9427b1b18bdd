package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// SignIns keeps the browsers in which people are signed in.
type SignIns struct{ db *DB }

// Create keeps a sign-in under the SHA-256 of its secret. KindNotFound when the person is no member of the workspace.
func (s SignIns) Create(ctx context.Context, signIn domain.SignIn, tokenHash []byte) error {
	n, err := s.db.queries().InsertSignIn(ctx, sqlc.InsertSignInParams{
		ID: signIn.ID, TokenHash: tokenHash, AccountID: signIn.AccountID, WorkspaceID: signIn.WorkspaceID,
		UserAgent: signIn.UserAgent, Address: signIn.Address, ExpiresAt: signIn.ExpiresAt,
	})
	return failed("create a sign-in", found(n, err, noMember))
}

// ByToken finds a sign-in that has not expired, with the membership it acts for. KindNotFound, also when the person left the workspace.
func (s SignIns) ByToken(ctx context.Context, tokenHash []byte) (domain.SignIn, domain.Member, error) {
	r, err := s.db.queries().SignInByToken(ctx, tokenHash)
	return domain.SignIn{
		ID: r.ID, AccountID: r.Account.ID, WorkspaceID: r.WorkspaceID, UserAgent: r.UserAgent, Address: r.Address,
		CreatedAt: r.CreatedAt, LastSeenAt: r.LastSeenAt, ExpiresAt: r.ExpiresAt, OccurrenceID: deref(r.OccurrenceID),
	}, toMember(r.WorkspaceID, r.Role, r.JoinedAt, r.Account).In(spacesOf(r.Spaces)), failed("find a sign-in", orNotFound(err, "there is no such sign-in"))
}

// Touch notes that it was used and moves its expiry.
func (s SignIns) Touch(ctx context.Context, id domain.SignInID, seen, expires time.Time) error {
	return failed("note a sign-in's use", s.db.queries().TouchSignIn(ctx, sqlc.TouchSignInParams{ID: id, Seen: seen, ExpiresAt: expires}))
}

// List gives those of a person that have not expired, the newest first.
func (s SignIns) List(ctx context.Context, account domain.AccountID) ([]domain.SignIn, error) {
	rows, err := s.db.queries().SignIns(ctx, account)
	return each(rows, func(r sqlc.SignInsRow) domain.SignIn {
		return domain.SignIn{
			ID: r.ID, AccountID: r.AccountID, WorkspaceID: r.WorkspaceID, UserAgent: r.UserAgent, Address: r.Address, CreatedAt: r.CreatedAt,
			LastSeenAt: r.LastSeenAt, ExpiresAt: r.ExpiresAt, OccurrenceID: deref(r.OccurrenceID),
		}
	}), failed("list sign-ins", err)
}

// Delete ends one of the person's sign-ins. KindNotFound.
func (s SignIns) Delete(ctx context.Context, account domain.AccountID, id domain.SignInID) error {
	n, err := s.db.queries().DeleteSignIn(ctx, id, account)
	return failed("end a sign-in", found(n, err, "there is no such sign-in"))
}

// DeleteOthers ends all of a person's sign-ins but keep (which may be empty), and the links in their mails.
func (s SignIns) DeleteOthers(ctx context.Context, account domain.AccountID, keep domain.SignInID) error {
	return s.db.inTx(ctx, "end sign-ins", func(t *tx) error { return t.endSignIns(ctx, account, keep) })
}

func (t *tx) endSignIns(ctx context.Context, account domain.AccountID, keep domain.SignInID) error {
	// The links first: a sign-in by one that is opened meanwhile is there by the time that sign-ins are deleted, or is not made.
	if err := t.EndAnswerLinks(ctx, account, ""); err != nil {
		return err
	}
	return t.DeleteOtherSignIns(ctx, account, keep)
}

// Prune removes the expired ones.
func (s SignIns) Prune(ctx context.Context) error {
	return failed("prune sign-ins", s.db.queries().DeleteExpiredSignIns(ctx))
}
