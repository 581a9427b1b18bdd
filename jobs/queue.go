package jobs

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"baton/domain"
)

// stepArgs is what River stores of a job. Both fields make it unique: a step that waits or runs for a
// clip is not queued a second time.
type stepArgs struct {
	Step   domain.JobKind `json:"step"    river:"unique"`
	ClipID domain.ClipID  `json:"clip_id" river:"unique"`
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
	many := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		many[i] = river.InsertManyParams{Args: stepArgs{Step: j.Kind, ClipID: j.ClipID}, InsertOpts: insertOpts(j.Kind)}
	}
	if _, err := q.client.InsertManyTx(ctx, tx, many); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
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
