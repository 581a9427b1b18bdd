package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Choice reads what somebody wants to hear of.
func (s Notices) Choice(ctx context.Context, a domain.AccountID) (domain.NoticeChoice, error) {
	r, err := s.db.queries().NoticeChoice(ctx, a)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.NoticeChoice{Mail: domain.MailEach, DigestAt: domain.DefaultDigestAt}, nil
	}
	return domain.NoticeChoice{
		Mail: r.Mail, DigestAt: domain.ClockTime(r.DigestAt), Muted: kinds(r.Muted), NotInbox: kinds(r.NotInbox), NotMail: kinds(r.NotMail), NotPush: kinds(r.NotPush),
	}, failed("read choices", err)
}

// Choose changes it. What waits goes the new way, or not at all.
func (s Notices) Choose(ctx context.Context, a domain.AccountID, c domain.NoticeChoice) error {
	return s.db.inTx(ctx, "change choices", func(t *tx) error {
		if err := t.PutNoticeChoice(ctx, putChoice(a, c)); err != nil {
			return err
		}
		if c.Mail == domain.MailNever {
			if err := t.CancelMail(ctx, a); err != nil {
				return err
			}
		}
		if err := t.CancelKinds(ctx, sqlc.CancelKindsParams{
			NotMail: texts(slices.Concat(c.Muted, c.NotMail)), NotPush: texts(slices.Concat(c.Muted, c.NotPush)), AccountID: a,
		}); err != nil {
			return err
		}
		return t.HurryMail(ctx, c.Mail == domain.MailHourly, a)
	})
}

// choiceOf reads how somebody wants mail, and the secret that ends it, which is made when there is none yet.
func (t *tx) choiceOf(ctx context.Context, a domain.AccountID) (sqlc.NoticeChoiceRow, error) {
	r, err := t.NoticeChoice(ctx, a)
	if !errors.Is(err, pgx.ErrNoRows) {
		return r, err
	}
	p := putChoice(a, domain.NoticeChoice{Mail: domain.MailEach, DigestAt: domain.DefaultDigestAt})
	return sqlc.NoticeChoiceRow{Mail: p.Mail, DigestAt: p.DigestAt, Unsubscribe: p.Unsubscribe}, t.PutNoticeChoice(ctx, p)
}

func putChoice(a domain.AccountID, c domain.NoticeChoice) sqlc.PutNoticeChoiceParams {
	return sqlc.PutNoticeChoiceParams{
		AccountID: a, Mail: c.Mail, DigestAt: int(c.DigestAt), Muted: texts(c.Muted), NotInbox: texts(c.NotInbox), NotMail: texts(c.NotMail),
		NotPush: texts(c.NotPush), Unsubscribe: strings.ToLower(rand.Text()),
	}
}

// Unsubscribe ends the mail to the person whose secret it is. KindNotFound.
func (s Notices) Unsubscribe(ctx context.Context, secret string) error {
	return s.db.inTx(ctx, "unsubscribe", func(t *tx) error {
		a, err := t.EndMail(ctx, secret)
		if err != nil {
			return orNotFound(err, "this address is not in use")
		}
		return t.CancelMail(ctx, a)
	})
}

// Mutes lists what somebody wants to hear no more of in the workspace that they are in.
func (s Notices) Mutes(ctx context.Context, v domain.Viewer) ([]domain.Mute, error) {
	rows, err := s.db.queries().Mutes(ctx, v.AccountID, string(v.WorkspaceID))
	return each(rows, func(r sqlc.MutesRow) domain.Mute {
		return domain.Mute{SpaceID: domain.SpaceID(r.SpaceID), RoundID: domain.RoundID(r.RoundID), ClipID: domain.ClipID(r.ClipID), Name: r.Name}
	}), failed("list what is muted", err)
}

// Mute ends what somebody is told of a thing; what waits to be mailed or pushed is not. It is the caller's to know that they may see it.
// KindNotFound for a space or a round of another workspace.
func (s Notices) Mute(ctx context.Context, v domain.Viewer, m domain.Mute) error {
	return s.db.inTx(ctx, "mute", func(t *tx) error {
		if m.RoundID != "" {
			if _, err := round(ctx, t.Queries, v.WorkspaceID, m.RoundID); err != nil {
				return err
			}
		}
		if err := t.checkSpace(ctx, domain.Clip{WorkspaceID: v.WorkspaceID, SpaceID: m.SpaceID}); err != nil {
			return err
		}
		if err := t.InsertMute(ctx, sqlc.InsertMuteParams{
			AccountID: v.AccountID, SpaceID: orNull(m.SpaceID), RoundID: orNull(m.RoundID), ClipID: orNull(m.ClipID),
		}); err != nil {
			return err
		}
		return t.CancelMuted(ctx, v.AccountID)
	})
}

// Unmute lets somebody hear of a thing again from now on.
func (s Notices) Unmute(ctx context.Context, a domain.AccountID, about string) error {
	return failed("unmute", s.db.queries().DeleteMute(ctx, a, about))
}

func kinds(all []string) []domain.NoticeKind {
	return each(all, func(k string) domain.NoticeKind { return domain.NoticeKind(k) })
}

func texts(all []domain.NoticeKind) []string {
	return orEmpty(each(all, func(k domain.NoticeKind) string { return string(k) }))
}
