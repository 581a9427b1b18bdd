package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"baton/domain"
)

// Needs is what a Runner works with.
type Needs struct {
	Pool  *pgxpool.Pool
	Store Store
	Media Objects
	Keys  Keys
	// Ingest ends abandoned recordings.
	Ingest Ingest
	Tools  Transcoder
	Speech Speech
	Reader Reader
	// Writer is the language model; nil: none.
	Writer Writer
	// Rounds is looked after each minute.
	Rounds Rounds
	Log    *slog.Logger
	// NodeID is stable over restarts of the same node, so that it finds its own interrupted jobs.
	NodeID string
	// SpeechWorkers and LadderWorkers bound what runs at once; at least 1.
	SpeechWorkers, LadderWorkers int
	// AbandonAfter is how long a recording may be silent before it is ended.
	AbandonAfter time.Duration
}

// Runner does the jobs of one node.
type Runner struct {
	Needs
	client *river.Client[pgx.Tx]
	beat   *heartbeat
	rouse  *rouser
}

// NewRunner builds a runner; Start starts it.
func NewRunner(n Needs) (*Runner, error) {
	r := &Runner{Needs: n}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &stepWorker{r: r}); err != nil {
		return nil, fmt.Errorf("register worker: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(n.Pool), &river.Config{
		ID: n.NodeID, Logger: quieter(n.Log), Workers: workers,
		FetchCooldown: 50 * time.Millisecond, FetchPollInterval: time.Second,
		// Steps have limits of their own (steps.go); River's must never be the shorter one.
		JobTimeout: -1, RescueStuckJobsAfter: 48 * time.Hour,
		Queues: map[string]river.QueueConfig{
			queueQuick:  {MaxWorkers: 2},
			queueImport: {MaxWorkers: 1},
			queueEdit:   {MaxWorkers: 1},
			queueSpeech: {MaxWorkers: clipsPerEngine * max(1, n.SpeechWorkers)},
			queueModel:  {MaxWorkers: 2},
			queueScreen: {MaxWorkers: 1},
			queueLadder: {MaxWorkers: max(1, n.LadderWorkers)},
		},
		PeriodicJobs: []*river.PeriodicJob{everyMinute(domain.JobReap), everyMinute(domain.JobRounds)},
	})
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	r.client = client
	r.beat = &heartbeat{pool: n.Pool, node: n.NodeID, log: n.Log}
	r.rouse = &rouser{r: r}
	return r, nil
}

// everyMinute has a step of no clip done from the start on.
func everyMinute(k domain.JobKind) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return stepArgs{Step: k}, insertOpts(k) },
		&river.PeriodicJobOpts{RunOnStart: true})
}

// quieter keeps River's warnings and errors; its chatter about itself is not an operator's business.
func quieter(l *slog.Logger) *slog.Logger { return slog.New(warnOnly{l.Handler()}) }

type warnOnly struct{ slog.Handler }

func (warnOnly) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Start gives this node's interrupted jobs back to the queue and begins to work.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.beat.start(ctx); err != nil {
		return err
	}
	r.rouse.start(ctx)
	if err := r.client.Start(ctx); err != nil {
		r.rouse.stop()
		r.beat.stop()
		return fmt.Errorf("start queue: %w", err)
	}
	return nil
}

// Stop lets no new job begin, stops the running ones (they begin again at the next start) and waits.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.StopAndCancel(ctx)
	r.rouse.stop()
	r.beat.stop()
	if err != nil {
		return fmt.Errorf("stop queue: %w", err)
	}
	return nil
}

// stepWorker runs the table's steps for River.
type stepWorker struct {
	river.WorkerDefaults[stepArgs]
	r *Runner
}

// Timeout implements river.Worker: none, because Work sets the step's own.
func (*stepWorker) Timeout(*river.Job[stepArgs]) time.Duration { return -1 }

// Work implements river.Worker.
func (w *stepWorker) Work(ctx context.Context, job *river.Job[stepArgs]) error {
	s, known := table[job.Args.Step]
	if !known {
		return river.JobCancel(fmt.Errorf("no step %q", job.Args.Step))
	}
	log := w.r.Log.With(slog.String("step", string(job.Args.Step)), slog.String("clip_id", string(job.Args.ClipID)), slog.Int("attempt", job.Attempt))
	clip := domain.Clip{ID: job.Args.ClipID}
	if clip.ID != "" {
		var err error
		if clip, err = w.r.Store.Clip(ctx, clip.ID); domain.KindOf(err) == domain.KindNotFound && job.Args.Step != domain.JobPurge {
			return river.JobCancel(err) // deleted meanwhile
		} else if err != nil && job.Args.Step != domain.JobPurge {
			return fmt.Errorf("read clip: %w", err)
		}
		clip.ID = job.Args.ClipID
	}
	limited, cancel := context.WithTimeout(ctx, s.timeLimit(clip))
	defer cancel()
	p := newProgress(w.r.Store, log, clip.ID, job.Args.Step, s.shown)
	p.state(ctx, domain.WorkRunning, "")
	start := time.Now()
	err := s.run(w.r, limited, clip, func(share float64) { p.share(ctx, share) })
	return w.settle(ctx, job, s, p, log, start, err)
}

// settle turns a step's outcome into River's and tells people about it.
func (w *stepWorker) settle(ctx context.Context, job *river.Job[stepArgs], s step, p *progress, log *slog.Logger, start time.Time, err error) error {
	var wait *waiting
	took := slog.Int64("took_ms", time.Since(start).Milliseconds())
	switch {
	case err == nil:
		log.InfoContext(ctx, "step done", took)
		p.state(ctx, domain.WorkDone, "")
		return nil
	case ctx.Err() != nil:
		// The node is stopping: not the step's fault. River makes it available again.
		log.InfoContext(ctx, "step interrupted", took)
		return river.JobSnooze(0)
	case errors.Is(err, errSuperseded):
		log.InfoContext(ctx, "step superseded", took)
		if w.r.nothingFollows(ctx, job.Args) {
			p.state(ctx, domain.WorkDone, "")
		}
		return nil // else the one that follows says where it stands
	case errors.As(err, &wait):
		p.state(ctx, domain.WorkWaiting, wait.reason)
		return river.JobSnooze(wait.pause)
	case outOfRoom(err):
		log.WarnContext(ctx, "step waits for room on the disk", took, slog.String("error", err.Error()))
		p.state(ctx, domain.WorkWaiting, "waiting for room on the server's disk")
		return river.JobSnooze(roomPause)
	case !retryable(job.Args.Step, err) || len(job.Errors)+1 >= s.attempts:
		log.ErrorContext(ctx, "step failed", took, slog.String("error", err.Error()))
		reason := reasonFor(err)
		p.state(ctx, domain.WorkFailed, reason)
		if ferr := w.r.failed(ctx, job.Args.Step, job.Args.ClipID, reason); ferr != nil {
			return errors.Join(err, ferr)
		}
		return river.JobCancel(err)
	default:
		log.WarnContext(ctx, "step will be tried again", took, slog.String("error", err.Error()))
		p.state(ctx, domain.WorkRetrying, reasonFor(err))
		return err
	}
}

// roomPause is how often a step that found the disk full tries again.
const roomPause = time.Minute

// outOfRoom tells whether a disk was full: ours, that of ffmpeg or the speech engine, which say so in words, or PostgreSQL's. It uses up no
// attempt, however long it lasts: the step is done when there is room, and nobody has to ask for it.
func outOfRoom(err error) bool {
	return strings.Contains(strings.ToLower(err.Error()), "no space left on device")
}

// nothingFollows tells whether no other job is queued yet in place of a superseded one. While the recording goes on none is, and none may
// ever be: it may turn out to be one that needs no import.
func (r *Runner) nothingFollows(ctx context.Context, a stepArgs) bool {
	now, err := r.Store.Clip(ctx, a.ClipID)
	return err == nil && (now.State == domain.ClipRecording || a.Step == domain.JobImport && now.State != domain.ClipProcessing)
}

// failed records what a step's final failure means for its clip.
func (r *Runner) failed(ctx context.Context, step domain.JobKind, clip domain.ClipID, reason string) error {
	switch step {
	case domain.JobImport:
		return r.Store.FailClip(ctx, clip, reason)
	case domain.JobTranscribe:
		return r.Store.FailTranscript(ctx, clip, reason)
	case domain.JobThumbnails, domain.JobChapters, domain.JobLadder, domain.JobScreen, domain.JobSummary, domain.JobEdit, domain.JobSound, domain.JobPurge, domain.JobReap, domain.JobRounds:
		return nil // the clip is as good as before; the work row says what is missing
	}
	return nil
}

// waiting is returned by a step that cannot begin for a reason that will pass. It uses up no attempt.
type waiting struct {
	reason string // shown to people
	pause  time.Duration
}

func (w *waiting) Error() string { return w.reason }

// retryable tells whether trying again may help: bad input stays bad. Other steps than the import work on media that was made or checked
// here and plays; what speaks against those is this machine's state at the moment.
func retryable(step domain.JobKind, err error) bool {
	switch domain.KindOf(err) {
	case domain.KindUnsupported, domain.KindTooLarge:
		return step != domain.JobImport
	case domain.KindInvalid, domain.KindNotFound, domain.KindForbidden, domain.KindGone:
		return false
	case domain.KindUnauthorized, domain.KindConflict, domain.KindTooMany, domain.KindUnavailable, domain.KindInternal:
		return true
	}
	return true
}

// reasonFor finds words for people; the whole error is in the log.
func reasonFor(err error) string {
	var e *domain.Error
	switch {
	case errors.As(err, &e):
		return e.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "it took longer than its time limit"
	default:
		return "something went wrong on the server; the log has the details"
	}
}
