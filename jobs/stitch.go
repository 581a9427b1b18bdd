package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"baton/domain"
	"baton/transcode"
)

// stitch makes the media of a clip that joins others, of what their edits keep now. Its words are theirs, put where they are said.
func (r *Runner) stitch(ctx context.Context, clip domain.Clip, ids []domain.ClipID, report func(float64)) (err error) {
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	parts, takes := make([]domain.StitchedPart, len(ids)), make([]transcode.Take, len(ids))
	for i, id := range ids {
		if parts[i].Clip, takes[i], err = r.part(ctx, box, id); err != nil {
			return err
		}
		report(0.2 * float64(i+1) / float64(len(ids)))
	}
	made, err := r.Tools.Join(ctx, takes, func(s float64) { report(0.2 + 0.75*s) })
	if err != nil {
		return err //nolint:wrapcheck // carries the words for people
	}
	for i := range parts {
		parts[i].StartMS = made.StartsMS[i]
	}
	return r.publishImport(ctx, clip, made.Rendition, domain.Import{
		HasVideo: slices.ContainsFunc(takes, transcode.Take.HasVideo), HasAudio: slices.ContainsFunc(takes, transcode.Take.HasAudio), Parts: parts,
	})
}

// part brings what the edit of a clip keeps into a box.
func (r *Runner) part(ctx context.Context, box *transcode.Box, id domain.ClipID) (domain.Clip, transcode.Take, error) {
	clip, err := r.Store.Clip(ctx, id)
	if domain.KindOf(err) == domain.KindNotFound {
		return clip, transcode.Take{}, domain.Errorf(domain.KindGone, "one of the clips that were to be joined has been deleted").Because(err)
	} else if err != nil {
		return clip, transcode.Take{}, fmt.Errorf("read a clip to join: %w", err)
	}
	take, err := r.openSource(ctx, box, clip)
	if err == nil && len(clip.Cuts) > 0 {
		take, err = take.Kept(clip.Kept())
	}
	return clip, take, err
}
