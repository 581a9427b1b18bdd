package jobs

import (
	"context"
	"errors"
	"fmt"

	"baton/domain"
	"baton/transcode"
)

// importMedia makes the source rendition of what could not be cut into segments while it arrived: an uploaded
// file, VP8, a container that we do not know. It copies where it can and encodes where it must.
func (r *Runner) importMedia(ctx context.Context, clip domain.Clip, report func(float64)) (err error) {
	parts, err := r.Store.StitchParts(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read what it is joined of: %w", err)
	}
	if len(parts) > 0 && clip.State == domain.ClipReady {
		return nil // this job was done, and its end not noted: what its maker did with the clip since is theirs
	}
	if len(parts) > 0 {
		return r.stitch(ctx, clip, report)
	}
	take, err := r.Store.Take(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read recording: %w", err)
	}
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	src := &sourceParts{ctx: ctx, r: r, clip: clip, parts: take.Recording.SourceParts, runs: take.Recording.SourceRuns}
	opened, err := r.Tools.Open(ctx, box, src)
	if err = errors.Join(err, src.Close()); err != nil {
		return err
	}
	report(0.05)
	made, err := r.Tools.Import(ctx, opened, transcode.Progress(func(s float64) { report(0.05 + 0.85*s) }))
	if err != nil {
		return err //nolint:wrapcheck // carries the words for people
	}
	return r.publishImport(ctx, clip, made, domain.Import{HasVideo: opened.HasVideo(), HasAudio: opened.HasAudio()})
}

// publishImport shows a source rendition that was made.
func (r *Runner) publishImport(ctx context.Context, clip domain.Clip, made transcode.Rendition, i domain.Import) error {
	stored, err := r.store(ctx, clip, made, newAttempt())
	if err != nil {
		return err
	}
	i.Rendition, i.Inits, i.Segments, i.DurationMS = stored.rendition, stored.inits, stored.segments, end(stored.segments)
	i.Width, i.Height = made.Width, made.Height
	replaced, err := r.Store.ImportDone(ctx, clip.ID, i)
	if err != nil {
		return errors.Join(fmt.Errorf("publish import: %w", err), r.drop(ctx, stored.keys()))
	}
	return r.drop(ctx, replaced)
}

// end is where the last segment ends, in milliseconds.
func end(s []domain.Segment) int64 {
	if len(s) == 0 {
		return 0
	}
	last := s[len(s)-1]
	return last.StartMS + last.DurationMS
}
