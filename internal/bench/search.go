package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/internal/bench/searchbench"
	"baton/internal/load"
	"baton/postgres"
	"baton/postgres/embedded"
)

// measureSearch searches in a private database with the settings that `baton serve` gives it.
func measureSearch(ctx context.Context, opt options, r *report) (err error) {
	dir, err := os.MkdirTemp("", "bb")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// The server's account has to come through.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // it may pass, not look
		return fmt.Errorf("open the directory: %w", err)
	}
	db, err := embedded.Start(ctx, embedded.Options{Dir: dir + "/postgres", Own: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("start the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Stop(context.WithoutCancel(ctx))) }()
	pool, err := pgxpool.New(ctx, db.DSN())
	if err != nil {
		return fmt.Errorf("open the pool: %w", err)
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	found, err := searchbench.Run(ctx, pool, searchbench.Options{Cues: opt.cues, Queries: opt.queries, Seed: 1})
	if err != nil {
		return err
	}
	t := r.table("Search", fmt.Sprintf("%d cues, %d of them in the workspace that is searched and the others in %d beside it, in the words of real English in about their real shares; "+
		"%d queries of each kind, one after the other, each answered with the best 20 moments. Bare is the same query right after it as the least SQL that finds, "+
		"ranks and marks passages, without asking who may see them. Stored and indexed at %.0f cues a second.",
		opt.cues, found.Cues, found.Beside, opt.queries, found.CuesPerSecond),
		"query", "p50", "p95", "worst", "bare p50 / p95", "without an answer", "the word is among the hits", "aim for p95", "met")
	var worst time.Duration
	for _, k := range found.Kinds {
		p95 := load.Quantile(k.Took, 0.95)
		worst = max(worst, p95)
		met := "yes"
		if p95 > k.Aim {
			met = "**no**"
		}
		t.add(k.Name, nice(load.Quantile(k.Took, 0.5)), nice(p95), nice(load.Quantile(k.Took, 1)), nice(load.Quantile(k.Bare, 0.5))+" / "+nice(load.Quantile(k.Bare, 0.95)), fmt.Sprintf("%d of %d", k.Empty, len(k.Took)),
			fmt.Sprintf("%.0f %%", 100*float64(k.Hit)/float64(len(k.Took))), nice(k.Aim), met)
	}
	r.sum("search p95 %s over %d cues", nice(worst), opt.cues)
	return nil
}
