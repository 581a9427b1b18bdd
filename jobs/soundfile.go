package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"baton/domain"
)

// soundFile makes the sound of what is played of a clip one file: copied from the smallest rendition whose sound every program plays. While
// there is none, there is nothing to do: the ladder, and whoever makes an edit's version, queue this again when they have made one.
func (r *Runner) soundFile(ctx context.Context, clip domain.Clip, _ func(float64)) (err error) {
	name, err := r.smallestAAC(ctx, &clip)
	if err != nil || name == "" {
		return err
	}
	_, inits, segments, err := r.Store.Rendition(ctx, clip.ID, name)
	if err != nil {
		return fmt.Errorf("read rendition: %w", err)
	}
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	take, err := r.Tools.OpenStored(ctx, box, inits, segments, r.Media.Get)
	if err != nil {
		return fmt.Errorf("open rendition: %w", err)
	}
	path, err := r.Tools.SoundFile(ctx, take)
	if err != nil {
		return fmt.Errorf("make sound: %w", err)
	}
	sound := domain.Sound{ClipID: clip.ID, ObjectKey: r.Keys.Sound(clip.WorkspaceID, clip.ID, newAttempt()), DurationMS: take.DurationMS(), EditNo: clip.EditNo}
	if sound.Bytes, err = r.storeSound(ctx, sound.ObjectKey, path); err != nil {
		return err
	}
	replaced, err := r.Store.PutSound(ctx, sound)
	if err != nil {
		return errors.Join(fmt.Errorf("publish sound: %w", err), r.drop(ctx, []string{sound.ObjectKey}))
	}
	return r.drop(ctx, replaced)
}

// smallestAAC names the complete rendition with AAC that takes the least; none: empty.
func (r *Runner) smallestAAC(ctx context.Context, clip *domain.Clip) (string, error) {
	if len(clip.Cuts) > 0 && !clip.Rendered() {
		return "", nil
	}
	all, err := r.Store.Renditions(ctx, clip)
	if err != nil {
		return "", fmt.Errorf("read renditions: %w", err)
	}
	name, least := "", int64(0)
	for _, x := range all {
		if x.Complete && strings.Contains(x.Codecs, "mp4a") && (name == "" || x.Bandwidth < least) {
			name, least = x.Name, x.Bandwidth
		}
	}
	return name, nil
}

func (r *Runner) storeSound(ctx context.Context, key, path string) (bytes int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open made file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("read made file: %w", err)
	}
	if err := r.Media.PutFile(ctx, key, "audio/mp4", f); err != nil {
		return 0, fmt.Errorf("store sound: %w", err)
	}
	return info.Size(), nil
}
