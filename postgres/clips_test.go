package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"baton/domain"
)

// visibilities are all of them.
var visibilities = []domain.Visibility{domain.VisiblePrivate, domain.VisibleWorkspace, domain.VisibleLink}

// world is two teams with a person of every role, and of every person a clip of every visibility.
func world(t *testing.T, b bundle) (viewers []domain.Viewer, clips []domain.Clip) {
	t.Helper()
	for _, name := range []string{"one", "two"} {
		owner := b.team(t, name)
		viewers = append(viewers, owner)
		for _, role := range []domain.Role{domain.RoleAdmin, domain.RoleMember, domain.RoleGuest} {
			viewers = append(viewers, b.joins(t, owner, role))
		}
	}
	for _, v := range viewers {
		for _, visibility := range visibilities {
			c, err := b.Clips.Get(t.Context(), b.clip(t, v, "zebra "+string(visibility), visibility))
			ok(t, err)
			clips = append(clips, c)
		}
	}
	// Everybody but the owner is in one space, a guest by a time when they were a member; the owner in another.
	in, other := b.space(t, viewers[0], "in"), b.space(t, viewers[0], "other")
	for i := range viewers {
		if viewers[i].WorkspaceID != viewers[0].WorkspaceID {
			continue
		}
		space := in
		if i == 0 {
			space = other
		}
		_, err := b.pool.Exec(t.Context(), "insert into space_member (space_id, account_id) values ($1, $2)", space, viewers[i].AccountID)
		ok(t, err)
		viewers[i].Spaces = []domain.SpaceID{space}
	}
	for _, space := range []domain.SpaceID{in, other} {
		for _, v := range viewers[:2] {
			id := b.clip(t, v, "zebra shared", domain.VisiblePrivate)
			ok(t, b.Spaces.ShareWith(t.Context(), id, []domain.SpaceID{space}))
			c, err := b.Clips.Get(t.Context(), id)
			ok(t, err)
			clips = append(clips, c)
		}
	}
	return viewers, clips
}

// space makes a space.
func (b bundle) space(tb testing.TB, v domain.Viewer, name string) domain.SpaceID {
	tb.Helper()
	s := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: v.WorkspaceID, Name: name}
	ok(tb, b.Spaces.Create(tb.Context(), s))
	return s.ID
}

func TestListsAndSearchFollowTheRuleOfWhoMayWatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	viewers, clips := world(t, b)
	for _, v := range append(viewers, domain.Viewer{}) {
		var want []string
		for _, c := range slices.Backward(clips) {
			if v.May(domain.ActionWatch, &c) && c.WorkspaceID == v.WorkspaceID {
				want = append(want, string(c.ID))
			}
		}
		list, err := b.Clips.List(t.Context(), v, domain.ClipFilter{Limit: 100})
		ok(t, err)
		var got []string
		for _, c := range list {
			got = append(got, string(c.ID))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%+v lists %v, may watch %v", v, got, want)
		}
		found, err := b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "zebra", Limit: 100})
		ok(t, err)
		got = nil
		for _, m := range found {
			got = append(got, string(m.ClipID))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%+v finds %v, may watch %v", v, got, want)
		}
		// A misspelling is only corrected by words of the own workspace.
		found, err = b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "zebar", Limit: 100})
		ok(t, err)
		equal(t, "found by a misspelling", len(found), len(want))
	}
}

func TestListsHavePagesAndFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	friend := b.joins(t, v, domain.RoleMember)
	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: v.WorkspaceID, Name: "Space"}
	ok(t, b.Spaces.Create(t.Context(), space))
	for i := range 7 {
		id := b.clip(t, []domain.Viewer{v, friend}[i%2], fmt.Sprint(i), domain.VisibleWorkspace)
		if i < 3 {
			ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{SpaceID: &space.ID}))
		}
	}
	titles := func(f domain.ClipFilter) string {
		var out []string
		for {
			page, err := b.Clips.List(t.Context(), v, f)
			ok(t, err)
			for _, c := range page {
				out = append(out, c.Title)
				f.Before = c.ID
			}
			if len(page) < f.Limit {
				slices.Sort(out) // ids of one millisecond have no order
				return strings.Join(out, "")
			}
		}
	}
	equal(t, "all", titles(domain.ClipFilter{Limit: 3}), "0123456")
	equal(t, "in the space", titles(domain.ClipFilter{Limit: 2, SpaceID: space.ID}), "012")
	equal(t, "a friend's", titles(domain.ClipFilter{Limit: 2, OwnerID: friend.AccountID}), "135")
	equal(t, "both", titles(domain.ClipFilter{Limit: 2, OwnerID: friend.AccountID, SpaceID: space.ID}), "1")
}

func TestAClipLives(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Quarterly plan", domain.VisibleLink, 3)
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")
	replaced, err := b.Clips.SetPictures(t.Context(), id, domain.Pictures{PosterKey: "p1", StoryboardKey: "s1", StoryboardVTT: "WEBVTT", PeaksKey: "k1"})
	ok(t, err)
	equal(t, "replaced", len(replaced), 0)
	replaced, err = b.Clips.SetPictures(t.Context(), id, domain.Pictures{PosterKey: "p2", PeaksKey: "k1"})
	ok(t, err)
	equal(t, "replaced", strings.Join(replaced, " "), "p1")
	vtt, err := b.Playback.StoryboardVTT(t.Context(), id)
	ok(t, err)
	equal(t, "storyboard", vtt, "WEBVTT")
	_, err = b.Comments.Create(t.Context(), domain.Comment{ClipID: id, Author: domain.Account{ID: v.AccountID}, Body: "nice"})
	ok(t, err)
	ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobLadder, State: domain.WorkRunning, Progress: 0.5}))
	ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobThumbnails, State: domain.WorkDone, Progress: 7}))

	view, err := b.Clips.View(t.Context(), id)
	ok(t, err)
	equal(t, "state", view.State, domain.ClipReady)
	equal(t, "ready", view.ReadyAt.IsZero(), false)
	equal(t, "owner", view.OwnerName, "team owner")
	equal(t, "comments", view.CommentCount, 1)
	equal(t, "playable", view.Playable, true)
	equal(t, "renditions", len(view.Renditions), 1)
	equal(t, "size", view.SizeBytes, 3000)
	equal(t, "work", fmt.Sprint(view.Work), fmt.Sprint([]domain.Work{{Kind: domain.JobTranscribe, State: domain.WorkWaiting}, {Kind: domain.JobScreen, State: domain.WorkWaiting}, {Kind: domain.JobLadder, State: domain.WorkRunning, Progress: 0.5}}))
	work, err := b.Clips.Work(t.Context(), id)
	ok(t, err)
	equal(t, "work", len(work), 4)

	set, err := b.Clips.SuggestTitle(t.Context(), id, "something else")
	ok(t, err)
	equal(t, "set", set, false)
	none := ""
	ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{Title: &none}))
	set, err = b.Clips.SuggestTitle(t.Context(), id, "Suggested")
	ok(t, err)
	equal(t, "set", set, true)

	objects, err := b.Clips.Objects(t.Context(), id)
	ok(t, err)
	equal(t, "objects", len(objects.Keys), 3+1+3)
	equal(t, "source parts", objects.SourceParts, 1)
	ok(t, b.Clips.Purge(t.Context(), id)) // not deleted: stays
	ok(t, b.Clips.Delete(t.Context(), id))
	equal(t, "jobs", b.queue.take(t), "purge")
	_, err = b.Clips.Get(t.Context(), id)
	wantKind(t, err, domain.KindNotFound)
	wantKind(t, b.Clips.Delete(t.Context(), id), domain.KindNotFound)
	wantKind(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{}), domain.KindNotFound)
	ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobLadder, State: domain.WorkRunning}))
	rights, err := b.Clips.Rights(t.Context(), id)
	ok(t, err)
	equal(t, "rights", rights.Visibility, domain.VisibleLink)
	objects, err = b.Clips.Objects(t.Context(), id)
	ok(t, err)
	equal(t, "objects", len(objects.Keys), 7)
	ok(t, b.Clips.Purge(t.Context(), id))
	ok(t, b.Clips.Purge(t.Context(), id))
	_, err = b.Clips.Objects(t.Context(), id)
	wantKind(t, err, domain.KindNotFound)
	equal(t, "words left", b.count(t, "vocabulary"), 0)
}

// count counts the rows of a table.
func (b bundle) count(tb testing.TB, table string) (n int) {
	tb.Helper()
	ok(tb, b.pool.QueryRow(tb.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func TestTryingAgainEnqueuesWhatFailed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.clip(t, v, "upload", domain.VisiblePrivate)
	take, err := b.Recordings.Begin(t.Context(), id, "video/mp4", "node")
	ok(t, err)
	o := outcome(id, take.Epoch, 2)
	o.NeedsImport = true
	ok(t, b.Recordings.Finish(t.Context(), o))
	equal(t, "jobs", b.queue.take(t), "import")
	wantKind(t, b.Clips.Retry(t.Context(), id), domain.KindConflict)

	ok(t, b.Playback.ImportFailed(t.Context(), id, "The file is damaged."))
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipFailed)
	equal(t, "reason", c.FailureReason, "The file is damaged.")
	equal(t, "transcript", fmt.Sprint(c.TranscriptState, ": ", c.TranscriptReason), "failed: The file is damaged.")
	ok(t, b.Clips.Retry(t.Context(), id))
	equal(t, "jobs", b.queue.take(t), "import")
	c, err = b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipProcessing)
	equal(t, "transcript", fmt.Sprint(c.TranscriptState, ": ", c.TranscriptReason), "pending: ")

	p := progress(id, 0, 0, 2)
	_, err = b.Playback.ImportDone(t.Context(), id, domain.Import{Rendition: p.Rendition, Inits: p.Inits, Segments: p.Segments, DurationMS: 4000, HasVideo: true})
	ok(t, err)
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")
	ok(t, b.Transcripts.Fail(t.Context(), id, "The model is missing."))
	ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobLadder, State: domain.WorkFailed, Reason: "no disk"}))
	ok(t, b.Clips.Retry(t.Context(), id))
	equal(t, "jobs", b.queue.take(t), "ladder transcribe")
	c, err = b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "transcript", c.TranscriptState, domain.TranscriptPending)
	wantKind(t, b.Clips.Retry(t.Context(), id), domain.KindConflict)
}
