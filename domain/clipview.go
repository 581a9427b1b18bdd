package domain

import "time"

// ClipView is a clip with what its page and its card show beside it.
type ClipView struct {
	Clip
	OwnerName    string
	SpaceName    string // empty: in no space
	CommentCount int
	// Renditions that can be played, the source first.
	Renditions []Rendition
	// Playable: at least one segment is there.
	Playable bool
	GapsMS   []Span
	// Joins is of how many clips this one was joined; 0: it was recorded. Set when it is read alone.
	Joins int
	// Tags in order of the alphabet.
	Tags []string
	// Work that is not done yet, or failed.
	Work []Work
}

// ClipFilter chooses a page of clips, newest first. Empty fields do not filter.
type ClipFilter struct {
	OwnerID AccountID
	SpaceID SpaceID
	Tag     string
	// PinnedIn lists the clips that are pinned to a space.
	PinnedIn SpaceID
	// Before is the last id of the page before.
	Before ClipID
	Limit  int
}

// ClipPatch changes a clip; nil fields stay as they are.
type ClipPatch struct {
	Title       *string
	Description *string
	Visibility  *Visibility
	SpaceID     *SpaceID // empty: in no space
	Tags        *[]string
	// GuestComments and Downloads are what strangers may who have the clip's own link.
	GuestComments *bool
	Downloads     *bool
	// ReadScreen false removes what was read, too.
	ReadScreen *bool
}

// SearchQuery asks for moments. Empty fields do not filter.
type SearchQuery struct {
	Text    string
	OwnerID AccountID
	SpaceID SpaceID
	Tag     string
	// Since and Until bound when the clip was made; Until is not part of it.
	Since, Until time.Time
	// Sources in which to look; none: all.
	Sources []MomentSource
	// After is the Cursor of the last moment of the page before; empty: from the best.
	After string
	Limit int
}
