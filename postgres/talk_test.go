package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"baton/domain"
)

func TestCommentsMakeThreads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	friend := b.joins(t, v, domain.RoleMember)
	id, elsewhere := b.clip(t, v, "clip", domain.VisibleWorkspace), b.clip(t, v, "other", domain.VisibleWorkspace)
	say := func(v domain.Viewer, clip domain.ClipID, parent domain.CommentID, at int64, body string) (domain.Comment, error) {
		return b.Comments.Create(t.Context(), domain.Comment{ClipID: clip, ParentID: parent, Author: domain.Account{ID: v.AccountID}, AtMS: at, Body: body})
	}
	list := func() string {
		cs, err := b.Comments.List(t.Context(), id)
		ok(t, err)
		var out []string
		for _, c := range cs {
			s := fmt.Sprintf("%d %s", c.AtMS, c.Body)
			if c.ParentID != "" {
				s = "> " + s
			}
			out = append(out, s)
		}
		return strings.Join(out, "|")
	}
	late, err := say(v, id, "", 9000, "late remark")
	ok(t, err)
	early, err := say(friend, id, "", 1000, "early remark")
	ok(t, err)
	reply, err := say(v, id, early.ID, 5, "an answer")
	ok(t, err)
	deep, err := say(friend, id, reply.ID, 5, "and thanks")
	ok(t, err)
	equal(t, "parent", deep.ParentID, early.ID)
	equal(t, "author", deep.Author.Name, "member")
	equal(t, "list", list(), "1000 early remark|> 1000 an answer|> 1000 and thanks|9000 late remark")
	equal(t, "found", b.find(t, v, "thanks"), "comment 1000 and <mark>thanks</mark>")

	_, err = say(v, elsewhere, early.ID, 0, "wrong clip")
	wantKind(t, err, domain.KindNotFound)
	_, err = b.Comments.Get(t.Context(), elsewhere, early.ID)
	wantKind(t, err, domain.KindNotFound)
	_, err = b.Comments.Update(t.Context(), domain.Comment{ClipID: elsewhere, ID: early.ID, Body: "x"})
	wantKind(t, err, domain.KindNotFound)
	wantKind(t, b.Comments.Delete(t.Context(), elsewhere, early.ID), domain.KindNotFound)

	changed, err := b.Comments.Update(t.Context(), domain.Comment{ClipID: id, ID: late.ID, Body: "corrected remark"})
	ok(t, err)
	equal(t, "edited", changed.EditedAt.IsZero(), false)
	equal(t, "found", b.find(t, v, "corrected"), "comment 9000 <mark>corrected</mark> remark")
	equal(t, "gone", b.find(t, v, "late"), "")

	said, err := b.Comments.History(t.Context(), late.ID)
	ok(t, err)
	equal(t, "history", len(said), 1)
	equal(t, "said before", said[0].Body, "late remark")

	ok(t, b.Comments.Delete(t.Context(), id, early.ID))
	equal(t, "list", list(), "1000 |> 1000 an answer|> 1000 and thanks|9000 corrected remark")
	equal(t, "gone", b.find(t, v, "early"), "")
	wantKind(t, b.Comments.Delete(t.Context(), id, early.ID), domain.KindNotFound)
	_, err = say(v, id, early.ID, 0, "to nobody")
	wantKind(t, err, domain.KindConflict)
	ok(t, b.Comments.Delete(t.Context(), id, reply.ID))
	ok(t, b.Comments.Delete(t.Context(), id, deep.ID))
	equal(t, "list", list(), "9000 corrected remark")
	view, err := b.Clips.View(t.Context(), id)
	ok(t, err)
	equal(t, "count", view.CommentCount, 1)
}

func TestEventsCarryWhatChangedToWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, stranger := b.team(t, "team"), b.team(t, "other")
	friend := b.joins(t, v, domain.RoleMember)
	id := b.clip(t, v, "clip", domain.VisibleWorkspace)
	made, err := b.Comments.Create(t.Context(), domain.Comment{ClipID: id, Author: domain.Account{ID: v.AccountID}, AtMS: 7, Body: `say "hi"`})
	ok(t, err)
	private := domain.VisiblePrivate
	ok(t, b.Clips.Update(t.Context(), id, domain.ClipPatch{Visibility: &private}))
	ok(t, b.Comments.Delete(t.Context(), id, made.ID))
	ok(t, b.Clips.Delete(t.Context(), id))

	events, err := b.Events.Since(t.Context(), v.WorkspaceID, 0, 100)
	ok(t, err)
	var kinds, forFriend []string
	for _, e := range events {
		kinds = append(kinds, string(e.Kind))
		if e.VisibleTo(friend) {
			forFriend = append(forFriend, string(e.Kind))
		}
		equal(t, "seen by its owner", e.VisibleTo(v), true)
		equal(t, "seen by a stranger", e.VisibleTo(stranger), false)
	}
	equal(t, "events", strings.Join(kinds, " "), "clip.changed comment.changed clip.changed comment.deleted clip.deleted")
	equal(t, "a friend's", strings.Join(forFriend, " "), "clip.changed comment.changed clip.changed")
	var data struct {
		ClipID  string `json:"clip_id"`
		Comment struct {
			ID, Body string
			AtMS     int64 `json:"at_ms"`
			Author   struct{ ID, Name, Email string }
		}
	}
	ok(t, json.Unmarshal(events[1].Data, &data))
	equal(t, "comment", fmt.Sprint(data.Comment.AtMS, data.Comment.Body, data.Comment.Author.Name, data.Comment.Author.Email), `7say "hi"team owner`)

	none, err := b.Events.Since(t.Context(), stranger.WorkspaceID, 0, 100)
	ok(t, err)
	equal(t, "a stranger's", len(none), 0)
	rest, err := b.Events.Since(t.Context(), v.WorkspaceID, events[2].ID, 1)
	ok(t, err)
	equal(t, "after", rest[0].ID, events[3].ID)
	oldest, newest, err := b.Events.Span(t.Context())
	ok(t, err)
	equal(t, "span", fmt.Sprint(oldest, newest), fmt.Sprint(events[0].ID, events[4].ID))
	ok(t, b.Events.Prune(t.Context(), time.Hour))
	equal(t, "kept", b.count(t, "event"), 5)
	ok(t, b.Events.Prune(t.Context(), 0))
	equal(t, "kept", b.count(t, "event"), 0)
	oldest, newest, err = b.Events.Span(t.Context())
	ok(t, err)
	equal(t, "span", oldest+newest, 0)
}

func TestListenersHearEveryEventInOrderOfCommits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	ctx, cancel := context.WithCancel(t.Context())
	listening, heard, ended := make(chan struct{}), make(chan domain.Event, 100), make(chan error, 1)
	go func() {
		ended <- b.Events.Listen(ctx, func() { close(listening) }, func(e domain.Event) { heard <- e })
	}()
	<-listening
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			for range 4 {
				b.clip(t, v, "clip", domain.VisibleWorkspace)
			}
		})
	}
	last := int64(0)
	for range 20 {
		e := <-heard
		if e.ID <= last {
			t.Fatalf("event %d after %d", e.ID, last)
		}
		last = e.ID
		equal(t, "kind", e.Kind, domain.EventClipChanged)
		equal(t, "workspace", e.WorkspaceID, v.WorkspaceID)
	}
	all.Wait()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestAListenerLearnsThatItsConnectionIsLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listening, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- b.Events.Listen(t.Context(), func() { close(listening) }, func(domain.Event) {})
	}()
	<-listening
	_, err := b.pool.Exec(t.Context(), "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
	ok(t, err)
	wantKind(t, <-ended, domain.KindUnavailable)
}

func TestWritersWhoMeetDoNotDeadlock(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	clips := []domain.ClipID{b.clip(t, v, "one", domain.VisibleWorkspace), b.clip(t, v, "two", domain.VisibleWorkspace)}
	var all sync.WaitGroup
	errs := make(chan error, 200)
	for i := range 8 {
		all.Go(func() {
			for n := range 8 {
				id := clips[(i+n)%2]
				words := []string{"apple banana cherry", "cherry banana apple"}[n%2]
				_, err := b.Comments.Create(t.Context(), domain.Comment{ClipID: id, Author: domain.Account{ID: v.AccountID}, Body: words})
				errs <- err
				title := fmt.Sprint(words, i, n)
				errs <- b.Clips.Update(t.Context(), id, domain.ClipPatch{Title: &title})
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		ok(t, err)
	}
	var n int
	ok(t, b.pool.QueryRow(t.Context(), "select n from vocabulary where word = 'banana'").Scan(&n))
	if n < 64 || n > 66 {
		t.Fatalf("banana counted %d times", n)
	}
	ok(t, b.Clips.Delete(t.Context(), clips[0]))
	ok(t, b.Clips.Delete(t.Context(), clips[1]))
	equal(t, "words left", b.count(t, "vocabulary"), 0)
}
