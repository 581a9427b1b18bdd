package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Recordings keeps what the ingest knows, so that any node can go on with any recording.
type Recordings struct{ db *DB }

// Begin makes a node the one that records a clip and returns a new epoch. It makes the recording's row if there is none, sets
// its type if it has none, and makes an abandoned recording, and its clip, record again. With an empty mimeType it changes
// nothing but the epoch. A finished or cancelled recording is returned as it is. KindNotFound for an unknown clip.
func (s Recordings) Begin(ctx context.Context, clip domain.ClipID, mimeType, node string) (domain.Take, error) {
	var take domain.Take
	err := s.db.inTx(ctx, "begin a recording", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		take, err = t.take(ctx, c)
		if err != nil || take.Recording.EndReason == domain.EndFinished || take.Recording.EndReason == domain.EndCancelled {
			return err
		}
		r, err := t.BeginRecording(ctx, sqlc.BeginRecordingParams{ClipID: clip, MimeType: mimeType, Node: node})
		if err != nil {
			return err
		}
		if mimeType != "" && r.EndReason == domain.EndAbandoned {
			if err := t.reopen(ctx, &c); err != nil {
				return err
			}
		}
		take, err = t.take(ctx, c)
		return err
	})
	return take, err
}

// reopen makes an abandoned recording record again.
func (t *tx) reopen(ctx context.Context, c *domain.Clip) error {
	if err := t.ReopenRecording(ctx, c.ID); err != nil {
		return err
	}
	err := t.CompleteRendition(ctx, sqlc.CompleteRenditionParams{ClipID: c.ID, Name: domain.SourceRendition, Complete: false})
	if err != nil {
		return err
	}
	// A clip that is processing is on its way to ready, and from there it may record again.
	if c.State == domain.ClipProcessing {
		c.State = domain.ClipReady
	}
	if err := t.setState(ctx, c, domain.ClipRecording, ""); err != nil {
		return err
	}
	return t.clipChanged(*c)
}

// Take reads the same without becoming the recorder. A clip without a recording has a zero Recording but for ClipID. KindNotFound.
func (s Recordings) Take(ctx context.Context, clip domain.ClipID) (domain.Take, error) {
	var take domain.Take
	err := s.db.inTx(ctx, "read a recording", func(t *tx) error {
		c, err := t.Clip(ctx, clip)
		if err != nil {
			return orNotFound(err, noClip)
		}
		take, err = t.take(ctx, toClip(c.Clip))
		return err
	})
	return take, err
}

func (t *tx) take(ctx context.Context, c domain.Clip) (domain.Take, error) {
	row, err := t.Recording(ctx, c.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Take{Clip: c, Recording: domain.Recording{ClipID: c.ID}}, nil
	}
	return domain.Take{Clip: c, Recording: toRecording(row.Recording), Epoch: row.Recording.Epoch}, err
}

// lockTake locks a clip for the node that records it. KindConflict when another has taken over.
func (t *tx) lockTake(ctx context.Context, id domain.ClipID, epoch int64) (domain.Clip, sqlc.Recording, error) {
	c, err := t.lockClip(ctx, id)
	if err != nil {
		return c, sqlc.Recording{}, err
	}
	row, err := t.Recording(ctx, id)
	if err != nil {
		return c, row.Recording, orNotFound(err, "the recording was not begun")
	}
	if row.Recording.Epoch != epoch {
		return c, row.Recording, domain.Errorf(domain.KindConflict, "another node has taken over this recording")
	}
	return c, row.Recording, nil
}

// SaveProgress records what was stored; saving the same twice changes nothing. KindConflict, changing nothing, when the
// epoch is not the newest (another node has taken over) or the recording was finished.
func (s Recordings) SaveProgress(ctx context.Context, p domain.Progress) error {
	return s.db.inTx(ctx, "save a recording's progress", func(t *tx) error {
		c, r, err := t.lockTake(ctx, p.ClipID, p.Epoch)
		if err != nil {
			return err
		}
		if r.EndReason == domain.EndFinished || r.EndReason == domain.EndCancelled {
			return domain.Errorf(domain.KindConflict, "the recording was %s", r.EndReason)
		}
		if err := t.SaveRecording(ctx, sqlc.SaveRecordingParams{
			ClipID: p.ClipID, NextSeq: p.NextSeq, Bytes: p.Bytes, LastChunkAt: p.LastChunkAt, DeclaredBytes: p.DeclaredBytes,
			Checkpoint: p.Checkpoint, CheckpointOffset: p.CheckpointOffset, Gaps: orEmpty(p.GapsMS), SourceParts: p.SourceParts, SourceRuns: orEmpty(p.SourceRuns),
		}); err != nil {
			return err
		}
		if err := t.saveMedia(ctx, c, p); err != nil {
			return err
		}
		if len(p.Segments) == 0 {
			return nil
		}
		if err := t.listen(ctx, p); err != nil {
			return err
		}
		return t.changed(domain.EventSegmentsAdded, c, segmentsData{c.ID, p.DurationMS})
	})
}

// listen has the words written down while they are spoken: new sound starts that job, or wakes it when it rests.
func (t *tx) listen(ctx context.Context, p domain.Progress) error {
	if !p.HasAudio {
		return nil
	}
	listening, err := t.IsListening(ctx, p.ClipID)
	if err == nil && !listening {
		t.enqueue(domain.Job{Kind: domain.JobTranscribe, ClipID: p.ClipID})
	}
	return err
}

type segmentsData struct {
	ID         domain.ClipID `json:"id"`
	DurationMS int64         `json:"duration_ms"`
}

// saveMedia stores the source rendition's new segments and what the clip shows of them.
func (t *tx) saveMedia(ctx context.Context, c domain.Clip, p domain.Progress) error {
	if p.Rendition.Codecs != "" || len(p.Inits) > 0 {
		p.Rendition.ClipID = p.ClipID
		if p.Rendition.Name == "" {
			p.Rendition.Name = domain.SourceRendition
		}
		if err := t.putRendition(ctx, p.Rendition, p.Inits, p.Segments); err != nil {
			return err
		}
	}
	return t.SetClipMedia(ctx, sqlc.SetClipMediaParams{
		ID: c.ID, DurationMs: p.DurationMS, SizeBytes: p.Bytes, Width: p.Rendition.Width, Height: p.Rendition.Height,
		HasVideo: p.HasVideo, HasAudio: p.HasAudio,
	})
}

// OpenBy counts the recordings of a person that chunks come for, besides one clip's. active is how long one may have been silent.
func (s Recordings) OpenBy(ctx context.Context, owner domain.AccountID, besides domain.ClipID, active time.Duration) (int, error) {
	n, err := s.db.queries().CountOpenRecordings(ctx, sqlc.CountOpenRecordingsParams{OwnerID: owner, ClipID: besides, ActiveSeconds: active.Seconds()})
	return n, failed("count open recordings", err)
}

// Abandoned lists the open recordings to which nothing was added for so long, oldest first.
func (s Recordings) Abandoned(ctx context.Context, quiet time.Duration, limit int) ([]domain.Take, error) {
	rows, err := s.db.queries().QuietRecordings(ctx, quiet.Seconds(), limit)
	return each(rows, func(r sqlc.QuietRecordingsRow) domain.Take {
		return domain.Take{Clip: toClip(r.Clip), Recording: toRecording(r.Recording), Epoch: r.Recording.Epoch}
	}), failed("list quiet recordings", err)
}

// Touch notes that the recorder is alive though it has nothing to save. KindConflict when another node has taken over or it has ended.
func (s Recordings) Touch(ctx context.Context, clip domain.ClipID, epoch int64) error {
	n, err := s.db.queries().TouchRecording(ctx, clip, epoch)
	if err == nil && n == 0 {
		err = domain.Errorf(domain.KindConflict, "the recording has ended, or another node has taken over")
	}
	return failed("note that a recording lives", err)
}
