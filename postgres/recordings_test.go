package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"baton/domain"
)

func TestSavingTheSameProgressTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	take, err := b.Recordings.Begin(t.Context(), id, "video/webm;codecs=h264,opus", "node")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 0, 3)))
	p := progress(id, take.Epoch, 3, 6)
	p.GapsMS = []domain.Span{{StartMS: 100, EndMS: 200}}
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() { errs[i] = b.Recordings.SaveProgress(t.Context(), p) })
	}
	all.Wait()
	for _, err := range errs {
		ok(t, err)
	}
	r, inits, segments, err := b.Playback.Rendition(t.Context(), id, domain.SourceRendition)
	ok(t, err)
	equal(t, "rendition", fmt.Sprint(r), fmt.Sprint(domain.Rendition{ClipID: id, Name: "source", Codecs: "avc1.64001f,opus", Width: 1280, Height: 720, Bandwidth: 4_000_000}))
	equal(t, "init segments", len(inits), 1)
	equal(t, "segments", len(segments), 6)
	equal(t, "fifth", segments[5], domain.Segment{ClipID: id, Rendition: "source", No: 5, StartMS: 10_000, DurationMS: 2000, Bytes: 1000, ObjectKey: string(id) + "/seg-5"})
	take, err = b.Recordings.Take(t.Context(), id)
	ok(t, err)
	equal(t, "next", take.Recording.NextSeq, 6)
	equal(t, "gaps", fmt.Sprint(take.Recording.GapsMS), "[{100 200}]")
	equal(t, "checkpoint", string(take.Recording.Checkpoint), `{"at": 1}`)
	equal(t, "type", take.Recording.MimeType, "video/webm;codecs=h264,opus")
	equal(t, "duration", take.Clip.DurationMS, 12_000)
	view, err := b.Clips.View(t.Context(), id)
	ok(t, err)
	equal(t, "gaps", len(view.GapsMS), 1)
	seg, err := b.Playback.Segment(t.Context(), id, "source", 5)
	ok(t, err)
	equal(t, "segment", seg, segments[5])
	_, err = b.Playback.Segment(t.Context(), id, "source", 6)
	wantKind(t, err, domain.KindNotFound)
	init, err := b.Playback.InitSegment(t.Context(), id, "source", 0)
	ok(t, err)
	equal(t, "init", init, inits[0])
}

func TestANodeThatWasReplacedIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	first, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
	ok(t, err)
	second, err := b.Recordings.Begin(t.Context(), id, "", "b")
	ok(t, err)
	equal(t, "type", second.Recording.MimeType, "video/webm")
	if second.Epoch <= first.Epoch {
		t.Fatalf("epochs %d, %d", first.Epoch, second.Epoch)
	}
	wantKind(t, b.Recordings.SaveProgress(t.Context(), progress(id, first.Epoch, 0, 1)), domain.KindConflict)
	wantKind(t, b.Recordings.Finish(t.Context(), outcome(id, first.Epoch, 1)), domain.KindConflict)
	wantKind(t, b.Recordings.Touch(t.Context(), id, first.Epoch), domain.KindConflict)
	ok(t, b.Recordings.Touch(t.Context(), id, second.Epoch))
	renditions, err := b.Playback.Renditions(t.Context(), id)
	ok(t, err)
	equal(t, "renditions", len(renditions), 0)
	_, err = b.Recordings.Begin(t.Context(), domain.NewID[domain.ClipID](), "video/webm", "a")
	wantKind(t, err, domain.KindNotFound)
	_, err = b.Recordings.Take(t.Context(), domain.NewID[domain.ClipID]())
	wantKind(t, err, domain.KindNotFound)
}

func TestRecordingsEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		end   func(*domain.Outcome)
		state domain.ClipState
		jobs  string
	}{
		{"finished", func(*domain.Outcome) {}, domain.ClipReady, "transcribe thumbnails screen ladder"},
		{"needs import", func(o *domain.Outcome) { o.NeedsImport = true }, domain.ClipProcessing, "transcribe import"},
		{"abandoned", func(o *domain.Outcome) { o.EndReason = domain.EndAbandoned }, domain.ClipReady, "transcribe thumbnails screen ladder"},
		{"empty", func(o *domain.Outcome) { o.Failure, o.Bytes = "Nothing arrived.", 0 }, domain.ClipFailed, "transcribe"},
		{"cancelled", func(o *domain.Outcome) { o.EndReason = domain.EndCancelled }, domain.ClipFailed, "transcribe"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
			take, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
			ok(t, err)
			ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 0, 2)))
			o := outcome(id, take.Epoch, 2)
			test.end(&o)
			for range 2 { // the second finds it done
				ok(t, b.Recordings.Finish(t.Context(), o))
				equal(t, "jobs", b.queue.take(t), test.jobs)
				test.jobs = ""
				c, err := b.Clips.Get(t.Context(), id)
				ok(t, err)
				equal(t, "state", c.State, test.state)
				equal(t, "transcript failed", c.TranscriptState == domain.TranscriptFailed, test.state == domain.ClipFailed)
			}
			if o.EndReason != domain.EndAbandoned {
				wantKind(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 2, 3)), domain.KindConflict)
				again, err := b.Recordings.Begin(t.Context(), id, "video/webm", "b")
				ok(t, err)
				equal(t, "epoch", again.Epoch, take.Epoch)
			}
		})
	}
}

func TestWordsAreWrittenDownWhileTheyAreSpoken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	take, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
	ok(t, err)
	silent := progress(id, take.Epoch, 0, 1)
	silent.HasAudio = false
	ok(t, b.Recordings.SaveProgress(t.Context(), silent))
	equal(t, "jobs without sound", b.queue.take(t), "")
	for n, test := range []struct {
		state domain.WorkState
		jobs  string
	}{
		{"", "transcribe"},
		{domain.WorkRunning, ""},
		{domain.WorkRetrying, ""},
		{domain.WorkWaiting, "transcribe"}, // it rests, because nothing came for a while
		{domain.WorkDone, "transcribe"},
		{domain.WorkFailed, ""}, // it is tried once more at the end
	} {
		if test.state != "" {
			ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobTranscribe, State: test.state, Progress: 0.5}))
		}
		ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, n+1, n+2)))
		equal(t, "jobs of one that is "+string(test.state), b.queue.take(t), test.jobs)
	}
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{UpToMS: 14_000, Cues: said(0, "heard already"), Progress: 0.9}))
	wantKind(t, b.Transcripts.Finish(t.Context(), id, "en", 1, domain.TranscriptDone), domain.KindConflict)
	ok(t, b.Clips.SetWork(t.Context(), id, domain.Work{Kind: domain.JobTranscribe, State: domain.WorkRunning, Progress: 0.5}))
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 7, 8)))
	ok(t, b.Recordings.Finish(t.Context(), outcome(id, take.Epoch, 8)))
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "after the end", fmt.Sprint(c.State, c.TranscriptState, c.TranscriptProgress), "readyrunning0.9")
	wantKind(t, b.Transcripts.Finish(t.Context(), id, "en", 1, domain.TranscriptDone), domain.KindConflict)
	r, inits, segments, err := b.Playback.RenditionFrom(t.Context(), id, "source", 13_000, 2)
	ok(t, err)
	equal(t, "the rest", fmt.Sprint(r.Complete, len(inits), segments[0].No, len(segments)), "true 1 6 2")
	ok(t, b.Transcripts.AppendCues(t.Context(), id, domain.TranscriptStep{FromMS: 14_000, UpToMS: 16_000, Progress: 1}))
	ok(t, b.Transcripts.Finish(t.Context(), id, "en", 1, domain.TranscriptDone))
}

func TestAnAbandonedRecordingGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	quiet, err := b.Recordings.Abandoned(t.Context(), time.Hour, 10)
	ok(t, err)
	equal(t, "quiet for an hour", len(quiet), 0)
	quiet, err = b.Recordings.Abandoned(t.Context(), 0, 10)
	ok(t, err)
	equal(t, "quiet", len(quiet), 1)
	equal(t, "clip", quiet[0].Clip.ID, id)

	take, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
	ok(t, err)
	o := outcome(id, take.Epoch, 0)
	o.EndReason, o.Failure = domain.EndAbandoned, "Nothing arrived."
	ok(t, b.Recordings.Finish(t.Context(), o))
	equal(t, "jobs", b.queue.take(t), "")

	// Its node comes back with a tail that it had on disk: not a recording again, but published.
	take, err = b.Recordings.Begin(t.Context(), id, "", "a")
	ok(t, err)
	equal(t, "state", take.Clip.State, domain.ClipFailed)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 0, 2)))
	o = outcome(id, take.Epoch, 2)
	o.EndReason = domain.EndAbandoned
	ok(t, b.Recordings.Finish(t.Context(), o))
	equal(t, "jobs that work on what was there before", b.queue.again(t), "")
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")

	// Its owner comes back: it records again, under the same link.
	take, err = b.Recordings.Begin(t.Context(), id, "video/webm", "b")
	ok(t, err)
	equal(t, "state", take.Clip.State, domain.ClipRecording)
	r, _, _, err := b.Playback.Rendition(t.Context(), id, "source")
	ok(t, err)
	equal(t, "complete", r.Complete, false)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 2, 4)))
	ok(t, b.Recordings.Finish(t.Context(), outcome(id, take.Epoch, 4)))
	// Those of the shorter recording may be running still.
	equal(t, "jobs that have to run again", b.queue.again(t), "thumbnails screen ladder")
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipReady)
	equal(t, "duration", c.DurationMS, 8000)
	take, err = b.Recordings.Take(t.Context(), id)
	ok(t, err)
	equal(t, "sha256", take.Recording.SHA256, "abc")
}

func TestFinishingAnAbandonedRecordingWithoutMoreDoesNotWorkTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	take, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 0, 2)))
	o := outcome(id, take.Epoch, 2)
	o.EndReason = domain.EndAbandoned
	ok(t, b.Recordings.Finish(t.Context(), o))
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")
	ok(t, b.Recordings.Finish(t.Context(), outcome(id, take.Epoch, 2)))
	equal(t, "jobs", b.queue.take(t), "")
	take, err = b.Recordings.Take(t.Context(), id)
	ok(t, err)
	equal(t, "end", take.Recording.EndReason, domain.EndFinished)
}

func TestARenditionIsReplacedWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.recorded(t, b.team(t, "team"), "clip", domain.VisiblePrivate, 2)
	publish := func(attempt string, n int) ([]string, error) {
		r := domain.Rendition{ClipID: id, Name: "720p", Codecs: "avc1,mp4a", Width: 1280, Height: 720, Bandwidth: 100, Complete: true}
		inits := []domain.InitSegment{{No: 0, ObjectKey: "init-" + attempt, Bytes: 1}}
		var segments []domain.Segment
		for no := range n {
			segments = append(segments, domain.Segment{No: no, StartMS: int64(no) * 1000, DurationMS: 1000, Bytes: 5, ObjectKey: fmt.Sprintf("seg-%d-%s", no, attempt)})
		}
		return b.Playback.Publish(t.Context(), r, inits, segments)
	}
	replaced, err := publish("a", 3)
	ok(t, err)
	equal(t, "replaced", len(replaced), 0)
	replaced, err = publish("a", 3) // the job ran twice
	ok(t, err)
	equal(t, "replaced", len(replaced), 0)
	replaced, err = publish("b", 2)
	ok(t, err)
	equal(t, "replaced", len(replaced), 4)
	renditions, err := b.Playback.Renditions(t.Context(), id)
	ok(t, err)
	equal(t, "first", renditions[0].Name, "source")
	equal(t, "second", renditions[1].Name, "720p")
	_, _, segments, err := b.Playback.Rendition(t.Context(), id, "720p")
	ok(t, err)
	equal(t, "segments", len(segments), 2)
	ok(t, b.Clips.Delete(t.Context(), id))
	_, err = publish("c", 1)
	wantKind(t, err, domain.KindNotFound)
}

func TestAFailedImportLeavesWhatCanBePlayed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.clip(t, b.team(t, "team"), "clip", domain.VisiblePrivate)
	take, err := b.Recordings.Begin(t.Context(), id, "video/webm", "a")
	ok(t, err)
	ok(t, b.Recordings.SaveProgress(t.Context(), progress(id, take.Epoch, 0, 2)))
	o := outcome(id, take.Epoch, 2)
	o.NeedsImport = true
	ok(t, b.Recordings.Finish(t.Context(), o))
	b.queue.take(t)
	ok(t, b.Playback.ImportFailed(t.Context(), id, "The tail is damaged."))
	c, err := b.Clips.Get(t.Context(), id)
	ok(t, err)
	equal(t, "state", c.State, domain.ClipReady)
	equal(t, "jobs", b.queue.take(t), "transcribe thumbnails screen ladder")
	ok(t, b.Playback.ImportFailed(t.Context(), id, "again")) // not processing any more
	equal(t, "jobs", b.queue.take(t), "")
}

// TestASoundFollowsItsWords: where somebody has a feed, the file of a clip's sound is made anew when the words say where nobody speaks, or
// never will.
func TestASoundFollowsItsWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	for _, wanted := range []bool{false, true} {
		want := ""
		if wanted {
			ok(t, b.Podcasts.Put(t.Context(), v, []byte("hash")))
			want = "sound"
		}
		heard, failed := b.recorded(t, v, "heard", domain.VisiblePrivate, 5), b.recorded(t, v, "failed", domain.VisiblePrivate, 5)
		b.queue.take(t)
		b.transcribed(t, heard, "All is well.")
		equal(t, "made anew", b.queue.again(t), want)
		b.queue.take(t)
		ok(t, b.Transcripts.Fail(t.Context(), failed, "nobody understood it"))
		equal(t, "made anew without words", b.queue.again(t), want)
		b.queue.take(t)
	}
}
