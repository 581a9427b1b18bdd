package domain

import (
	"slices"
	"time"
)

// EventKind names what changed, for server-sent events.
type EventKind string

// The kinds of event. Data is a small JSON object; the client reads the thing itself again
// unless the event carries it whole.
const (
	EventClipChanged       EventKind = "clip.changed"       // {id}
	EventClipDeleted       EventKind = "clip.deleted"       // {id}
	EventSegmentsAdded     EventKind = "clip.segments"      // {id, duration_ms}
	EventTranscriptChanged EventKind = "transcript.changed" // {id, from_ms?}: only what ends at that moment or later changed; without it anything may have
	EventChaptersChanged   EventKind = "chapters.changed"   // {id}
	EventCommentChanged    EventKind = "comment.changed"    // {clip_id, comment}: added, edited
	EventCommentDeleted    EventKind = "comment.deleted"    // {clip_id, id}
	EventReplyChanged      EventKind = "reply.changed"      // {clip_id, id}: a spoken answer to the clip, its words or its state
	EventViewsChanged      EventKind = "views.changed"      // {id}: somebody watches, or goes on; for its owner, every few seconds at the most for each viewer
	EventInboxChanged      EventKind = "inbox.changed"      // {}: somebody was told something, or has read it; for them alone
	EventReactionsChanged  EventKind = "reactions.changed"  // {id}
	EventRoundChanged      EventKind = "round.changed"      // {id, occurrence_id?}
	EventAskChanged        EventKind = "ask.changed"        // {id}
	EventDecisionChanged   EventKind = "decision.changed"   // {id}
	EventBlockerChanged    EventKind = "blocker.changed"    // {id}
	EventSpaceChanged      EventKind = "space.changed"      // {id}: somebody came into a space or is no longer in it; for them alone
)

// Event is one change, kept for a day so that a client that reconnects catches up.
type Event struct {
	ID          int64
	WorkspaceID WorkspaceID
	ClipID      ClipID // empty: not about one clip
	Kind        EventKind
	Data        []byte // JSON
	At          time.Time
	// OwnerID and Visibility are the clip's at the time; when the circle just became narrower, the
	// wider one, so that those who lost sight of the clip learn that they have to look again.
	OwnerID    AccountID
	Visibility Visibility
	// People are members who may watch the clip whatever its visibility, those who just no longer may included.
	People []AccountID
	// Spaces are those whose members may watch it, as People.
	Spaces []SpaceID
	// Audience is who alone may learn of it; nil: whoever may watch the clip.
	Audience []AccountID
}

// VisibleTo tells whether the viewer may learn of the event: whoever may watch the clip, and
// everybody in the workspace when it is about none.
func (e *Event) VisibleTo(v Viewer) bool {
	if e.Audience != nil && (!v.SignedIn() || !slices.Contains(e.Audience, v.AccountID)) {
		return false
	}
	if e.ClipID == "" {
		return v.SignedIn() && v.WorkspaceID == e.WorkspaceID
	}
	return v.May(ActionWatch, &Clip{ID: e.ClipID, WorkspaceID: e.WorkspaceID, OwnerID: e.OwnerID, Visibility: e.Visibility, People: e.People, Spaces: e.Spaces})
}
