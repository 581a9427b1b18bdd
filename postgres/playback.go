package postgres

import (
	"context"

	"baton/domain"
)

// Playback keeps what playlists are rendered from.
type Playback struct{ db *DB }

// Renditions gives those of a clip that have segments, the source first, then from large to small.
func (s Playback) Renditions(ctx context.Context, clip domain.ClipID) ([]domain.Rendition, error) {
	return nil, errSoon
}

// Rendition reads one with its init segments and segments, in order. KindNotFound.
func (s Playback) Rendition(ctx context.Context, clip domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error) {
	return domain.Rendition{}, nil, nil, errSoon
}

// InitSegment reads one. KindNotFound.
func (s Playback) InitSegment(ctx context.Context, clip domain.ClipID, rendition string, no int) (domain.InitSegment, error) {
	return domain.InitSegment{}, errSoon
}

// Segment reads one. KindNotFound.
func (s Playback) Segment(ctx context.Context, clip domain.ClipID, rendition string, no int) (domain.Segment, error) {
	return domain.Segment{}, errSoon
}

// StoryboardVTT reads the index of the storyboard; empty: not made yet. KindNotFound for no clip.
func (s Playback) StoryboardVTT(ctx context.Context, clip domain.ClipID) (string, error) {
	return "", errSoon
}

// Publish puts a whole rendition in the place of what the clip had under that name, and returns the keys of the
// objects that nobody needs any longer. KindNotFound when the clip was deleted: then remove the new objects.
func (s Playback) Publish(ctx context.Context, r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment) (replaced []string, err error) {
	return nil, errSoon
}

// ImportDone publishes the source rendition of an import, makes the clip ready and enqueues what follows. Errors as Publish.
func (s Playback) ImportDone(ctx context.Context, clip domain.ClipID, i domain.Import) (replaced []string, err error) {
	return nil, errSoon
}

// ImportFailed makes a clip that is processing failed, for a reason shown to people.
func (s Playback) ImportFailed(ctx context.Context, clip domain.ClipID, reason string) error {
	return errSoon
}
