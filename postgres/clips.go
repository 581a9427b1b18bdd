package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

const noClip = "there is no such clip"

// Clips keeps clips and what the server does with them.
type Clips struct{ db *DB }

// Create makes a clip in state recording, with its recording (MimeType, FileName and DeclaredBytes may be set).
// KindNotFound when the space is not one of the workspace.
func (s Clips) Create(ctx context.Context, c domain.Clip, r domain.Recording) error {
	return s.db.inTx(ctx, "create a clip", func(t *tx) error {
		if err := t.checkSpace(ctx, c); err != nil {
			return err
		}
		return t.createClip(ctx, c, r)
	})
}

func (t *tx) createClip(ctx context.Context, c domain.Clip, r domain.Recording) error {
	if c.Visibility == "" {
		c.Visibility = domain.VisiblePrivate
	}
	err := t.InsertClip(ctx, sqlc.InsertClipParams{
		ID: c.ID, WorkspaceID: c.WorkspaceID, OwnerID: c.OwnerID, SpaceID: orNull(c.SpaceID), Kind: c.Kind,
		Title: c.Title, Description: c.Description, Visibility: c.Visibility, ParentID: orNull(c.ParentID), HostID: orNull(c.HostID),
		LinkFor: orNull(c.LinkFor),
	})
	if err != nil {
		return err
	}
	err = t.InsertRecording(ctx, sqlc.InsertRecordingParams{
		ClipID: c.ID, MimeType: r.MimeType, FileName: r.FileName, DeclaredBytes: r.DeclaredBytes,
	})
	if err != nil {
		return err
	}
	if err := t.indexTitle(ctx, c); err != nil {
		return err
	}
	return t.clipChanged(c)
}

// Get reads one that is not deleted. It checks no right. KindNotFound.
func (s Clips) Get(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	row, err := s.db.queries().Clip(ctx, id)
	return toClip(row.Clip), failed("read a clip", orNotFound(err, noClip))
}

// Rights reads the rights of a clip (id, workspace, owner, visibility), also of one that was deleted but not yet purged. KindNotFound.
func (s Clips) Rights(ctx context.Context, id domain.ClipID) (domain.Clip, error) {
	r, err := s.db.queries().ClipRights(ctx, id)
	return domain.Clip{
			ID: r.ID, WorkspaceID: r.WorkspaceID, OwnerID: r.OwnerID, Visibility: r.Visibility, ParentID: deref(r.ParentID), HostID: deref(r.HostID),
			People: idsOf(r.People), Spaces: spacesOf(r.Spaces),
		},
		failed("read a clip's rights", orNotFound(err, noClip))
}

// Update changes one, and its place in the search index. KindNotFound, also for a space of another workspace.
func (s Clips) Update(ctx context.Context, id domain.ClipID, p domain.ClipPatch) error {
	return s.db.inTx(ctx, "change a clip", func(t *tx) error {
		before, err := t.lockClip(ctx, id)
		if err != nil {
			return err
		}
		after := patched(before, p)
		if before.ParentID != "" && (after.Visibility != before.Visibility || after.SpaceID != before.SpaceID) {
			return domain.Errorf(domain.KindConflict, "an answer is seen where, and by whom, the clip is seen that it answers")
		}
		if after.SpaceID != before.SpaceID {
			if err := t.checkSpace(ctx, after); err != nil {
				return err
			}
		}
		if p.Tags != nil {
			if err := t.setTags(ctx, id, *p.Tags); err != nil {
				return err
			}
		}
		if p.ReadScreen != nil {
			if err := t.turnScreen(ctx, before, *p.ReadScreen); err != nil {
				return err
			}
		}
		return t.updateClip(ctx, before, after)
	})
}

// SuggestTitle sets the title of a clip that has none, and tells whether it did. What is shown of it follows the clip's cuts.
func (s Clips) SuggestTitle(ctx context.Context, id domain.ClipID, title string) (bool, error) {
	set := false
	err := s.db.inTx(ctx, "suggest a title", func(t *tx) error {
		before, err := t.lockClip(ctx, id)
		if set = err == nil && before.Title == "" && title != ""; !set {
			return err
		}
		return t.makeTitle(ctx, before, title)
	})
	return set && err == nil, err
}

// makeTitle gives a clip a title that was made, or of it what its cuts allow to be shown.
func (t *tx) makeTitle(ctx context.Context, c domain.Clip, made string) error {
	words, chapters, err := t.wordsOf(ctx, c.ID)
	if err != nil {
		return err
	}
	if title := domain.ShownTitle(made, chapters, words.Cues, &c); title != c.Title {
		if err := t.updateClip(ctx, c, patched(c, domain.ClipPatch{Title: &title})); err != nil {
			return err
		}
	}
	return t.SetMadeTitle(ctx, made, c.ID)
}

// Delete makes it invisible at once and enqueues its purge. KindNotFound.
func (s Clips) Delete(ctx context.Context, id domain.ClipID) error {
	return s.db.inTx(ctx, "delete a clip", func(t *tx) error {
		c, err := t.lockClip(ctx, id)
		if err != nil {
			return err
		}
		if c.ParentID != "" {
			if err := t.deletePlace(ctx, id); err != nil {
				return err
			}
		}
		return t.deleteClip(ctx, c)
	})
}

// deleteClip deletes a clip that is locked, and the answers to it.
func (t *tx) deleteClip(ctx context.Context, c domain.Clip) error {
	if err := t.MarkClipDeleted(ctx, c.ID); err != nil {
		return err
	}
	if err := t.DeleteClipPassages(ctx, c.ID); err != nil {
		return err
	}
	t.enqueue(domain.Job{Kind: domain.JobPurge, ClipID: c.ID})
	if err := t.changed(domain.EventClipDeleted, c, clipData{c.ID}); err != nil {
		return err
	}
	replies, err := t.RepliesTo(ctx, string(c.ID))
	if err != nil {
		return err
	}
	for _, r := range replies {
		if err := t.deleteClip(ctx, toClip(r.Clip)); err != nil {
			return err
		}
	}
	return nil
}

// Objects lists what a clip, deleted or not, keeps in the object store. KindNotFound.
func (s Clips) Objects(ctx context.Context, id domain.ClipID) (domain.ClipObjects, error) {
	r, err := s.db.queries().ClipObjects(ctx, id)
	if err != nil {
		return domain.ClipObjects{}, failed("list a clip's objects", orNotFound(err, noClip))
	}
	o := domain.ClipObjects{WorkspaceID: r.WorkspaceID, ClipID: id, Keys: r.ObjectKeys, SourceParts: r.SourceParts, Settled: r.Settled}
	if err := json.Unmarshal(r.SourceRuns, &o.SourceRuns); err != nil {
		return o, fmt.Errorf("read a clip's source runs: %w", err)
	}
	return o, nil
}

// IDs walks over the clips that are not deleted: up to limit of them, from the first after after. Only ID and WorkspaceID are set.
func (s Clips) IDs(ctx context.Context, after domain.ClipID, limit int) ([]domain.Clip, error) {
	rows, err := s.db.queries().ClipIDs(ctx, after, limit)
	return each(rows, func(r sqlc.ClipIDsRow) domain.Clip { return domain.Clip{ID: r.ID, WorkspaceID: r.WorkspaceID} }), failed("list clips", err)
}

// Requeue enqueues again what clips wait for: the import of those that are processing, the purge of deleted ones. A job that is
// in the queue already stays the only one. It returns how many clips wait.
func (s Clips) Requeue(ctx context.Context) (int, error) {
	n := 0
	err := s.db.inTx(ctx, "enqueue jobs again", func(t *tx) error {
		rows, err := t.WaitingClips(ctx)
		if err != nil {
			return err
		}
		n = len(rows)
		for _, r := range rows {
			kind := domain.JobImport
			if r.Deleted {
				kind = domain.JobPurge
			}
			t.enqueue(domain.Job{Kind: kind, ClipID: r.ID})
		}
		return nil
	})
	return n, err
}

// Purge removes the rows of a deleted clip. A clip that is not deleted, or is gone, is left alone.
func (s Clips) Purge(ctx context.Context, id domain.ClipID) error {
	return failed("purge a clip", s.db.queries().PurgeClip(ctx, id))
}

// SetPictures stores those keys of poster, storyboard and peaks that are not empty, and returns the keys they replaced. KindNotFound.
func (s Clips) SetPictures(ctx context.Context, id domain.ClipID, p domain.Pictures) (replaced []string, err error) {
	err = s.db.inTx(ctx, "store a clip's pictures", func(t *tx) error {
		c, err := t.lockClip(ctx, id)
		if err != nil {
			return err
		}
		replaced = nil
		put := func(old *string, key string) {
			if key != "" && *old != "" && *old != key {
				replaced = append(replaced, *old)
			}
			if key != "" {
				*old = key
			}
		}
		put(&c.PosterKey, p.PosterKey)
		put(&c.PreviewKey, p.PreviewKey)
		put(&c.StoryboardKey, p.StoryboardKey)
		put(&c.PeaksKey, p.PeaksKey)
		err = t.SetClipPictures(ctx, sqlc.SetClipPicturesParams{ID: id, PosterKey: c.PosterKey, PreviewKey: c.PreviewKey, StoryboardKey: c.StoryboardKey, PeaksKey: c.PeaksKey})
		if err != nil {
			return err
		}
		if p.StoryboardVTT != "" {
			if err := t.PutStoryboard(ctx, id, p.StoryboardVTT); err != nil {
				return err
			}
		}
		return t.clipChanged(c)
	})
	return replaced, err
}

// checkSpace refuses a space of another workspace.
func (t *tx) checkSpace(ctx context.Context, c domain.Clip) error {
	if c.SpaceID == "" {
		return nil
	}
	_, err := t.Space(ctx, c.WorkspaceID, c.SpaceID)
	return orNotFound(err, noSpace)
}

func patched(c domain.Clip, p domain.ClipPatch) domain.Clip {
	if p.Title != nil {
		c.Title = *p.Title
	}
	if p.Description != nil {
		c.Description = *p.Description
	}
	if p.Visibility != nil {
		c.Visibility = *p.Visibility
	}
	if p.SpaceID != nil {
		c.SpaceID = *p.SpaceID
	}
	if p.GuestComments != nil {
		c.GuestComments = *p.GuestComments
	}
	if p.Downloads != nil {
		c.Downloads = *p.Downloads
	}
	return c
}

func (t *tx) updateClip(ctx context.Context, before, after domain.Clip) error {
	err := t.UpdateClip(ctx, sqlc.UpdateClipParams{
		ID: after.ID, Title: after.Title, Description: after.Description, Visibility: after.Visibility, SpaceID: orNull(after.SpaceID),
		GuestComments: after.GuestComments, Downloads: after.Downloads,
	})
	if err != nil {
		return err
	}
	if err := t.indexTitle(ctx, after); err != nil {
		return err
	}
	if err := t.showReplies(ctx, after); err != nil {
		return err
	}
	if err := t.postClip(ctx, before, after); err != nil {
		return err
	}
	// Those who lose sight of the clip have to learn that they must look again.
	seen := after
	if before.Visibility == domain.VisibleLink || seen.Visibility == domain.VisiblePrivate {
		seen.Visibility = before.Visibility
	}
	return t.clipChanged(seen)
}

// setState moves a clip to another state, and its transcript with it: there are no words of a clip that failed, and more to
// hear of one that leaves that state or records again. KindConflict when the way is not in the domain's table.
func (t *tx) setState(ctx context.Context, c *domain.Clip, to domain.ClipState, reason string) error {
	if !c.State.CanBecome(to) {
		return domain.Errorf(domain.KindConflict, "the clip is %s and cannot become %s", c.State, to)
	}
	if err := t.SetClipState(ctx, sqlc.SetClipStateParams{ID: c.ID, State: to, FailureReason: reason}); err != nil {
		return fmt.Errorf("set the clip's state: %w", err)
	}
	before, was := *c, c.State
	c.State, c.FailureReason = to, reason
	if err := t.postClip(ctx, before, *c); err != nil {
		return err
	}
	switch {
	case to == was:
		return nil
	case to == domain.ClipFailed:
		return t.setTranscriptState(ctx, *c, domain.TranscriptFailed, c.TranscriptProgress, reason) // nobody will listen to it
	case was == domain.ClipFailed, to == domain.ClipRecording:
		return t.setTranscriptState(ctx, *c, domain.TranscriptPending, c.TranscriptProgress, "")
	}
	return nil
}
