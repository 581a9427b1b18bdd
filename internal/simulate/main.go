// Command simulate lets nine people in six time zones live eight weeks with rounds and asks, on a clock of its own and a real
// PostgreSQL, while the process that looks after them is killed at random moments; then it checks, by reckoning of its own, that
// nobody was told anything outside their hours, twice, or not at all, and that every due time was right.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/postgres"
	"baton/postgres/embedded"
)

func main() {
	if isWorker(os.Args) {
		os.Exit(workerMain(os.Args))
	}
	seed := flag.Uint64("seed", 1, "what happens is the same for the same seed, but for the moments of the kills")
	weeks := flag.Int("weeks", 8, "how long it lasts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *seed, *weeks)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// run simulates on a PostgreSQL of its own.
func run(ctx context.Context, w io.Writer, seed uint64, weeks int) (err error) {
	dir, err := os.MkdirTemp("", "baton-simulate-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := embedded.Start(ctx, embedded.Options{Dir: dir, Own: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer func() { _ = server.Stop(context.WithoutCancel(ctx)) }()
	pool, err := pgxpool.New(ctx, server.DSN())
	if err != nil {
		return fmt.Errorf("open the pool: %w", err)
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	c, err := simulate(ctx, pool, options{seed: seed, from: firstDay, days: 7 * weeks, step: 6 * time.Minute, killed: 0.03, asked: 0.02})
	if err != nil {
		return err
	}
	for _, p := range c.problems {
		fmt.Fprintln(w, p)
	}
	fmt.Fprintln(w, c)
	if c.bad() > 0 {
		return fmt.Errorf("%d things went wrong", c.bad())
	}
	return nil
}
