package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/notify"
	"baton/postgres"
	"baton/rounds"
)

// The scheduler and the mailer run in a process of its own, so that it can be killed: it reads moments, looks at each, mails what is due
// then, and answers.

func isWorker(args []string) bool { return len(args) == 4 && args[1] == "internal-tick" }

// workerMain wants the database and the mail server.
func workerMain(args []string) int {
	if err := work(context.Background(), args[2], args[3], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate worker:", err)
		return 1
	}
	return 0
}

func work(ctx context.Context, dsn, mailServer string, in io.Reader, out io.Writer) error {
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return fmt.Errorf("open the pool: %w", err)
	}
	defer pool.Close()
	db := postgres.New(pool, nil)
	sender, err := notify.NewSMTP(&url.URL{Scheme: "smtp", Host: mailServer}, "Baton <baton@example.org>", &url.URL{Scheme: "https", Host: publicHost}, nil)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	mailer := &notify.Mailer{Outbox: db.Notices, Sender: sender, Log: slog.New(slog.DiscardHandler)}
	s := &rounds.Scheduler{Store: db.Rounds, Asks: db.Asks, Log: slog.New(slog.DiscardHandler)}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		now, err := time.Parse(time.RFC3339, lines.Text())
		if err != nil {
			return fmt.Errorf("read a moment: %w", err)
		}
		if err := s.Tick(ctx, now); err != nil {
			return fmt.Errorf("tick at %v: %w", now, err)
		}
		mailer.Now = func() time.Time { return now }
		if err := mailer.SendDue(ctx); err != nil {
			return fmt.Errorf("mail at %v: %w", now, err)
		}
		if _, err := fmt.Fprintln(out, lines.Text()); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}

// worker is the scheduler's process as its parent sees it.
type worker struct {
	dsn     string
	box     *postbox
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
}

func (w *worker) start(ctx context.Context) (err error) {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	w.cmd = exec.CommandContext(ctx, self, "internal-tick", w.dsn, w.box.address)
	w.cmd.Stderr = os.Stderr
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return fmt.Errorf("open the worker's input: %w", err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("open the worker's output: %w", err)
	}
	w.answers = bufio.NewScanner(out)
	if err := w.cmd.Start(); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	return nil
}

// tick lets the worker look at a moment, and waits until it has.
func (w *worker) tick(now time.Time) error {
	if err := w.send(now); err != nil {
		return err
	}
	if !w.answers.Scan() {
		return fmt.Errorf("the worker died by itself at %v: %w", now, w.cmd.Wait())
	}
	return nil
}

func (w *worker) send(now time.Time) error {
	w.box.itIs(now)
	if _, err := fmt.Fprintln(w.in, now.UTC().Format(time.RFC3339)); err != nil {
		return fmt.Errorf("tell the worker the time: %w", err)
	}
	return nil
}

// kill ends the worker (SIGKILL) a while after it began to look at a moment, wherever it is then.
func (w *worker) kill(now time.Time, after time.Duration) error {
	if err := w.send(now); err != nil {
		return err
	}
	<-time.After(after)
	if err := w.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill the worker: %w", err)
	}
	_ = w.cmd.Wait() // it says that it was killed
	return nil
}

func (w *worker) stop() error {
	_ = w.in.Close()
	if err := w.cmd.Wait(); err != nil {
		return fmt.Errorf("end the worker: %w", err)
	}
	return nil
}
