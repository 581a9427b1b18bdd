package postgres_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"baton/domain"
)

func TestSetUpWorksOnceAlsoInARace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made, err := b.Workspaces.Any(t.Context())
	ok(t, err)
	equal(t, "made", made, false)
	_, err = b.Workspaces.First(t.Context())
	wantKind(t, err, domain.KindNotFound)

	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			errs[i] = b.Workspaces.Create(t.Context(), domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: "Team"}, person("first"))
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantKind(t, err, domain.KindConflict)
		}
	}
	equal(t, "winners", won, 1)
	w, err := b.Workspaces.First(t.Context())
	ok(t, err)
	members, err := b.Members.List(t.Context(), w.ID)
	ok(t, err)
	equal(t, "members", len(members), 1)
	equal(t, "role", members[0].Role, domain.RoleOwner)
}

func TestAddingPeopleFromTheCommandLine(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := person("Anna")
	_, err := b.Members.Add(t.Context(), "nobody's", person("Zoe"), domain.RoleMember)
	wantKind(t, err, domain.KindInvalid)
	m, err := b.Members.Add(t.Context(), "Made on the way", anna, domain.RoleOwner)
	ok(t, err)
	w, err := b.Workspaces.Get(t.Context(), m.WorkspaceID)
	ok(t, err)
	equal(t, "workspace", w.Name, "Made on the way")
	_, err = b.Members.Add(t.Context(), "ignored", anna, domain.RoleMember)
	wantKind(t, err, domain.KindConflict)

	bob, err := b.Members.Add(t.Context(), "ignored", person("Bob"), domain.RoleMember)
	ok(t, err)
	equal(t, "workspace", bob.WorkspaceID, m.WorkspaceID)
	ok(t, b.Members.Remove(t.Context(), m.WorkspaceID, bob.Account.ID))
	back := bob.Account
	back.ID, back.PasswordHash = domain.NewID[domain.AccountID](), "another"
	again, err := b.Members.Add(t.Context(), "ignored", back, domain.RoleAdmin)
	ok(t, err)
	equal(t, "account", again.Account.ID, bob.Account.ID)
	equal(t, "password", again.Account.PasswordHash, "another")
	equal(t, "role", again.Role, domain.RoleAdmin)
}

func TestAWorkspaceKeepsAnOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.team(t, "team")
	_, err := b.Members.SetRole(t.Context(), owner.WorkspaceID, owner.AccountID, domain.RoleMember)
	wantKind(t, err, domain.KindConflict)
	wantKind(t, b.Members.Remove(t.Context(), owner.WorkspaceID, owner.AccountID), domain.KindConflict)

	second := b.joins(t, owner, domain.RoleMember)
	_, err = b.Members.SetRole(t.Context(), owner.WorkspaceID, second.AccountID, domain.RoleOwner)
	ok(t, err)
	// Both leave at once: one of them has to stay.
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, id := range []domain.AccountID{owner.AccountID, second.AccountID} {
		both.Go(func() { errs[i] = b.Members.Remove(t.Context(), owner.WorkspaceID, id) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("errors %v", errs)
	}
	members, err := b.Members.List(t.Context(), owner.WorkspaceID)
	ok(t, err)
	equal(t, "members", len(members), 1)
	_, err = b.Members.SetRole(t.Context(), owner.WorkspaceID, domain.NewID[domain.AccountID](), domain.RoleMember)
	wantKind(t, err, domain.KindNotFound)
}

func TestSignInsAndTokensEndWithTheMembership(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.team(t, "team")
	v := b.joins(t, owner, domain.RoleMember)
	in := domain.SignIn{ID: domain.NewID[domain.SignInID](), AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, UserAgent: "browser", ExpiresAt: time.Now().Add(time.Hour)}
	ok(t, b.SignIns.Create(t.Context(), in, []byte("cookie")))
	token := domain.APIToken{ID: domain.NewID[domain.TokenID](), AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Name: "script"}
	ok(t, b.Tokens.Create(t.Context(), token, []byte("bearer")))

	got, m, err := b.SignIns.ByToken(t.Context(), []byte("cookie"))
	ok(t, err)
	equal(t, "sign-in", got.ID, in.ID)
	equal(t, "role", m.Role, domain.RoleMember)
	ok(t, b.SignIns.Touch(t.Context(), in.ID, time.Now(), time.Now().Add(2*time.Hour)))
	tok, m, err := b.Tokens.ByToken(t.Context(), []byte("bearer"))
	ok(t, err)
	equal(t, "token", tok.Name, "script")
	equal(t, "account", m.Account.ID, v.AccountID)
	tok, _, err = b.Tokens.ByToken(t.Context(), []byte("bearer"))
	ok(t, err)
	if time.Since(tok.LastUsedAt) > time.Minute {
		t.Fatalf("last used at %v", tok.LastUsedAt)
	}

	ok(t, b.Members.Remove(t.Context(), v.WorkspaceID, v.AccountID))
	_, _, err = b.SignIns.ByToken(t.Context(), []byte("cookie"))
	wantKind(t, err, domain.KindNotFound)
	_, _, err = b.Tokens.ByToken(t.Context(), []byte("bearer"))
	wantKind(t, err, domain.KindNotFound)
	wantKind(t, b.SignIns.Create(t.Context(), domain.SignIn{ID: domain.NewID[domain.SignInID](), AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, ExpiresAt: time.Now().Add(time.Hour)}, []byte("x")), domain.KindNotFound)
	wantKind(t, b.Tokens.Create(t.Context(), domain.APIToken{ID: domain.NewID[domain.TokenID](), AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Name: "x"}, []byte("y")), domain.KindNotFound)
}

func TestSignInsExpireAndEndOneByOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	other := b.joins(t, v, domain.RoleMember)
	create := func(v domain.Viewer, hash string, lasts time.Duration) domain.SignInID {
		id := domain.NewID[domain.SignInID]()
		ok(t, b.SignIns.Create(t.Context(), domain.SignIn{ID: id, AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, ExpiresAt: time.Now().Add(lasts)}, []byte(hash)))
		return id
	}
	create(v, "expired", -time.Second)
	keep, end := create(v, "keep", time.Hour), create(v, "end", time.Hour)
	foreign := create(other, "foreign", time.Hour)
	_, _, err := b.SignIns.ByToken(t.Context(), []byte("expired"))
	wantKind(t, err, domain.KindNotFound)
	wantKind(t, b.SignIns.Delete(t.Context(), v.AccountID, foreign), domain.KindNotFound)
	ok(t, b.SignIns.Delete(t.Context(), v.AccountID, end))
	list, err := b.SignIns.List(t.Context(), v.AccountID)
	ok(t, err)
	equal(t, "sign-ins", len(list), 1)
	create(v, "third", time.Hour)
	ok(t, b.Accounts.SetPassword(t.Context(), v.AccountID, "new", keep))
	list, err = b.SignIns.List(t.Context(), v.AccountID)
	ok(t, err)
	if len(list) != 1 || list[0].ID != keep {
		t.Fatalf("left: %v", list)
	}
	ok(t, b.SignIns.Prune(t.Context()))
	a, err := b.Accounts.Get(t.Context(), v.AccountID)
	ok(t, err)
	equal(t, "hash", a.PasswordHash, "new")
	ok(t, b.Accounts.SetProfile(t.Context(), v.AccountID, "New Name", "Asia/Tokyo"))
	a, err = b.Accounts.ByEmail(t.Context(), a.Email)
	ok(t, err)
	equal(t, "profile", a.Name+" "+a.TimeZone, "New Name Asia/Tokyo")
	tok := domain.APIToken{ID: domain.NewID[domain.TokenID](), AccountID: v.AccountID, WorkspaceID: v.WorkspaceID, Name: "script"}
	ok(t, b.Tokens.Create(t.Context(), tok, []byte("t")))
	wantKind(t, b.Tokens.Revoke(t.Context(), other.AccountID, tok.ID), domain.KindNotFound)
	ok(t, b.Tokens.Revoke(t.Context(), v.AccountID, tok.ID))
	tokens, err := b.Tokens.List(t.Context(), v.AccountID)
	ok(t, err)
	equal(t, "tokens", len(tokens), 0)
}

func TestInvitesCountTheirUses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.team(t, "team")
	invite := domain.Invite{ID: domain.NewID[domain.InviteID](), WorkspaceID: owner.WorkspaceID, Role: domain.RoleMember, CreatedBy: owner.AccountID, ExpiresAt: time.Now().Add(time.Hour), MaxUses: 3}
	ok(t, b.Invites.Create(t.Context(), invite, []byte("secret")))
	errs := make([]error, 10)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = b.Invites.Accept(t.Context(), []byte("secret"), person("guest")) })
	}
	all.Wait()
	joined := 0
	for _, err := range errs {
		if err == nil {
			joined++
		} else {
			wantKind(t, err, domain.KindGone)
		}
	}
	equal(t, "joined", joined, 3)
	members, err := b.Members.List(t.Context(), owner.WorkspaceID)
	ok(t, err)
	equal(t, "members", len(members), 4)
	used, err := b.Invites.BySecret(t.Context(), []byte("secret"))
	ok(t, err)
	equal(t, "uses", used.Uses, 3)
	open, err := b.Invites.List(t.Context(), owner.WorkspaceID)
	ok(t, err)
	equal(t, "open", len(open), 0)
}

func TestInvitesEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, other := b.team(t, "team"), b.team(t, "other")
	create := func(secret string, lasts time.Duration) domain.InviteID {
		id := domain.NewID[domain.InviteID]()
		ok(t, b.Invites.Create(t.Context(), domain.Invite{ID: id, WorkspaceID: owner.WorkspaceID, Role: domain.RoleGuest, CreatedBy: owner.AccountID, ExpiresAt: time.Now().Add(lasts)}, []byte(secret)))
		return id
	}
	create("expired", -time.Minute)
	revoked := create("revoked", time.Hour)
	create("open", time.Hour)
	wantKind(t, b.Invites.Revoke(t.Context(), other.WorkspaceID, revoked), domain.KindNotFound)
	ok(t, b.Invites.Revoke(t.Context(), owner.WorkspaceID, revoked))
	for secret, kind := range map[string]domain.Kind{"expired": domain.KindGone, "revoked": domain.KindGone, "unknown": domain.KindNotFound} {
		_, err := b.Invites.Accept(t.Context(), []byte(secret), person("x"))
		wantKind(t, err, kind)
		_, err = b.Invites.AcceptExisting(t.Context(), []byte(secret), other.AccountID)
		wantKind(t, err, kind)
	}
	existing, err := b.Accounts.Get(t.Context(), other.AccountID)
	ok(t, err)
	taken := person("x")
	taken.Email = existing.Email
	_, err = b.Invites.Accept(t.Context(), []byte("open"), taken)
	wantKind(t, err, domain.KindConflict)
	for range 2 {
		m, err := b.Invites.AcceptExisting(t.Context(), []byte("open"), other.AccountID)
		ok(t, err)
		equal(t, "role", m.Role, domain.RoleGuest)
	}
	i, err := b.Invites.BySecret(t.Context(), []byte("open"))
	ok(t, err)
	equal(t, "uses", i.Uses, 1)
	of, err := b.Members.OfAccount(t.Context(), other.AccountID)
	ok(t, err)
	if len(of) != 2 || of[0].WorkspaceID != owner.WorkspaceID {
		t.Fatalf("memberships %v", of)
	}
}

func TestSpacesAreNamedOnceInAWorkspace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, other := b.team(t, "team"), b.team(t, "other")
	create := func(v domain.Viewer, name string) (domain.SpaceID, error) {
		id := domain.NewID[domain.SpaceID]()
		return id, b.Spaces.Create(t.Context(), domain.Space{ID: id, WorkspaceID: v.WorkspaceID, Name: name})
	}
	design, err := create(v, "Design")
	ok(t, err)
	_, err = create(v, "Design")
	wantKind(t, err, domain.KindConflict)
	foreign, err := create(other, "Design")
	ok(t, err)
	_, err = create(v, "alpha")
	ok(t, err)
	_, err = b.Spaces.Update(t.Context(), domain.Space{WorkspaceID: v.WorkspaceID, ID: design, Name: "alpha"})
	wantKind(t, err, domain.KindConflict)
	_, err = b.Spaces.Update(t.Context(), domain.Space{WorkspaceID: v.WorkspaceID, ID: foreign, Name: "Mine"})
	wantKind(t, err, domain.KindNotFound)
	s, err := b.Spaces.Update(t.Context(), domain.Space{WorkspaceID: v.WorkspaceID, ID: design, Name: "Product"})
	ok(t, err)
	equal(t, "name", s.Name, "Product")
	list, err := b.Spaces.List(t.Context(), v.WorkspaceID)
	ok(t, err)
	names := []string{}
	for _, s := range list {
		names = append(names, s.Name)
	}
	if !slices.Equal(names, []string{"alpha", "Product"}) {
		t.Fatalf("spaces %v", names)
	}

	wantKind(t, b.Clips.Create(t.Context(), domain.Clip{ID: domain.NewID[domain.ClipID](), WorkspaceID: v.WorkspaceID, OwnerID: v.AccountID, SpaceID: foreign, Kind: domain.KindAudio}, domain.Recording{}), domain.KindNotFound)
	clip := b.clip(t, v, "a clip", domain.VisibleWorkspace)
	wantKind(t, b.Clips.Update(t.Context(), clip, domain.ClipPatch{SpaceID: &foreign}), domain.KindNotFound)
	ok(t, b.Clips.Update(t.Context(), clip, domain.ClipPatch{SpaceID: &design}))
	view, err := b.Clips.View(t.Context(), clip)
	ok(t, err)
	equal(t, "space", view.SpaceName, "Product")
	ok(t, b.Spaces.Delete(t.Context(), v.WorkspaceID, design))
	view, err = b.Clips.View(t.Context(), clip)
	ok(t, err)
	equal(t, "space", view.SpaceID, "")
	wantKind(t, b.Spaces.Delete(t.Context(), v.WorkspaceID, foreign), domain.KindNotFound)
}
