package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// maxReactions bounds those of one person to one clip.
const maxReactions = 500

// React puts somebody's emoji at a second of a clip, or takes it away. Doing it twice is doing it once.
func (s Comments) React(ctx context.Context, clip domain.ClipID, who domain.Reactor, emoji string, atMS int64, on bool) error {
	return s.db.inTx(ctx, "react", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		account, guest, atMS := orNull(who.AccountID), orNull(who.GuestID), atMS-atMS%1000
		if on {
			n, err := t.CountReactions(ctx, sqlc.CountReactionsParams{ClipID: clip, AccountID: account, GuestID: guest})
			if err != nil {
				return err
			}
			if n >= maxReactions {
				return domain.Errorf(domain.KindTooMany, "these are %d reactions of yours already", n)
			}
			err = t.PutReaction(ctx, sqlc.PutReactionParams{ClipID: clip, AccountID: account, GuestID: guest, Emoji: emoji, AtMs: atMS})
			if err != nil {
				return err
			}
		} else if err := t.TakeReaction(ctx, sqlc.TakeReactionParams{ClipID: clip, AccountID: account, GuestID: guest, Emoji: emoji, AtMs: atMS}); err != nil {
			return err
		}
		return t.changed(domain.EventReactionsChanged, c, clipData{clip})
	})
}

// Reactions counts those to a clip, by second and emoji.
func (s Comments) Reactions(ctx context.Context, clip domain.ClipID, who domain.Reactor) ([]domain.Reaction, error) {
	rows, err := s.db.queries().Reactions(ctx, sqlc.ReactionsParams{ClipID: clip, AccountID: orNull(who.AccountID), GuestID: orNull(who.GuestID)})
	return each(rows, func(r sqlc.ReactionsRow) domain.Reaction {
		return domain.Reaction{Emoji: r.Emoji, AtMS: r.AtMs, Count: r.Count, Mine: r.Mine}
	}), failed("list reactions", err)
}
