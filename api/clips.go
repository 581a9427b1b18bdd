package api

import (
	"context"

	"baton/domain"
)

// clips keeps the clips.
type clips interface {
	// Create makes a clip in state recording, with its recording (MimeType, FileName and DeclaredBytes may be set).
	// KindNotFound when the space is not one of the workspace.
	Create(ctx context.Context, c domain.Clip, r domain.Recording) error
	// Get reads one that is not deleted. It checks no right: ask the gate. KindNotFound.
	Get(ctx context.Context, id domain.ClipID) (domain.Clip, error)
	// View reads one with what its page shows. It checks no right. KindNotFound.
	View(ctx context.Context, id domain.ClipID) (domain.ClipView, error)
	// List gives those of the viewer's workspace that the viewer may watch, newest first.
	List(ctx context.Context, v domain.Viewer, f domain.ClipFilter) ([]domain.ClipView, error)
	// Update changes one and says so by an event. KindNotFound, also for a space of another workspace.
	Update(ctx context.Context, id domain.ClipID, p domain.ClipPatch) error
	// Delete makes it invisible at once and enqueues its purge. KindNotFound.
	Delete(ctx context.Context, id domain.ClipID) error
	// Retry enqueues again what failed (import or transcript). KindConflict when nothing has failed.
	Retry(ctx context.Context, id domain.ClipID) error
	// Rights reads the rights of a clip (id, workspace, owner, visibility), also of one that was deleted but not
	// yet purged, so that the event of its deletion reaches those who could see it. KindNotFound.
	Rights(ctx context.Context, id domain.ClipID) (domain.Clip, error)
}
