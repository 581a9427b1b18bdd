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

// TestStepWaitsForRoomAsLongAsItTakes: a full disk uses up no attempt, at the last one either; the transcript does not fail for it.
func TestStepWaitsForRoomAsLongAsItTakes(t *testing.T) {
	t.Parallel()
	for _, full := range []error{
		fmt.Errorf("write sound: %w", syscall.ENOSPC),
		domain.Errorf(domain.KindInternal, "the file could not be converted").Because(errors.New("ffmpeg: av_interleaved_write_frame(): No space left on device")),
		errors.New(`ERROR: could not extend file "base/5/16410": No space left on device (SQLSTATE 53100)`),
	} {
		s := &overtaken{state: domain.ClipReady}
		log := slog.New(slog.NewTextHandler(t.Output(), nil))
		w := &stepWorker{r: &Runner{Needs: Needs{Store: s, Log: log}}}
		clip := domain.NewID[domain.ClipID]()
		step := table[domain.JobTranscribe]
		p := newProgress(s, log, clip, domain.JobTranscribe, step.shown)
		job := &river.Job[stepArgs]{
			JobRow: &rivertype.JobRow{Attempt: step.attempts, Errors: make([]rivertype.AttemptError, step.attempts)},
			Args:   stepArgs{Step: domain.JobTranscribe, ClipID: clip},
		}
		var snooze *rivertype.JobSnoozeError
		if err := w.settle(t.Context(), job, step, p, log, time.Now(), full); !errors.As(err, &snooze) || s.work != domain.WorkWaiting {
			t.Errorf("%v: work is %s, %v", full, s.work, err)
		}
	}
}
