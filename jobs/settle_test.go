package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"baton/domain"
)

// overtaken is a store with one clip; it remembers where its work stands. Its other methods are not called.
type overtaken struct {
	Store

	state domain.ClipState

	mu   sync.Mutex
	work domain.WorkState
}

func (s *overtaken) Clip(_ context.Context, id domain.ClipID) (domain.Clip, error) {
	return domain.Clip{ID: id, State: s.state}, nil
}

func (s *overtaken) SetWork(_ context.Context, _ domain.ClipID, w domain.Work) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work = w.State
	return nil
}

func (*overtaken) FailClip(context.Context, domain.ClipID, string) error { return nil }

// TestSupersededStepDoesNotRunForEver: a recording that was put away too early goes on while it is imported, and may need no import in the
// end. Where nobody follows, the step has to say that it is over; where another is queued, that one speaks.
func TestSupersededStepDoesNotRunForEver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step  domain.JobKind
		state domain.ClipState
		want  domain.WorkState
	}{
		{domain.JobImport, domain.ClipRecording, domain.WorkDone},
		{domain.JobImport, domain.ClipReady, domain.WorkDone},
		{domain.JobImport, domain.ClipProcessing, domain.WorkRunning},
		{domain.JobLadder, domain.ClipRecording, domain.WorkDone},
		{domain.JobLadder, domain.ClipReady, domain.WorkRunning},
	} {
		s := &overtaken{state: c.state}
		log := slog.New(slog.NewTextHandler(t.Output(), nil))
		w := &stepWorker{r: &Runner{Needs: Needs{Store: s, Log: log}}}
		clip := domain.NewID[domain.ClipID]()
		p := newProgress(s, log, clip, c.step, table[c.step].shown)
		p.state(t.Context(), domain.WorkRunning, "")
		job := &river.Job[stepArgs]{JobRow: &rivertype.JobRow{Attempt: 1}, Args: stepArgs{Step: c.step, ClipID: clip}}
		if err := w.settle(t.Context(), job, table[c.step], p, log, time.Now(), errSuperseded); err != nil {
			t.Fatal(err)
		}
		if s.work != c.want {
			t.Errorf("%s of a clip that is %s: %s, want %s", c.step, c.state, s.work, c.want)
		}
	}
}

// settleReady settles a step over a clip that is ready and tells where its work stands then.
func settleReady(t *testing.T, kind domain.JobKind, attempt int, outcome error) (domain.WorkState, error) {
	t.Helper()
	s := &overtaken{state: domain.ClipReady}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w := &stepWorker{r: &Runner{Needs: Needs{Store: s, Log: log}}}
	clip := domain.NewID[domain.ClipID]()
	step := table[kind]
	p := newProgress(s, log, clip, kind, step.shown)
	job := &river.Job[stepArgs]{
		JobRow: &rivertype.JobRow{Attempt: attempt, Errors: make([]rivertype.AttemptError, attempt-1)},
		Args:   stepArgs{Step: kind, ClipID: clip},
	}
	err := w.settle(t.Context(), job, step, p, log, time.Now(), outcome)
	return s.work, err
}

// TestStepWaitsForRoomAsLongAsItTakes: a full disk uses up no attempt, at the last one either; the transcript does not fail for it.
func TestStepWaitsForRoomAsLongAsItTakes(t *testing.T) {
	t.Parallel()
	for _, full := range []error{
		fmt.Errorf("write sound: %w", syscall.ENOSPC),
		domain.Errorf(domain.KindInternal, "the file could not be converted").Because(errors.New("ffmpeg: av_interleaved_write_frame(): No space left on device")),
		errors.New(`ERROR: could not extend file "base/5/16410": No space left on device (SQLSTATE 53100)`),
	} {
		for _, kind := range []domain.JobKind{domain.JobTranscribe, domain.JobLadder, domain.JobImport} {
			var snooze *rivertype.JobSnoozeError
			if work, err := settleReady(t, kind, table[kind].attempts, full); !errors.As(err, &snooze) || work != domain.WorkWaiting {
				t.Errorf("%v: %s is %s, %v", full, kind, work, err)
			}
		}
	}
}

// TestStepsOverWhatPlaysAreTriedAgain: an upload that is no media is refused at once, but a ladder's source is known to be well.
func TestStepsOverWhatPlaysAreTriedAgain(t *testing.T) {
	t.Parallel()
	unusable := domain.Errorf(domain.KindUnsupported, "the file holds nothing that could be converted")
	for _, c := range []struct {
		step    domain.JobKind
		attempt int
		want    domain.WorkState
	}{
		{domain.JobLadder, 1, domain.WorkRetrying},
		{domain.JobLadder, table[domain.JobLadder].attempts, domain.WorkFailed},
		{domain.JobThumbnails, 1, domain.WorkRetrying},
		{domain.JobImport, 1, domain.WorkFailed},
	} {
		if work, err := settleReady(t, c.step, c.attempt, unusable); err == nil || work != c.want {
			t.Errorf("%s, attempt %d: work is %s, %v", c.step, c.attempt, work, err)
		}
	}
}
