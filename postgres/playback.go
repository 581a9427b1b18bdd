package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Playback keeps what playlists are rendered from.
type Playback struct{ db *DB }

// Renditions gives those of a clip that have segments, the source first, then from large to small.
func (s Playback) Renditions(ctx context.Context, clip domain.ClipID) ([]domain.Rendition, error) {
	rows, err := s.db.queries().Renditions(ctx, []string{string(clip)})
	return each(rows, toRendition), failed("list renditions", err)
}

// Rendition reads one with its init segments and segments, in order. KindNotFound.
func (s Playback) Rendition(ctx context.Context, clip domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return s.rendition(ctx, clip, name, func(q *sqlc.Queries) ([]sqlc.Segment, error) { return q.Segments(ctx, clip, name) })
}

func (s Playback) rendition(ctx context.Context, clip domain.ClipID, name string, read func(*sqlc.Queries) ([]sqlc.Segment, error)) (
	domain.Rendition, []domain.InitSegment, []domain.Segment, error,
) {
	var rendition sqlc.Rendition
	var inits []sqlc.InitSegment
	var segments []sqlc.Segment
	// One snapshot, because a job may be putting another rendition in its place.
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.db.pool, snapshot, func(raw pgx.Tx) (err error) {
		q := sqlc.New(raw)
		if rendition, err = q.Rendition(ctx, clip, name); err != nil {
			return orNotFound(err, "there is no such rendition")
		}
		if inits, err = q.InitSegments(ctx, clip, name); err != nil {
			return err
		}
		segments, err = read(q)
		return err
	})
	return toRendition(rendition), each(inits, toInitSegment), each(segments, toSegment), failed("read a rendition", err)
}

// RenditionFrom reads a rendition as Rendition does, but only segments from the one that holds a moment on, or the last before
// it, and at most so many. KindNotFound.
func (s Playback) RenditionFrom(ctx context.Context, clip domain.ClipID, name string, fromMS int64, most int) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return s.rendition(ctx, clip, name, func(q *sqlc.Queries) ([]sqlc.Segment, error) {
		return q.SegmentsFrom(ctx, sqlc.SegmentsFromParams{ClipID: clip, Rendition: name, FromMs: fromMS, Most: most})
	})
}

// InitSegment reads one. KindNotFound.
func (s Playback) InitSegment(ctx context.Context, clip domain.ClipID, rendition string, no int) (domain.InitSegment, error) {
	row, err := s.db.queries().InitSegment(ctx, sqlc.InitSegmentParams{ClipID: clip, Rendition: rendition, No: no})
	return toInitSegment(row), failed("read an init segment", orNotFound(err, "there is no such init segment"))
}

// Segment reads one. KindNotFound.
func (s Playback) Segment(ctx context.Context, clip domain.ClipID, rendition string, no int) (domain.Segment, error) {
	row, err := s.db.queries().Segment(ctx, sqlc.SegmentParams{ClipID: clip, Rendition: rendition, No: no})
	return toSegment(row), failed("read a segment", orNotFound(err, "there is no such segment"))
}

// StoryboardVTT reads the index of the storyboard; empty: not made yet. KindNotFound for no clip.
func (s Playback) StoryboardVTT(ctx context.Context, clip domain.ClipID) (string, error) {
	vtt, err := s.db.queries().Storyboard(ctx, clip)
	return vtt, failed("read a storyboard", orNotFound(err, noClip))
}

// Publish puts a whole rendition in the place of what the clip had under that name, and returns the keys of the
// objects that nobody needs any longer. KindNotFound when the clip was deleted: then remove the new objects.
func (s Playback) Publish(ctx context.Context, r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment) (replaced []string, err error) {
	err = s.db.inTx(ctx, "publish a rendition", func(t *tx) error {
		c, err := t.lockClip(ctx, r.ClipID)
		if err != nil {
			return err
		}
		if replaced, err = t.replaceRendition(ctx, r, inits, segments); err != nil {
			return err
		}
		return t.clipChanged(c)
	})
	return replaced, err
}

// ImportDone publishes the source rendition of an import, makes the clip ready and enqueues what follows. Errors as Publish; of one that joins
// clips also KindGone, when its owner may not take one of them any more, and KindConflict, when one was edited. Joined clips are made once:
// another making of them changes nothing.
func (s Playback) ImportDone(ctx context.Context, clip domain.ClipID, i domain.Import) (replaced []string, err error) {
	err = s.db.inTx(ctx, "publish an import", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		if len(i.Parts) > 0 && c.State == domain.ClipReady {
			replaced = i.Keys()
			return nil
		}
		if len(i.Parts) > 0 {
			if err := t.checkParts(ctx, c, i.Parts); err != nil {
				return err
			}
			c.SizeBytes = i.Bytes()
		}
		replaced, err = t.importDone(ctx, c, i)
		return err
	})
	return replaced, err
}

func (t *tx) importDone(ctx context.Context, c domain.Clip, i domain.Import) ([]string, error) {
	i.Rendition.ClipID, i.Rendition.Name, i.Rendition.Complete = c.ID, domain.SourceRendition, true
	replaced, err := t.replaceRendition(ctx, i.Rendition, i.Inits, i.Segments)
	if err != nil {
		return nil, err
	}
	if err := t.SetClipMedia(ctx, sqlc.SetClipMediaParams{
		ID: c.ID, DurationMs: i.DurationMS, SizeBytes: c.SizeBytes, Width: i.Width, Height: i.Height, HasVideo: i.HasVideo, HasAudio: i.HasAudio,
	}); err != nil {
		return nil, err
	}
	if c.State == domain.ClipFailed { // a late success of a job that was given up
		if err := t.setState(ctx, &c, domain.ClipProcessing, ""); err != nil {
			return nil, err
		}
	}
	if err := t.setState(ctx, &c, domain.ClipReady, ""); err != nil {
		return nil, err
	}
	follows, err := t.afterImport(ctx, c, i)
	if err != nil {
		return nil, err
	}
	if len(replaced) > 0 {
		follows = domain.MadeAnew(follows)
	}
	if len(c.Cuts) > 0 {
		if err := t.editAnew(ctx, c.ID); err != nil {
			return nil, err
		}
	}
	t.enqueue(follows...)
	return replaced, t.clipChanged(c)
}

// afterImport lists what follows, and prepares the transcript for it.
func (t *tx) afterImport(ctx context.Context, c domain.Clip, i domain.Import) ([]domain.Job, error) {
	follows := domain.AfterPlayable(c.ID)
	if len(i.Parts) > 0 {
		spoken, err := t.stitchWords(ctx, c, i.Parts, i.DurationMS)
		if err != nil || spoken {
			return slices.DeleteFunc(follows, func(j domain.Job) bool { return j.Kind == domain.JobTranscribe }), err
		}
	}
	// What was heard while it was recorded may lie elsewhere on the new time line.
	return follows, t.restartTranscript(ctx, c)
}

// ImportFailed makes a clip that is processing failed, for a reason shown to people; or ready, if some of it can be played.
func (s Playback) ImportFailed(ctx context.Context, clip domain.ClipID, reason string) error {
	return s.db.inTx(ctx, "note a failed import", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil || c.State != domain.ClipProcessing {
			return err
		}
		playable, err := t.HasSegments(ctx, clip)
		if err != nil {
			return err
		}
		to := domain.ClipFailed
		if playable {
			to, reason = domain.ClipReady, ""
			t.enqueue(domain.AfterPlayable(clip)...)
		}
		if err := t.setState(ctx, &c, to, reason); err != nil {
			return err
		}
		return t.clipChanged(c)
	})
}

// replaceRendition puts a rendition in the place of the one of its name, and returns the keys that only that one used.
func (t *tx) replaceRendition(ctx context.Context, r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment) ([]string, error) {
	old, err := t.RenditionKeys(ctx, r.ClipID, r.Name)
	if err != nil {
		return nil, err
	}
	if err := t.DeleteRendition(ctx, r.ClipID, r.Name); err != nil {
		return nil, err
	}
	if err := t.putRendition(ctx, r, inits, segments); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, i := range inits {
		used[i.ObjectKey] = true
	}
	for _, s := range segments {
		used[s.ObjectKey] = true
	}
	return slices.DeleteFunc(old, func(k string) bool { return used[k] }), nil
}

// putRendition adds to a rendition, or makes it.
func (t *tx) putRendition(ctx context.Context, r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment) error {
	if err := t.PutRendition(ctx, sqlc.PutRenditionParams{
		ClipID: r.ClipID, Name: r.Name, Codecs: r.Codecs, Width: r.Width, Height: r.Height, Bandwidth: r.Bandwidth, Complete: r.Complete,
	}); err != nil {
		return err
	}
	err := execAll(t.PutInitSegment(ctx, each(inits, func(i domain.InitSegment) sqlc.PutInitSegmentParams {
		return sqlc.PutInitSegmentParams{ClipID: r.ClipID, Rendition: r.Name, No: i.No, ObjectKey: i.ObjectKey, Bytes: i.Bytes}
	})))
	if err != nil {
		return err
	}
	return execAll(t.PutSegment(ctx, each(segments, func(s domain.Segment) sqlc.PutSegmentParams {
		return sqlc.PutSegmentParams{
			ClipID: r.ClipID, Rendition: r.Name, No: s.No, InitNo: s.InitNo, StartMs: s.StartMS, DurationMs: s.DurationMS,
			Bytes: s.Bytes, ObjectKey: s.ObjectKey, Discontinuity: s.Discontinuity,
		}
	})))
}

// execAll waits for a batch and returns its first error.
func execAll(b interface{ Exec(func(int, error)) }) error {
	var first error
	b.Exec(func(_ int, err error) {
		if first == nil {
			first = err
		}
	})
	return first
}
