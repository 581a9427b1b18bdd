package postgres

import (
	"context"

	"baton/domain"
)

// Clips keeps clips and what the server does with them.
type Clips struct{ db *DB }

// Create makes a clip in state recording, with its recording (MimeType, FileName and DeclaredBytes may be set).
// KindNotFound when the space is not one of the workspace.
func (s Clips) Create(ctx context.Context, c domain.Clip, r domain.Recording) error {
	return errSoon
}

// Get reads one that is not deleted. It checks no right. KindNotFound.
func (s Clips) Get(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	return domain.Clip{}, errSoon
}

// View reads one with what its page shows. It checks no right. KindNotFound.
func (s Clips) View(ctx context.Context, id domain.ClipID) (domain.ClipView, error) {
	return domain.ClipView{}, errSoon
}

// List gives those of the viewer's workspace that the viewer may watch, newest first.
func (s Clips) List(ctx context.Context, v domain.Viewer, f domain.ClipFilter) ([]domain.ClipView, error) {
	return nil, errSoon
}

// Rights reads the rights of a clip (id, workspace, owner, visibility), also of one that was deleted but not yet purged. KindNotFound.
func (s Clips) Rights(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	return domain.Clip{}, errSoon
}

// Update changes one, and its place in the search index. KindNotFound, also for a space of another workspace.
func (s Clips) Update(ctx context.Context, id domain.ClipID, p domain.ClipPatch) error {
	return errSoon
}

// SuggestTitle sets the title of a clip that has none, and tells whether it did.
func (s Clips) SuggestTitle(ctx context.Context, id domain.ClipID, title string) (bool, error) {
	return false, errSoon
}

// Delete makes it invisible at once and enqueues its purge. KindNotFound.
func (s Clips) Delete(ctx context.Context, id domain.ClipID) error {
	return errSoon
}

// Objects lists what a clip, deleted or not, keeps in the object store. KindNotFound.
func (s Clips) Objects(ctx context.Context, id domain.ClipID) (domain.ClipObjects, error) {
	return domain.ClipObjects{}, errSoon
}

// Purge removes the rows of a deleted clip. A clip that is not deleted, or is gone, is left alone.
func (s Clips) Purge(ctx context.Context, id domain.ClipID) error {
	return errSoon
}

// SetPictures stores those keys of poster, storyboard and peaks that are not empty, and returns the keys they replaced. KindNotFound.
func (s Clips) SetPictures(ctx context.Context, id domain.ClipID, p domain.Pictures) (replaced []string, err error) {
	return nil, errSoon
}

// Work lists where the clip's jobs stand, done ones included.
func (s Clips) Work(ctx context.Context, id domain.ClipID) ([]domain.Work, error) {
	return nil, errSoon
}

// SetWork notes where a job stands. Each call is an event: report progress seldom. A clip that is gone is left alone.
func (s Clips) SetWork(ctx context.Context, id domain.ClipID, w domain.Work) error {
	return errSoon
}

// Retry enqueues again what failed. KindConflict when nothing did, or nothing can come of it.
func (s Clips) Retry(ctx context.Context, id domain.ClipID) error {
	return errSoon
}
