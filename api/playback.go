package api

import (
	"context"
	"io"

	"baton/domain"
)

// playback tells what can be played.
type playback interface {
	// Renditions gives those of a clip with their codecs known, the source first.
	Renditions(ctx context.Context, c domain.ClipID) ([]domain.Rendition, error)
	// Rendition reads one with its init segments and segments, in order. KindNotFound.
	Rendition(ctx context.Context, c domain.ClipID, name string) (domain.Rendition, []domain.InitSegment, []domain.Segment, error)
	// InitSegment reads one. KindNotFound.
	InitSegment(ctx context.Context, c domain.ClipID, rendition string, no int) (domain.InitSegment, error)
	// Segment reads one. KindNotFound.
	Segment(ctx context.Context, c domain.ClipID, rendition string, no int) (domain.Segment, error)
	// StoryboardVTT reads the index of the storyboard; empty: not made yet.
	StoryboardVTT(ctx context.Context, c domain.ClipID) (string, error)
}

// objects is where media rests.
type objects interface {
	// Get reads an object whole. KindNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// GetRange reads length bytes from offset. KindNotFound.
	GetRange(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
}

// Playlists renders HLS playlists.
type Playlists struct {
	// Master lists the renditions; their playlists are at NAME/index.m3u8.
	Master func(renditions []domain.Rendition) ([]byte, error)
	// Media lists the segments of one rendition; ended tells that none will follow.
	Media func(r domain.Rendition, inits []domain.InitSegment, segments []domain.Segment, ended bool) ([]byte, error)
}
