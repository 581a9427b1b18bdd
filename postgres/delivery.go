package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/rounds"
	"baton/rounds/worktime"
)

// nudge tells a person something unless they were told before, and says whether it did: in their inbox, by mail and whatever else
// carries notices.
func (t *tx) nudge(ctx context.Context, n domain.Nudge) (bool, error) {
	rows, err := t.InsertNudge(ctx, sqlc.InsertNudgeParams{
		WorkspaceID: n.WorkspaceID, AccountID: n.AccountID, Kind: n.Kind, Ref: n.Ref, Title: n.Title, At: n.At,
	})
	if err != nil || rows == 0 {
		return false, err
	}
	if n.Kind == domain.NudgeRemind { // takes the place of the prompt
		if err := t.settleNotices(ctx, n.AccountID, n.Ref, domain.NudgePrompt); err != nil {
			return false, err
		}
	}
	made, err := t.InsertNudgeNotice(ctx, sqlc.InsertNudgeNoticeParams{
		ID: domain.NewIDAt[domain.NoticeID](n.At), WorkspaceID: n.WorkspaceID, AccountID: n.AccountID, Kind: domain.NoticeKind(n.Kind), Ref: domain.NudgeRef(n.Kind, n.Ref),
		Excerpt: n.Text, Title: n.Title, Path: n.Path, At: n.At, Urgent: n.Kind.Presses(), MailUntil: n.Until,
	})
	if err != nil || made == 0 {
		return true, err
	}
	return true, t.inboxChanged(n.WorkspaceID, n.AccountID)
}

// settleNotices ends what a person (empty: everybody) was told of a thing that is done: it counts as read, and is not mailed.
func (t *tx) settleNotices(ctx context.Context, to domain.AccountID, about string, kinds ...domain.NudgeKind) error {
	refs := each(kinds, func(k domain.NudgeKind) string { return domain.NudgeRef(k, about) })
	rows, err := t.SettleNotices(ctx, refs, string(to))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := t.inboxChanged(r.WorkspaceID, r.AccountID); err != nil {
			return err
		}
	}
	return nil
}

// delayMail puts off what may not come to a person now: in their quiet hours all, outside their working hours what rounds and asks tell, and
// where they want one mail a day all that came since the last one.
func (t *tx) delayMail(ctx context.Context, to domain.AccountID, choice sqlc.NoticeChoiceRow, now time.Time) error {
	all, err := schedules(ctx, t.Queries, []domain.AccountID{to})
	if err != nil {
		return err
	}
	c, err := worktime.New(all[to])
	if err != nil {
		return fmt.Errorf("read hours: %w", err)
	}
	var since time.Time
	if choice.Mail == domain.MailDaily {
		if since, err = t.delayToDigest(ctx, to, c, domain.ClockTime(choice.DigestAt), now); err != nil {
			return err
		}
	} else if until := all[to].Hours.QuietUntil(now); !until.IsZero() {
		return t.DelayMail(ctx, sqlc.DelayMailParams{Until: until, AccountID: to, Now: now, AllKinds: true})
	}
	if c.Reachable(now) {
		return nil
	}
	until, ok := c.NextReachable(now)
	if !ok {
		until = tomorrow(now)
	}
	return t.DelayMail(ctx, sqlc.DelayMailParams{Until: until, AccountID: to, Now: now, Since: since})
}

// delayToDigest lets wait what is for the next mail of a day, and gives the time of the one that is to go now: what came before is for that.
// It goes at its time, or later on that day when it could not; the next takes up what is left.
func (t *tx) delayToDigest(ctx context.Context, to domain.AccountID, c *worktime.Calendar, at domain.ClockTime, now time.Time) (time.Time, error) {
	next, ok := c.DigestAfter(now, at)
	if !ok {
		next = tomorrow(now)
	}
	since := c.DigestOf(now, at)
	return since, t.DelayToDigest(ctx, sqlc.DelayToDigestParams{Until: next, AccountID: to, Now: now, Since: since})
}

// tomorrow is when somebody without a working day in sight is looked at again.
func tomorrow(now time.Time) time.Time { return now.Add(24 * time.Hour) }

// addLink lets the mail of a prompt lead straight to the answer. The secret is in the mail alone.
func (t *tx) addLink(ctx context.Context, n *domain.Notice, until, now time.Time) error {
	kind, about, ok := strings.Cut(n.Ref, ":")
	if !ok || !domain.NudgeKind(kind).Opens() || until.IsZero() {
		return nil
	}
	secret := strings.ToLower(rand.Text() + rand.Text()[:14])
	hash := sha256.Sum256([]byte(secret))
	n.Path = domain.AnswerLinkPath(secret)
	return t.InsertAnswerLink(ctx, sqlc.InsertAnswerLinkParams{
		TokenHash: hash[:], OccurrenceID: domain.OccurrenceID(about), AccountID: n.AccountID, At: now, ExpiresAt: until,
	})
}

// MailLink lets the person of an address be mailed their link to answer an occurrence, at once. Nothing comes of it when there is no such
// member, or their time is over: whoever asks is told the same.
func (s Rounds) MailLink(ctx context.Context, id domain.OccurrenceID, email string, now time.Time) error {
	return s.db.inTx(ctx, "mail a link", func(t *tx) error {
		to, err := t.LinkFor(ctx, id, email)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		o, r, err := occurrence(ctx, t.Queries, to.WorkspaceID, id)
		if err != nil {
			return err
		}
		all, err := schedules(ctx, t.Queries, []domain.AccountID{to.AccountID})
		if err != nil {
			return err
		}
		c, err := worktime.New(all[to.AccountID])
		if err != nil {
			return fmt.Errorf("read hours: %w", err)
		}
		closes := rounds.WindowOf(r, o.On, c).Closes
		if !now.Before(closes) {
			return nil
		}
		return t.PutLinkNotice(ctx, sqlc.PutLinkNoticeParams{
			ID: domain.NewIDAt[domain.NoticeID](now), WorkspaceID: to.WorkspaceID, AccountID: to.AccountID, Ref: domain.NudgeRef(domain.NudgeLink, string(id)),
			Title: "Your link to answer " + r.Name, Path: domain.OccurrencePath(r.ID, id), At: now, MailUntil: closes,
			Excerpt: "It was asked for on the page of the round. If that was not you, there is nothing to do.",
		})
	})
}

// AnswerLink reads a link by the SHA-256 of its secret. KindNotFound.
func (s Rounds) AnswerLink(ctx context.Context, tokenHash []byte) (domain.AnswerLink, error) {
	r, err := s.db.queries().AnswerLink(ctx, tokenHash)
	return domain.AnswerLink{
		OccurrenceID: r.OccurrenceID, RoundID: r.RoundID, WorkspaceID: r.WorkspaceID, AccountID: r.AccountID, ExpiresAt: r.ExpiresAt, Good: r.Good,
		Hash: tokenHash, Salt: r.Salt, PersonName: r.PersonName, WorkspaceName: r.WorkspaceName, RoundName: r.RoundName,
	}, failed("read an answer link", orNotFound(err, "this link is not valid"))
}

// PutForAnswer keeps the sign-in of a link, which is good for one occurrence alone, or notes that it was opened again. KindNotFound when the
// person is no member of the round, or the link was ended.
func (s SignIns) PutForAnswer(ctx context.Context, signIn domain.SignIn, tokenHash []byte) error {
	n, err := s.db.queries().PutAnswerSignIn(ctx, sqlc.PutAnswerSignInParams{
		ID: signIn.ID, TokenHash: tokenHash, AccountID: signIn.AccountID, WorkspaceID: signIn.WorkspaceID, UserAgent: signIn.UserAgent,
		Address: signIn.Address, ExpiresAt: signIn.ExpiresAt, OccurrenceID: string(signIn.OccurrenceID), LinkHash: signIn.LinkHash,
	})
	return failed("sign in for an answer", found(n, err, noMember))
}
