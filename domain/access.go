package domain

import "slices"

// Viewer is who asks. The zero value is a stranger who may at most hold a link.
type Viewer struct {
	AccountID   AccountID
	WorkspaceID WorkspaceID
	Role        Role
	// Spaces that they are in.
	Spaces []SpaceID
	// Guest is who they are to the clips that they came to by a link, be they signed in or not; nil: not known.
	Guest *Guest
}

// SignedIn tells whether the viewer is a known person.
func (v Viewer) SignedIn() bool { return v.AccountID != "" }

// Admin tells whether the viewer runs the workspace.
func (v Viewer) Admin() bool { return v.Role == RoleOwner || v.Role == RoleAdmin }

// Action is something a viewer may want to do with a clip.
type Action string

// The actions on a clip, from the widest to the narrowest circle.
const (
	ActionWatch    Action = "watch"    // see it, its words, its talk
	ActionComment  Action = "comment"  // add to the talk
	ActionDownload Action = "download" // take it along as a file
	ActionEdit     Action = "edit"     // change title, transcript, chapters, visibility; add media
	ActionDelete   Action = "delete"
	ActionCorrect  Action = "correct" // put a team's own words right in the transcript, which can be undone
)

// May is the one rule of who may do what with a clip. An answer to a clip has that clip's visibility, and its owner may
// always watch it and throw it out. What is shared with a space its members may watch, but for guests. The queries that list and
// search clips carry the same rule in SQL (functions may_watch and in_spaces in migrations),
// and a test compares the two.
func (v Viewer) May(a Action, c *Clip) bool {
	if v.removed(c) {
		return false
	}
	inside := v.SignedIn() && v.WorkspaceID == c.WorkspaceID
	pass, invited := v.pass(c)
	owner, host := inside && v.AccountID == c.OwnerID, inside && v.AccountID == c.HostID
	switch a {
	case ActionWatch:
		return v.belongs(c) || c.Visibility == VisibleLink || invited
	case ActionComment:
		return v.belongs(c) || inside && c.Visibility == VisibleLink || v.MayAsGuest(c)
	case ActionDownload:
		return v.belongs(c) || c.Visibility == VisibleLink && (inside || c.Downloads) || pass.Downloads
	case ActionEdit:
		return owner
	case ActionDelete, ActionCorrect:
		return owner || host && a == ActionDelete || inside && v.Admin() && c.Visibility != VisiblePrivate
	}
	return false
}

// removed tells whether a browser was taken out of a clip, or of the clip that it answers, and may watch it for no other reason.
func (v Viewer) removed(c *Clip) bool {
	return v.Guest != nil && (slices.Contains(v.Guest.Removed, c.ID) || c.ParentID != "" && slices.Contains(v.Guest.Removed, c.ParentID)) && !v.belongs(c)
}

// belongs tells whether somebody may watch a clip for who they are, and not because they have a link.
func (v Viewer) belongs(c *Clip) bool {
	return v.SignedIn() && v.WorkspaceID == c.WorkspaceID && (v.AccountID == c.OwnerID || v.AccountID == c.HostID ||
		slices.Contains(c.People, v.AccountID) || v.Role != RoleGuest && (c.Visibility != VisiblePrivate || v.in(c.Spaces)))
}

// in tells whether somebody is in one of some spaces.
func (v Viewer) in(spaces []SpaceID) bool {
	return slices.ContainsFunc(spaces, func(s SpaceID) bool { return slices.Contains(v.Spaces, s) })
}

// MayAsGuest tells whether somebody may comment under a name, because they came by a link whose maker allows it.
func (v Viewer) MayAsGuest(c *Clip) bool {
	pass, _ := v.pass(c)
	return v.Guest != nil && !v.removed(c) && (pass.Comments || c.Visibility == VisibleLink && c.GuestComments)
}

// pass is what the links that somebody has opened allow on a clip, or on the clip that it answers.
func (v Viewer) pass(c *Clip) (Pass, bool) {
	if v.Guest == nil {
		return Pass{}, false
	}
	if p, ok := v.Guest.Passes[c.ID]; ok {
		return p, true
	}
	p, ok := v.Guest.Passes[c.ParentID]
	return p, ok
}
