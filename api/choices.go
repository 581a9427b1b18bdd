package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

func (h *handlers) GetNoticeChoice(ctx context.Context, _ gen.GetNoticeChoiceRequestObject) (gen.GetNoticeChoiceResponseObject, error) {
	c, err := h.Notices.Choice(ctx, callerOf(ctx).AccountID)
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	return gen.GetNoticeChoice200JSONResponse(choiceOf(c)), nil
}

func (h *handlers) PutNoticeChoice(ctx context.Context, r gen.PutNoticeChoiceRequestObject) (gen.PutNoticeChoiceResponseObject, error) {
	me := callerOf(ctx).AccountID
	c, err := h.Notices.Choice(ctx, me)
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	c.Mail, c.Muted = domain.MailChoice(r.Body.Mail), kindsOf(r.Body.Muted)
	if r.Body.DigestAt != nil {
		if c.DigestAt, err = domain.ParseClockTime(*r.Body.DigestAt); err != nil {
			return nil, err //nolint:wrapcheck // says what is wrong
		}
	}
	for to, said := range map[*[]domain.NoticeKind]*gen.NoticeKinds{&c.NotInbox: r.Body.NotInbox, &c.NotMail: r.Body.NotMail, &c.NotPush: r.Body.NotPush} {
		if said != nil {
			*to = kindsOf(*said)
		}
	}
	if err := h.Notices.Choose(ctx, me, c); err != nil {
		return nil, fmt.Errorf("change choices: %w", err)
	}
	return gen.PutNoticeChoice200JSONResponse(choiceOf(c)), nil
}

func choiceOf(c domain.NoticeChoice) gen.NoticeChoice {
	at, inbox, mail, push := c.DigestAt.String(), wireKinds(c.NotInbox), wireKinds(c.NotMail), wireKinds(c.NotPush)
	return gen.NoticeChoice{Mail: gen.NoticeChoiceMail(c.Mail), DigestAt: &at, Muted: wireKinds(c.Muted), NotInbox: &inbox, NotMail: &mail, NotPush: &push}
}

func kindsOf(all []gen.NoticeKind) []domain.NoticeKind {
	out := make([]domain.NoticeKind, len(all))
	for i, k := range all {
		out[i] = domain.NoticeKind(k)
	}
	return out
}

func wireKinds(all []domain.NoticeKind) []gen.NoticeKind {
	out := make([]gen.NoticeKind, len(all))
	for i, k := range all {
		out[i] = gen.NoticeKind(k)
	}
	return out
}

func (h *handlers) Unsubscribe(ctx context.Context, r gen.UnsubscribeRequestObject) (gen.UnsubscribeResponseObject, error) {
	if err := h.guesses.try(callerOf(ctx).address, ""); err != nil {
		return nil, err
	}
	if err := h.Notices.Unsubscribe(ctx, r.Secret); err != nil {
		return nil, named(err, "unsubscribe", "this address is not in use")
	}
	return gen.Unsubscribe204Response{}, nil
}
