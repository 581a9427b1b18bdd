package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Podcasts keeps private feeds and the files that they offer.
type Podcasts struct{ db *DB }

const noPodcast = "there is no such feed"

// Put makes a person's feed, or gives it another secret, of which the SHA-256 is kept. KindNotFound for who is no member.
func (s Podcasts) Put(ctx context.Context, v domain.Viewer, secretHash []byte) error {
	n, err := s.db.queries().PutPodcast(ctx, sqlc.PutPodcastParams{SecretHash: secretHash, WorkspaceID: v.WorkspaceID, AccountID: v.AccountID})
	return failed("make a feed", found(n, err, noMember))
}

// Get reads a person's feed. KindNotFound.
func (s Podcasts) Get(ctx context.Context, v domain.Viewer) (domain.Podcast, error) {
	r, err := s.db.queries().Podcast(ctx, v.WorkspaceID, v.AccountID)
	return domain.Podcast{CreatedAt: r.CreatedAt, LastUsedAt: deref(r.LastUsedAt), NotesHeard: r.NotesHeard}, failed("read a feed", orNotFound(err, noPodcast))
}

// BySecret finds whose feed a secret is of, and notes (at most once a minute) that it was used. KindNotFound, also when they left.
func (s Podcasts) BySecret(ctx context.Context, secretHash []byte) (domain.Viewer, error) {
	q := s.db.queries()
	r, err := q.PodcastBySecret(ctx, secretHash)
	if err == nil && r.UsedLongAgo {
		err = q.TouchPodcast(ctx, secretHash)
	}
	return domain.Viewer{AccountID: r.AccountID, WorkspaceID: r.WorkspaceID, Role: r.Role, Spaces: spacesOf(r.Spaces)}, failed("find a feed", orNotFound(err, noPodcast))
}

// State names what a person's feed is planned from; it is another one at least every hour. KindNotFound.
func (s Podcasts) State(ctx context.Context, v domain.Viewer) (string, error) {
	state, err := s.db.queries().FeedState(ctx, v.WorkspaceID, v.AccountID)
	return state, failed("read a feed's state", orNotFound(err, noPodcast))
}

// SetNotesHeard says whether what is fetched to its end is noted as heard. KindNotFound.
func (s Podcasts) SetNotesHeard(ctx context.Context, v domain.Viewer, on bool) error {
	n, err := s.db.queries().SetPodcastNotesHeard(ctx, sqlc.SetPodcastNotesHeardParams{NotesHeard: on, WorkspaceID: v.WorkspaceID, AccountID: v.AccountID})
	return failed("change a feed", found(n, err, noPodcast))
}

// Fetched notes that a feed's program fetched the bytes from one up to another, and tells whether it now has them all; false where it is not
// to be noted what was heard.
func (s Podcasts) Fetched(ctx context.Context, v domain.Viewer, sound domain.Sound, from, to int64) (whole bool, err error) {
	err = s.db.inTx(ctx, "note what was fetched", func(t *tx) error {
		whole, err = t.AddFetched(ctx, sqlc.AddFetchedParams{
			WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, ClipID: sound.ClipID, ObjectKey: sound.ObjectKey, FromByte: from, ToByte: to, Bytes: sound.Bytes,
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		} else if err != nil || !whole {
			return err
		}
		return t.ForgetFetched(ctx, sqlc.ForgetFetchedParams{WorkspaceID: v.WorkspaceID, AccountID: v.AccountID, ClipID: sound.ClipID})
	})
	return whole, err
}

// Delete ends a person's feed. KindNotFound.
func (s Podcasts) Delete(ctx context.Context, v domain.Viewer) error {
	n, err := s.db.queries().DeletePodcast(ctx, v.WorkspaceID, v.AccountID)
	return failed("end a feed", found(n, err, noPodcast))
}

// Sounds reads the files of those clips that have one.
func (s Podcasts) Sounds(ctx context.Context, clips []domain.ClipID) (map[domain.ClipID]domain.Sound, error) {
	rows, err := s.db.queries().Sounds(ctx, each(clips, func(c domain.ClipID) string { return string(c) }))
	out := make(map[domain.ClipID]domain.Sound, len(rows))
	for _, r := range rows {
		out[r.ClipID] = domain.Sound{ClipID: r.ClipID, ObjectKey: r.ObjectKey, Bytes: r.Bytes, DurationMS: r.DurationMs, EditNo: r.EditNo, Holds: r.Holds}
	}
	return out, failed("list sounds", err)
}

// QueueSounds has the files of clips made.
func (s Podcasts) QueueSounds(ctx context.Context, clips []domain.ClipID) error {
	if len(clips) == 0 {
		return nil
	}
	return s.db.inTx(ctx, "queue sounds", func(t *tx) error {
		for _, c := range clips {
			t.enqueue(domain.Job{Kind: domain.JobSound, ClipID: c})
		}
		return nil
	})
}

// QueueSound has a clip's file made, or made anew, where somebody has a feed.
func (s Podcasts) QueueSound(ctx context.Context, c domain.Clip) error {
	return s.db.inTx(ctx, "queue a sound", func(t *tx) error { return t.queueSound(ctx, c) })
}

func (t *tx) queueSound(ctx context.Context, c domain.Clip) error {
	wanted, err := t.HasFeeds(ctx, c.WorkspaceID)
	if err != nil || !wanted {
		return failed("look for feeds", err)
	}
	t.enqueue(domain.Job{Kind: domain.JobSound, ClipID: c.ID, Again: true})
	return nil
}

// PutSound keeps a clip's file and gives the key that nothing points at any more. KindNotFound.
func (s Podcasts) PutSound(ctx context.Context, sound domain.Sound) (replaced []string, err error) {
	err = s.db.inTx(ctx, "keep a sound", func(t *tx) error {
		if _, err := t.lockClip(ctx, sound.ClipID); err != nil {
			return err
		}
		old, err := t.OldSound(ctx, sound.ClipID)
		if err == nil && old != sound.ObjectKey {
			replaced = []string{old}
		} else if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return t.PutSound(ctx, sqlc.PutSoundParams{
			ClipID: sound.ClipID, ObjectKey: sound.ObjectKey, Bytes: sound.Bytes, DurationMs: sound.DurationMS, EditNo: sound.EditNo, Holds: sound.Holds,
		})
	})
	return replaced, err
}
