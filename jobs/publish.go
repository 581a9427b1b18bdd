package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sync/errgroup"

	"baton/domain"
	"baton/transcode"
)

// putsAtOnce bounds the segments that are on their way to the object store.
const putsAtOnce = 4

// newAttempt names one run of a step; it is part of the keys of what the run makes, so that two runs never
// write the same object.
func newAttempt() string { return strings.ToLower(rand.Text()[:10]) }

// published is a rendition whose objects are stored and whose rows are not yet written.
type published struct {
	rendition domain.Rendition
	inits     []domain.InitSegment
	segments  []domain.Segment
}

func (p published) keys() []string {
	var keys []string
	for _, i := range p.inits {
		keys = append(keys, i.ObjectKey)
	}
	for _, s := range p.segments {
		keys = append(keys, s.ObjectKey)
	}
	return keys
}

// errSuperseded ends a step that has worked on a recording which has gone on meanwhile: another of its kind comes, or is queued already.
var errSuperseded = errors.New("the recording has gone on")

// current fails with errSuperseded when the recording is longer than when the step began. What was made of the shorter one must not
// replace what another step may have made of the longer.
func (r *Runner) current(ctx context.Context, clip domain.Clip) error {
	now, err := r.Store.Clip(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read clip: %w", err)
	}
	if now.State == domain.ClipRecording || now.SizeBytes != clip.SizeBytes {
		return errSuperseded
	}
	return nil
}

// store uploads a rendition's files. What an interrupted run leaves behind is removed with the clip, or by doctor.
func (r *Runner) store(ctx context.Context, clip domain.Clip, made transcode.Rendition, attempt string) (published, error) {
	if err := r.current(ctx, clip); err != nil {
		return published{}, err
	}
	out := published{rendition: domain.Rendition{
		ClipID: clip.ID, Name: made.Name, Codecs: made.Codecs, Width: made.Width, Height: made.Height,
		Bandwidth: made.Bandwidth, Complete: true,
	}}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(putsAtOnce)
	put := func(key, path, contentType string) {
		g.Go(func() (err error) {
			f, err := os.Open(path)
			if err != nil {
				return fmt.Errorf("open made file: %w", err)
			}
			defer func() { err = errors.Join(err, f.Close()) }()
			if err := r.Media.PutFile(gctx, key, contentType, f); err != nil {
				return fmt.Errorf("store %s: %w", made.Name, err)
			}
			return nil
		})
	}
	for _, i := range made.Inits {
		key := r.Keys.InitSegment(clip.WorkspaceID, clip.ID, made.Name, i.No, attempt)
		out.inits = append(out.inits, domain.InitSegment{ClipID: clip.ID, Rendition: made.Name, No: i.No, ObjectKey: key, Bytes: i.Bytes})
		put(key, i.Path, "video/mp4")
	}
	for _, s := range made.Segments {
		key := r.Keys.Segment(clip.WorkspaceID, clip.ID, made.Name, s.No, attempt)
		out.segments = append(out.segments, domain.Segment{
			ClipID: clip.ID, Rendition: made.Name, No: s.No, InitNo: s.InitNo, StartMS: s.StartMS, DurationMS: s.DurationMS,
			Bytes: s.Bytes, ObjectKey: key, Discontinuity: s.Discontinuity,
		})
		put(key, s.Path, "video/iso.segment")
	}
	if err := g.Wait(); err != nil {
		return published{}, errors.Join(err, r.drop(ctx, out.keys()))
	}
	return out, nil
}

// drop deletes objects that nothing points at. Losing the race against a reader that still has the old
// playlist costs that reader a reload.
func (r *Runner) drop(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	if err := r.Media.Delete(context.WithoutCancel(ctx), keys...); err != nil {
		return fmt.Errorf("delete replaced objects: %w", err)
	}
	return nil
}
