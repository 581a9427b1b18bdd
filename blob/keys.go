package blob

import (
	"fmt"
	"slices"
	"strings"

	"baton/domain"
)

// Keys is the layout of the bucket: every object key of Baton is made here.
//
//	w/{workspace}/c/{clip}/source/{n}-{attempt}             the encoder's exact bytes, in order
//	w/{workspace}/c/{clip}/r/{rendition}/init-{n}-{attempt}.mp4
//	w/{workspace}/c/{clip}/r/{rendition}/seg-{n}-{attempt}.m4s
//	w/{workspace}/c/{clip}/attachment-{attachment}
//	w/{workspace}/c/{clip}/poster-{attempt}.jpg, preview-{attempt}.webp, storyboard-{attempt}.jpg, peaks-{attempt}.json, sound-{attempt}.m4a
//	a/{account}/picture-{attempt}.jpg                       what somebody shows of themselves
//
// Attempt is a short random text, new for each run of a job, so that a job may
// run twice and publish by one transaction; a recorder's is new for each node that took the recording over.
// No key is a folder of another, which a store on a file system could not keep.
type Keys struct{}

// MadeOfRecording tells whether a key is of a recording's source or of what is made of it, and not, say, of what people added.
func MadeOfRecording(key string) bool {
	part := strings.SplitN(key, "/", 5) // w, workspace, c, clip, …
	return len(part) == 5 && slices.ContainsFunc([]string{"source/", "r/", "poster-", "preview-", "storyboard-", "peaks-", "sound-"}, func(kind string) bool {
		return strings.HasPrefix(part[4], kind)
	})
}

// Workspace is the prefix of all that belongs to a workspace.
func (Keys) Workspace(w domain.WorkspaceID) string { return fmt.Sprintf("w/%s/", w) }

// Clip is the prefix of all that belongs to a clip.
func (Keys) Clip(w domain.WorkspaceID, c domain.ClipID) string {
	return fmt.Sprintf("w/%s/c/%s/", w, c)
}

// Source is the prefix of the source parts; listed, they are in order.
func (k Keys) Source(w domain.WorkspaceID, c domain.ClipID) string { return k.Clip(w, c) + "source/" }

// SourcePart is part n of the source, counted from 0. attempt is domain.SourceAttempt's.
func (k Keys) SourcePart(w domain.WorkspaceID, c domain.ClipID, n int, attempt string) string {
	key := fmt.Sprintf("%s%08d", k.Source(w, c), n)
	if attempt != "" {
		key += "-" + attempt
	}
	return key
}

// Rendition is the prefix of one rendition.
func (k Keys) Rendition(w domain.WorkspaceID, c domain.ClipID, rendition string) string {
	return fmt.Sprintf("%sr/%s/", k.Clip(w, c), rendition)
}

// InitSegment is CMAF header n of a rendition.
func (k Keys) InitSegment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string {
	return fmt.Sprintf("%sinit-%d-%s.mp4", k.Rendition(w, c, rendition), n, attempt)
}

// Segment is CMAF segment n of a rendition.
func (k Keys) Segment(w domain.WorkspaceID, c domain.ClipID, rendition string, n int, attempt string) string {
	return fmt.Sprintf("%sseg-%06d-%s.m4s", k.Rendition(w, c, rendition), n, attempt)
}

// Poster is the clip's still picture.
func (k Keys) Poster(w domain.WorkspaceID, c domain.ClipID, attempt string) string {
	return fmt.Sprintf("%sposter-%s.jpg", k.Clip(w, c), attempt)
}

// Preview is a few seconds of the clip that move.
func (k Keys) Preview(w domain.WorkspaceID, c domain.ClipID, attempt string) string {
	return fmt.Sprintf("%spreview-%s.webp", k.Clip(w, c), attempt)
}

// Storyboard is the sheet of small pictures along the clip.
func (k Keys) Storyboard(w domain.WorkspaceID, c domain.ClipID, attempt string) string {
	return fmt.Sprintf("%sstoryboard-%s.jpg", k.Clip(w, c), attempt)
}

// Peaks is the shape of the sound, for the timeline.
func (k Keys) Peaks(w domain.WorkspaceID, c domain.ClipID, attempt string) string {
	return fmt.Sprintf("%speaks-%s.json", k.Clip(w, c), attempt)
}

// Attachment is a picture of a comment.
func (k Keys) Attachment(w domain.WorkspaceID, c domain.ClipID, a domain.AttachmentID) string {
	return fmt.Sprintf("%sattachment-%s", k.Clip(w, c), a)
}

// Picture is what somebody shows of themselves.
func (Keys) Picture(a domain.AccountID, attempt string) string {
	return fmt.Sprintf("a/%s/picture-%s.jpg", a, attempt)
}

// Sound is the clip's sound as one file.
func (k Keys) Sound(w domain.WorkspaceID, c domain.ClipID, attempt string) string {
	return fmt.Sprintf("%ssound-%s.m4a", k.Clip(w, c), attempt)
}
