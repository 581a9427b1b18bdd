package jobs

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"baton/domain"
)

// stepArgs is what River stores of a job. The fields make it unique: a step that waits or runs for a
// clip is not queued a second time, unless a nonce says so.
type stepArgs struct {
	Step   domain.JobKind `json:"step"    river:"unique"`
	ClipID domain.ClipID  `json:"clip_id" river:"unique"`
	Nonce  string         `json:"nonce,omitempty" river:"unique"`
}

// transcriptOf tells whose transcript a job makes, if it makes one.
func transcriptOf(job *rivertype.JobRow) (domain.ClipID, bool) {
	var args stepArgs
	if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
		return "", false
	}
	return args.ClipID, args.Step == domain.JobTranscribe
}

// Kind implements river.JobArgs.
func (stepArgs) Kind() string { return "step" }

// Queue puts jobs in line. It is given to the stores, which enqueue inside their own transactions.
type Queue struct{ client *river.Client[pgx.Tx] }

// NewQueue makes a queue that only inserts; Runner does the work.
func NewQueue(pool *pgxpool.Pool, log *slog.Logger) (*Queue, error) {
	c, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: quieter(log)})
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return &Queue{client: c}, nil
}

// EnqueueTx adds jobs as part of tx: they exist when, and only when, it commits.
func (q *Queue) EnqueueTx(ctx context.Context, tx pgx.Tx, jobs []domain.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := wake(ctx, tx, jobs); err != nil {
		return err
	}
	many := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		args := stepArgs{Step: j.Kind, ClipID: j.ClipID}
		if j.Again {
			args.Nonce = rand.Text()
		}
		many[i] = river.InsertManyParams{Args: args, InsertOpts: insertOpts(j.Kind)}
	}
	if _, err := q.client.InsertManyTx(ctx, tx, many); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// wake lets jobs that rest until a later time run now: what they wait for may have come.
func wake(ctx context.Context, tx pgx.Tx, jobs []domain.Job) error {
	for _, j := range jobs {
		_, err := tx.Exec(ctx, `
			update river_job set state = 'available', scheduled_at = now()
			 where kind = 'step' and state in ('scheduled', 'retryable')
			   and args @> jsonb_build_object('step', $1::text, 'clip_id', $2::text)`, string(j.Kind), string(j.ClipID))
		if err != nil {
			return fmt.Errorf("wake a job: %w", err)
		}
	}
	return nil
}

// queued tells whether a job has been ready to run for so long.
func (r *Runner) queued(ctx context.Context, queue string, since time.Duration) (bool, error) {
	var found bool
	err := r.Pool.QueryRow(ctx, `select exists (select from river_job where state = 'available' and queue = $1 and scheduled_at < now() - $2::interval)`,
		queue, since).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look at the queue: %w", err)
	}
	return found, nil
}

// interruptions is how often a job may be cut off by a killed node beside its own failures, so that a job
// that kills its node does not do so for ever.
const interruptions = 20

func insertOpts(k domain.JobKind) *river.InsertOpts {
	s := table[k]
	return &river.InsertOpts{
		Queue: s.queue, Priority: s.priority, MaxAttempts: s.attempts + interruptions,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}
