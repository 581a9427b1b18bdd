// Command bench measures Baton on this machine and prints tables, each with a summary as its last line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/internal/bench/searchbench"
	"baton/postgres"
	"baton/postgres/embedded"
)

func main() {
	cues := flag.Int("cues", 100_000, "cues of the workspace that is searched")
	queries := flag.Int("queries", 200, "queries of each kind")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := searching(ctx, searchbench.Options{Cues: *cues, Queries: *queries, Seed: 1}, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// searching measures the search on a private server with the settings that `baton serve` gives it.
func searching(ctx context.Context, opt searchbench.Options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "baton-bench-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// The server's account has to come through.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // it may pass, not look
		return fmt.Errorf("open the directory: %w", err)
	}
	server, err := embedded.Start(ctx, embedded.Options{Dir: dir + "/postgres", Own: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("start the database: %w", err)
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	pool, err := pgxpool.New(ctx, server.DSN())
	if err != nil {
		return fmt.Errorf("open the pool: %w", err)
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return searchbench.Run(ctx, pool, opt, out)
}
