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
func (r *Runner) stitch(ctx context.Context, clip domain.Clip, report func(float64)) (err error) {
	clips, err := r.Store.TakeParts(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read the clips to join: %w", err)
	}
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	parts, takes := make([]domain.StitchedPart, len(clips)), make([]transcode.Take, len(clips))
	opened := map[domain.ClipID]transcode.Take{}
	for i, c := range clips {
		take, have := opened[c.ID]
		if !have {
			if take, err = r.part(ctx, box, c); err != nil {
				return err
			}
			opened[c.ID] = take
		}
		parts[i].Clip, takes[i] = c, take
		report(0.2 * float64(i+1) / float64(len(clips)))
	}
	made, err := r.Tools.Join(ctx, takes, func(s float64) { report(0.2 + 0.75*s) })
	if err != nil {
		return err //nolint:wrapcheck // carries the words for people
	}
	for i := range parts {
		parts[i].Span, parts[i].Pieces = made.Takes[i].Span, made.Takes[i].Pieces
	}
	return r.publishImport(ctx, clip, made.Rendition, domain.Import{
		HasVideo: slices.ContainsFunc(takes, transcode.Take.HasVideo), HasAudio: slices.ContainsFunc(takes, transcode.Take.HasAudio), Parts: parts,
	})
}

// part brings what the edit of a clip keeps into a box.
func (r *Runner) part(ctx context.Context, box *transcode.Box, clip domain.Clip) (transcode.Take, error) {
	take, err := r.openSource(ctx, box, clip)
	if domain.KindOf(err) == domain.KindNotFound {
		return take, domain.Errorf(domain.KindGone, "one of the clips that were to be joined has been deleted").Because(err)
	}
	if err == nil && len(clip.Cuts) > 0 {
		take, err = take.Kept(clip.Kept())
	}
	return take, err
}
