package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"

	"baton/domain"
	"baton/transcode"
)

// withTake brings a clip's source rendition into a box and calls f with it.
func (r *Runner) withTake(ctx context.Context, clip domain.Clip, f func(transcode.Take) error) (err error) {
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	take, err := r.openSource(ctx, box, clip)
	if err != nil {
		return err
	}
	return f(take)
}

func (r *Runner) openSource(ctx context.Context, box *transcode.Box, clip domain.Clip) (transcode.Take, error) {
	_, inits, segments, err := r.Store.Rendition(ctx, clip.ID, domain.SourceRendition)
	if err != nil {
		return transcode.Take{}, fmt.Errorf("read source rendition: %w", err)
	}
	take, err := r.Tools.OpenStored(ctx, box, inits, segments, r.Media.Get)
	if err != nil {
		return take, fmt.Errorf("open source rendition: %w", err)
	}
	return take, nil
}

// sourceParts reads the parts of a recording one after the other: the encoder's, or the uploaded file's, own bytes.
type sourceParts struct {
	ctx   context.Context //nolint:containedctx // lives as long as one step
	r     *Runner
	clip  domain.Clip
	next  int
	parts int
	runs  []domain.SourceRun
	open  io.ReadCloser
}

func (s *sourceParts) Read(p []byte) (int, error) {
	for {
		if s.open == nil {
			if s.next == s.parts {
				return 0, io.EOF
			}
			part, err := s.r.Media.Get(s.ctx, s.r.Keys.SourcePart(s.clip.WorkspaceID, s.clip.ID, s.next, domain.SourceAttempt(s.runs, s.next)))
			if err != nil {
				return 0, fmt.Errorf("open source part %d: %w", s.next, err)
			}
			s.open = part
			s.next++
		}
		n, err := s.open.Read(p)
		if err == nil || n > 0 && !errors.Is(err, io.EOF) {
			return n, err //nolint:wrapcheck // a reader
		}
		if !errors.Is(err, io.EOF) {
			return n, fmt.Errorf("read source part %d: %w", s.next-1, err)
		}
		if err := s.Close(); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// Close ends the part that is open.
func (s *sourceParts) Close() error {
	if s.open == nil {
		return nil
	}
	err := s.open.Close()
	s.open = nil
	if err != nil {
		return fmt.Errorf("close source part: %w", err)
	}
	return nil
}
