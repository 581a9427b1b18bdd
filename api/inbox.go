package api

import (
	"context"
	"fmt"

	"baton/api/gen"
	"baton/domain"
)

// notices keeps what people are told.
type notices interface {
	// List gives what somebody was told, the newest first; Unread counts what they have not read.
	List(ctx context.Context, v domain.Viewer, before domain.NoticeID, limit int) ([]domain.Notice, error)
	Unread(ctx context.Context, v domain.Viewer) (int, error)
	// Read marks some as read; no ids: all.
	Read(ctx context.Context, v domain.Viewer, ids []domain.NoticeID) error
	// ReadThread marks as read what is about the thread that a comment is in.
	ReadThread(ctx context.Context, v domain.Viewer, id domain.CommentID) error
	// Choice and Choose are about what somebody wants to hear of.
	Choice(ctx context.Context, a domain.AccountID) (domain.NoticeChoice, error)
	Choose(ctx context.Context, a domain.AccountID, c domain.NoticeChoice) error
	// Mutes, Mute and Unmute are about the things of which they want to hear no more; Mute: KindNotFound for a space or a round.
	Mutes(ctx context.Context, v domain.Viewer) ([]domain.Mute, error)
	Mute(ctx context.Context, v domain.Viewer, m domain.Mute) error
	Unmute(ctx context.Context, a domain.AccountID, about string) error
	// Unsubscribe ends the mail to the person whose secret it is. KindNotFound.
	Unsubscribe(ctx context.Context, secret string) error
}

func (h *handlers) ListNotices(ctx context.Context, r gen.ListNoticesRequestObject) (gen.ListNoticesResponseObject, error) {
	who, limit := callerOf(ctx), or(r.Params.Limit, 30)
	all, err := h.Notices.List(ctx, who.Viewer, domain.NoticeID(or(r.Params.Cursor, "")), limit)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	out := gen.ListNotices200JSONResponse{Notices: make([]gen.Notice, len(all))}
	if out.Unread, err = h.Notices.Unread(ctx, who.Viewer); err != nil {
		return nil, fmt.Errorf("count notices: %w", err)
	}
	for i, n := range all {
		out.Notices[i] = gen.Notice{
			Id: string(n.ID), Kind: gen.NoticeKind(n.Kind), ClipId: nonZero(string(n.ClipID)), ClipTitle: n.ClipTitle, Actor: n.Actor, Excerpt: n.Excerpt, AtMs: n.AtMS, PlayedMs: n.PlayedMS,
			CreatedAt: n.CreatedAt.UTC(), Read: !n.ReadAt.IsZero(), Title: nonZero(n.Title), Url: origin(h.PublicURL) + n.Page(),
		}
	}
	if len(all) == limit {
		out.NextCursor = nonZero(string(all[limit-1].ID))
	}
	return out, nil
}

func (h *handlers) ReadNotices(ctx context.Context, r gen.ReadNoticesRequestObject) (gen.ReadNoticesResponseObject, error) {
	who := callerOf(ctx)
	if id := or(r.Body.CommentId, ""); id != "" {
		if err := h.Notices.ReadThread(ctx, who.Viewer, domain.CommentID(id)); err != nil {
			return nil, fmt.Errorf("mark a thread's notices: %w", err)
		}
		if len(or(r.Body.Ids, nil)) == 0 {
			return gen.ReadNotices204Response{}, nil
		}
	}
	var ids []domain.NoticeID
	for _, id := range unique(r.Body.Ids) {
		ids = append(ids, domain.NoticeID(id))
	}
	if err := h.Notices.Read(ctx, who.Viewer, ids); err != nil {
		return nil, fmt.Errorf("mark notices: %w", err)
	}
	return gen.ReadNotices204Response{}, nil
}
