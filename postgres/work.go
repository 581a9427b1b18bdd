package postgres

import (
	"context"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Work lists where the clip's jobs stand, done ones included.
func (s Clips) Work(ctx context.Context, id domain.ClipID) ([]domain.Work, error) {
	rows, err := s.db.queries().Work(ctx, []string{string(id)})
	return each(rows, toWork), failed("read a clip's work", err)
}

// SetWork notes where a job stands. Each change is an event: report progress seldom. A clip that is gone is left alone.
func (s Clips) SetWork(ctx context.Context, id domain.ClipID, w domain.Work) error {
	return s.db.inTx(ctx, "note a clip's work", func(t *tx) error {
		c, err := t.lockClip(ctx, id)
		if domain.KindOf(err) == domain.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := t.PutWork(ctx, sqlc.PutWorkParams{
			ClipID: id, Kind: w.Kind, State: w.State, Progress: min(max(w.Progress, 0), 1), Reason: w.Reason,
		})
		if err != nil || n == 0 {
			return err
		}
		return t.clipChanged(c)
	})
}

// Retry enqueues again what failed. KindConflict when nothing did, or nothing can come of it.
func (s Clips) Retry(ctx context.Context, id domain.ClipID) error {
	return s.db.inTx(ctx, "try again", func(t *tx) error {
		c, err := t.lockClip(ctx, id)
		if err != nil {
			return err
		}
		jobs, err := t.failedJobs(ctx, c)
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			return domain.Errorf(domain.KindConflict, "nothing has failed that could be tried again")
		}
		if c.State == domain.ClipFailed {
			if err := t.setState(ctx, &c, domain.ClipProcessing, ""); err != nil {
				return err
			}
		}
		t.enqueue(jobs...)
		return t.clipChanged(c)
	})
}

// failedJobs lists what can be tried again: the import alone while there is nothing to play, else every job that failed.
func (t *tx) failedJobs(ctx context.Context, c domain.Clip) ([]domain.Job, error) {
	if c.State == domain.ClipFailed {
		if parts, err := t.takeParts(ctx, c); err != nil || len(parts) > 0 {
			return []domain.Job{{Kind: domain.JobImport, ClipID: c.ID}}, err
		}
		r, err := t.Recording(ctx, c.ID)
		if err != nil {
			return nil, orNotFound(err, "nothing was recorded, so there is nothing to try again")
		}
		if r.Recording.Bytes == 0 {
			return nil, domain.Errorf(domain.KindConflict, "nothing was recorded, so there is nothing to try again")
		}
		return []domain.Job{{Kind: domain.JobImport, ClipID: c.ID}}, nil
	}
	rows, err := t.Work(ctx, []string{string(c.ID)})
	if err != nil {
		return nil, err
	}
	var jobs []domain.Job
	for _, w := range rows {
		if w.State == domain.WorkFailed && w.Kind != domain.JobTranscribe && w.Kind != domain.JobImport {
			jobs = append(jobs, domain.Job{Kind: w.Kind, ClipID: c.ID})
		}
	}
	if c.TranscriptState == domain.TranscriptFailed {
		jobs = append(jobs, domain.Job{Kind: domain.JobTranscribe, ClipID: c.ID})
	}
	return jobs, nil
}
