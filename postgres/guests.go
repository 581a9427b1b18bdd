package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noGuest = "there is no such guest of this clip"

// Guests lists those who came to a clip by links, or have written on it, the last to come first, with what they said last that the viewer may read.
func (s Shares) Guests(ctx context.Context, clip domain.ClipID, viewer domain.AccountID) ([]domain.GuestVisit, error) {
	rows, err := s.db.queries().GuestsOf(ctx, clip, string(viewer))
	return each(rows, func(r sqlc.GuestsOfRow) domain.GuestVisit {
		return domain.GuestVisit{
			Guest: domain.Guest{ID: r.ID, Name: r.Name}, CameAt: r.At, Links: r.Links, Comments: r.Comments, Said: r.Said, RemovedAt: deref(r.RemovedAt),
		}
	}), failed("list guests", err)
}

// RemoveGuest takes a guest out of a clip and the answers to it: their browser sees nothing of it from now on, and what they wrote is deleted. KindNotFound.
func (s Shares) RemoveGuest(ctx context.Context, clip domain.ClipID, guest domain.GuestID, by domain.AccountID) error {
	return s.db.inTx(ctx, "take a guest out", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if came, err := t.CameTo(ctx, clip, guest); err != nil {
			return err
		} else if !came {
			return domain.Errorf(domain.KindNotFound, noGuest)
		}
		if err := t.InsertGuestRemoval(ctx, sqlc.InsertGuestRemovalParams{ClipID: clip, GuestID: string(guest), RemovedBy: string(by)}); err != nil {
			return err
		}
		if err := t.ForgetPassesOf(ctx, clip, guest); err != nil {
			return err
		}
		if err := t.silence(ctx, clip, guest); err != nil {
			return err
		}
		// Their open player looks again, and those who see their comments and reactions do.
		if err := t.changed(domain.EventReactionsChanged, c, clipData{clip}); err != nil {
			return err
		}
		return t.clipChanged(c)
	})
}

// silence deletes what a guest wrote on a clip and the answers to it.
func (t *tx) silence(ctx context.Context, clip domain.ClipID, guest domain.GuestID) error {
	rows, err := t.CommentsOfGuest(ctx, clip, string(guest))
	if err != nil {
		return err
	}
	for _, r := range rows {
		on, err := t.lockClip(ctx, r.ClipID)
		if err != nil {
			return err
		}
		if err := t.deleteComment(ctx, on, r.ID); err != nil {
			return err
		}
	}
	return t.TakeReactionsOfGuest(ctx, clip, string(guest))
}
