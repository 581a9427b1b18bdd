package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"baton/domain"
	"baton/ocr"
	"baton/transcode"
)

// screen finds when another picture came up, which helps the chapters, and reads the text that was shown.
func (r *Runner) screen(ctx context.Context, clip domain.Clip, report func(float64)) error {
	if !clip.HasVideo {
		return nil
	}
	return r.withTake(ctx, clip, func(take transcode.Take) error {
		found, err := r.Tools.SceneChanges(ctx, take, func(s float64) { report(0.3 * s) })
		if err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		var all, pictures []int64
		for _, c := range found {
			all = append(all, c.AtMS)
			if c.Score >= transcode.NewPicture {
				pictures = append(pictures, c.AtMS)
			}
		}
		if err := r.Store.SetScreenChanges(ctx, clip.ID, pictures); err != nil {
			return fmt.Errorf("store screen changes: %w", err)
		}
		return r.readScreen(ctx, clip, take, all, func(s float64) { report(0.3 + 0.7*s) })
	})
}

// readScreen reads the text of the clip's pictures, if people want it and there is something to read with.
func (r *Runner) readScreen(ctx context.Context, clip domain.Clip, take transcode.Take, changes []int64, report func(float64)) error {
	wanted, err := r.Store.ReadsScreen(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("ask whether to read the screen: %w", err)
	}
	if !wanted {
		return r.noScreenText(ctx, clip, domain.ScreenOff, "")
	}
	if err := r.Reader.Present(ctx); err != nil {
		r.Log.WarnContext(ctx, "screen not read", slog.String("clip_id", string(clip.ID)), slog.String("error", err.Error()))
		return r.noScreenText(ctx, clip, domain.ScreenUnavailable, reasonFor(err))
	}
	var pictures []ocr.Picture
	var before []byte
	times := ocr.Times(changes, take.DurationMS())
	err = r.Tools.Frames(ctx, take, times, func(atMS int64, pgm []byte) error {
		p := ocr.Picture{AtMS: atMS}
		if n := len(pictures); n > 0 && ocr.Same(before, pgm) {
			p.Lines = pictures[n-1].Lines
		} else if p.Lines, err = r.Reader.Read(ctx, pgm); err != nil {
			return err
		}
		pictures, before = append(pictures, p), pgm
		report(float64(len(pictures)) / float64(len(times)))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the screen: %w", err)
	}
	if err := r.Store.SetScreenLines(ctx, clip.ID, ocr.Track(pictures, take.DurationMS())); err != nil {
		return fmt.Errorf("store what was on the screen: %w", err)
	}
	return nil
}

func (r *Runner) noScreenText(ctx context.Context, clip domain.Clip, s domain.ScreenState, reason string) error {
	if err := r.Store.SetScreenState(ctx, clip.ID, s, reason); err != nil {
		return fmt.Errorf("note why the screen was not read: %w", err)
	}
	return nil
}
