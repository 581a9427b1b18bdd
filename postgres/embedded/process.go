package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"baton/internal/child"
	"baton/internal/filelock"
)

// settings fit a machine that does other work beside, such as encoding video.
// What a committed transaction promises is not up for tuning: fsync,
// full_page_writes and synchronous_commit stay on.
func (s *Server) settings() map[string]string {
	all := map[string]string{
		"listen_addresses":        "",
		"unix_socket_permissions": "0700",
		"fsync":                   "on",
		"full_page_writes":        "on",
		"synchronous_commit":      "on",
		"max_connections":         "80",
		"shared_buffers":          "128MB", // touched as needed, not at once
		"work_mem":                "16MB",
		"maintenance_work_mem":    "64MB",
		"effective_cache_size":    "1GB",
		"random_page_cost":        "1.1",
		"max_wal_size":            "512MB",
		"min_wal_size":            "48MB",
		"jit":                     "off", // costs more than it gives on short queries
		// Parallel workers need shared memory that a container may not have
		// and processors that the encoders use.
		"max_parallel_workers_per_gather":  "0",
		"max_parallel_maintenance_workers": "0",
		"max_worker_processes":             "4",
		"huge_pages":                       "off",
		"timezone":                         "UTC",
		"log_timezone":                     "UTC",
		"log_destination":                  "stderr",
		"logging_collector":                "off",
		"log_line_prefix":                  "",
		"log_min_messages":                 "warning",
		// The text of a statement may hold what people wrote.
		"log_min_error_statement": "panic",
		"lc_messages":             "C",
	}
	maps.Copy(all, s.opt.Settings)
	return all
}

// errLocked means that an earlier server has not quite gone yet.
var errLocked = errors.New("an earlier postgres is still shutting down")

// run starts the postmaster and returns when it takes connections. A server
// that lost its owner by kill -9 may still be going down; run waits for it.
func (s *Server) run(ctx context.Context) error {
	for {
		err := s.spawn(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errLocked) {
			return err
		}
		if err := s.disownZombie(); err != nil {
			return err
		}
		if err := filelock.Pause(ctx); err != nil {
			return fmt.Errorf("wait for the earlier postgres in %s: %w", s.opt.Dir, err)
		}
	}
}

// arguments are those of postgres.
func (s *Server) arguments() []string {
	socket := s.sock
	if socket == s.opt.Dir+"/run" {
		socket = "run"
	}
	args := []string{"-D", "data", "-k", socket}
	all := s.settings()
	for _, k := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", k+"="+all[k])
	}
	return args
}

func (s *Server) spawn(ctx context.Context) error {
	// The server outlives the context of its start.
	c, err := s.command(context.WithoutCancel(ctx), "postgres", s.arguments()...)
	if err != nil {
		return err
	}
	logs := &child.Lines{Keep: 20, Each: s.logLine}
	c.Stdout, c.Stderr = logs, logs
	proc, err := child.Start(c, syscall.SIGINT) // a fast shutdown
	closeAll(c.ExtraFiles)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.proc, s.logs = proc, logs
	s.mu.Unlock()
	return s.ready(ctx, proc, logs)
}

// ready waits for the first connection.
func (s *Server) ready(ctx context.Context, proc *child.Process, logs *child.Lines) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-proc.Done():
			return s.whyEnded(proc.Err(), logs.Last())
		case <-ctx.Done():
			_ = proc.Stop(syscall.SIGQUIT, stopLimit)
			return fmt.Errorf("start postgres: %w", ctx.Err())
		case <-tick.C:
		}
		if s.answers(ctx, proc.Pid()) {
			return nil
		}
	}
}

// answers tells whether the postmaster with that process id takes
// connections. A dying one of an earlier owner would answer just as well.
func (s *Server) answers(ctx context.Context, pid int) bool {
	c, err := pgx.Connect(ctx, s.AdminDSN())
	if err != nil {
		return false
	}
	defer func() { _ = c.Close(ctx) }()
	var got int
	err = c.QueryRow(ctx, "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").Scan(&got)
	return err == nil && got == pid
}

// lockedText is what PostgreSQL says of another server's lock files and of
// backends that are left over.
var lockedText = regexp.MustCompile(`FATAL:  lock file "[^;]*" already exists|FATAL:  pre-existing shared memory block`)

func (s *Server) whyEnded(err error, lines []string) error {
	text := strings.ReplaceAll(strings.Join(lines, "; "), handedDir, s.opt.Dir)
	if lockedText.MatchString(text) {
		return errLocked
	}
	return unavailable("PostgreSQL did not start").Because(fmt.Errorf("postgres: %w: %s", err, text))
}

// logLine passes a line of the server's log on at a level that fits ours: a
// statement's ERROR is reported by whoever sent it.
func (s *Server) logLine(line string) {
	severity, text, found := strings.Cut(line, ":  ")
	log := s.opt.Log.DebugContext
	switch {
	case !found:
		text = line
	case severity == "PANIC":
		log = s.opt.Log.ErrorContext
	case severity == "FATAL" && strings.Contains(text, "the database system is"):
		// Somebody knocked while it was starting or stopping.
	case severity == "FATAL", severity == "WARNING":
		log = s.opt.Log.WarnContext
	}
	log(context.Background(), "postgres", slog.String("severity", severity), slog.String("text", text))
}
