package postgres_test

import (
	"strings"
	"testing"
	"time"

	"baton/domain"
)

// TestTheRecordWaitsForWords: an answer that was being recorded when its round closed is in the record that is sent, with what was said to be in
// the way and not confirmed; it is sent once, when the words are there.
func TestTheRecordWaitsForWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ana := b.team(t, "Acme")
	o := b.daily(t, ana, 1)[0]
	_, err := b.pool.Exec(t.Context(), `insert into webhook (id, workspace_id, kind, name, url, secret, wants, created_by, created_at)
values ('h', $1, 'json', 'H', 'https://example.org', '', '{round.closed}', $2, now())`, ana.WorkspaceID, ana.AccountID)
	ok(t, err)
	clip := b.clip(t, ana, "take", domain.VisibleWorkspace)
	take, err := b.Recordings.Begin(t.Context(), clip, "video/webm", "node")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(clip, take.Epoch, 0, 10)))
	b.answers(t, ana, o, domain.AnswerPart{Section: "today", ClipID: clip}, domain.AnswerPart{Section: "blockers", ClipID: clip, StartMS: 10_000})
	closed := time.Now()
	ok(t, b.Rounds.Close(t.Context(), o, closed))
	posted := func() string {
		t.Helper()
		var text string
		ok(t, b.pool.QueryRow(t.Context(), `select coalesce(string_agg(message->'data'->>'record_markdown', '|'), '') from post`).Scan(&text))
		return text
	}
	sends := func(at time.Time, want bool) {
		t.Helper()
		sent, err := b.Rounds.Publish(t.Context(), o, at)
		ok(t, err)
		equal(t, "sent", sent, want)
	}
	markdown := func() string {
		t.Helper()
		rec, err := b.Rounds.Record(t.Context(), ana, o, closed)
		ok(t, err)
		return rec.Markdown()
	}
	const note = "Words still being written down"
	sends(closed.Add(time.Minute), false) // it is being recorded
	if text := markdown(); !strings.Contains(text, note) {
		t.Error(text)
	}
	ok(t, b.Recordings.Finish(t.Context(), outcome(clip, take.Epoch, 10))) // 20 s
	sends(closed.Add(2*time.Minute), false)                                // it is being written down
	equal(t, "posts", posted(), "")
	cue := func(ms int64, text string) domain.Cue {
		c := domain.Cue{StartMS: ms, EndMS: ms + 3000, Text: text}
		for i, w := range strings.Fields(text) {
			c.Words = append(c.Words, domain.Word{StartMS: ms + int64(i)*100, EndMS: ms + int64(i)*100 + 90, Text: w})
		}
		return c
	}
	_, err = b.Transcripts.Start(t.Context(), clip)
	ok(t, err)
	ok(t, b.Transcripts.AppendCues(t.Context(), clip, domain.TranscriptStep{UpToMS: 20_000, Cues: []domain.Cue{
		cue(500, "The importer is done."), cue(10_500, "Nobody has a desk for me."), cue(14_000, "The lamp is broken."), cue(17_000, "No other blockers."),
	}}))
	ok(t, b.Asks.DismissProposal(t.Context(), clip, 14_000))
	sends(closed.Add(3*time.Minute), false)
	ok(t, b.Transcripts.Finish(t.Context(), clip, "en", 1, domain.TranscriptDone))
	sends(closed.Add(4*time.Minute), true)
	sends(closed.Add(5*time.Minute), true)
	for name, text := range map[string]string{"posted": posted(), "read": markdown()} {
		for _, want := range []string{"> The importer is done.", "- Acme owner: Nobody has a desk for me. (said, not confirmed) [Play 0:10]"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		if strings.Contains(text, note) || strings.Contains(text, "lamp is broken. (said") || strings.Contains(text, "blockers. (said") || strings.Count(text, "# Daily") != 1 {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
