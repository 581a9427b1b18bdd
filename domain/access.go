package domain

// Viewer is who asks. The zero value is a stranger who may at most hold a link.
type Viewer struct {
	AccountID   AccountID
	WorkspaceID WorkspaceID
	Role        Role
}

// SignedIn tells whether the viewer is a known person.
func (v Viewer) SignedIn() bool { return v.AccountID != "" }

// Admin tells whether the viewer runs the workspace.
func (v Viewer) Admin() bool { return v.Role == RoleOwner || v.Role == RoleAdmin }

// Action is something a viewer may want to do with a clip.
type Action string

// The actions on a clip, from the widest to the narrowest circle.
const (
	ActionWatch   Action = "watch"   // see it, its words, its talk
	ActionComment Action = "comment" // add to the talk
	ActionEdit    Action = "edit"    // change title, transcript, chapters, visibility; add media
	ActionDelete  Action = "delete"
	ActionCorrect Action = "correct" // put a team's own words right in the transcript, which can be undone
)

// May is the one rule of who may do what with a clip. An answer to a clip has that clip's visibility, and its owner may
// always watch it and throw it out. The queries that list and
// search clips carry the same rule in SQL (function may_watch in migrations),
// and a test compares the two.
func (v Viewer) May(a Action, c *Clip) bool {
	inside := v.SignedIn() && v.WorkspaceID == c.WorkspaceID
	owner, host := inside && v.AccountID == c.OwnerID, inside && v.AccountID == c.HostID
	switch a {
	case ActionWatch:
		return owner || host || c.Visibility == VisibleLink || inside && v.Role != RoleGuest && c.Visibility == VisibleWorkspace
	case ActionComment:
		return inside && v.May(ActionWatch, c)
	case ActionEdit:
		return owner
	case ActionDelete, ActionCorrect:
		return owner || host && a == ActionDelete || inside && v.Admin() && c.Visibility != VisiblePrivate
	}
	return false
}
