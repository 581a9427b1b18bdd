package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"baton/api"
	"baton/blob"
	"baton/config"
	"baton/domain"
	"baton/internal/outbound"
	"baton/internal/password"
	"baton/jobs"
	"baton/media"
	"baton/notify"
	"baton/ocr"
	"baton/rounds"
	"baton/summary"
	"baton/transcode"
	"baton/transcribe/worker"
	"baton/web"
)

type serveCmd struct {
	config.ServeFlags `embed:""`

	Web string `placeholder:"DIR" help:"Serve the web client from this folder instead of the built-in one (for developing)."`
}

// Run implements the serve command: it builds the parts, starts them, waits, and stops them in reverse.
func (c serveCmd) Run(ctx context.Context, io streams) error {
	cfg, err := c.Config()
	if err != nil {
		return err //nolint:wrapcheck // names every bad option
	}
	log := leveled(io.err, cfg.LogLevel)
	for _, name := range cfg.Unknown {
		log.WarnContext(ctx, "unknown setting ignored", slog.String("name", name))
	}
	s := &server{cfg: cfg, log: log, webDir: c.Web}
	return errors.Join(s.run(ctx, io), s.stop())
}

// server is everything that runs. Parts are stopped in the reverse order of their start.
type server struct {
	cfg    *config.Config
	log    *slog.Logger
	webDir string

	db       *database
	guard    *outbound.Guard
	poster   *notify.Poster
	pushKeys domain.PushKeys
	objects  *objects
	tools    *transcode.Runner
	speech   *speech
	engine   jobs.Speech // speech, or a server before it
	ingest   *media.Ingest
	door     *media.Door
	runner   *jobs.Runner

	stops []func() error
}

func (s *server) onStop(f func() error) { s.stops = append(s.stops, f) }

func (s *server) stop() error {
	var errs []error
	for _, stop := range slices.Backward(s.stops) {
		errs = append(errs, stop())
	}
	return errors.Join(errs...)
}

func (s *server) run(ctx context.Context, io streams) error {
	if err := s.openGround(ctx); err != nil {
		return err
	}
	if err := s.openStages(ctx); err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s (BATON_LISTEN): %w", s.cfg.Listen, err)
	}
	if s.cfg.PublicURL == nil {
		s.cfg.PublicURL = config.PublicURLFor(ln.Addr().String())
	}
	if err := s.openPoster(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	srv, err := s.newAPI() //nolint:contextcheck // each request has its own
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	s.startPosts(ctx)
	if err := s.startMail(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := s.startJobs(ctx); err != nil {
		return errors.Join(err, ln.Close())
	}
	fmt.Fprintf(io.out, "Baton is ready at %s\n", s.cfg.PublicURL)
	s.log.InfoContext(ctx, "ready", slog.String("listen", ln.Addr().String()), slog.String("public_url", s.cfg.PublicURL.String()), slog.String("version", version()))
	return s.serve(ctx, srv, ln)
}

// serve answers until ctx ends, or until a part that nothing works without is gone for good.
func (s *server) serve(ctx context.Context, srv *api.Server, ln net.Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if s.db.server != nil {
		go func() {
			select {
			case <-s.db.server.Done():
				cancel(domain.Errorf(domain.KindUnavailable, "the embedded database stopped and could not be brought back"))
			case <-ctx.Done():
			}
		}()
	}
	if err := srv.Serve(ctx, ln); err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// openGround brings up rows and objects side by side: the first start is as slow as the slower one.
func (s *server) openGround(ctx context.Context) error {
	if err := os.MkdirAll(s.cfg.Dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's account has to pass through; what is inside is private
		return fmt.Errorf("make the data directory: %w", err)
	}
	var g errgroup.Group
	g.Go(func() (err error) {
		s.db, err = openDatabase(ctx, s.cfg.Data, true, s.log)
		return err
	})
	g.Go(func() (err error) {
		s.objects, err = openObjects(ctx, s.cfg.Dir, s.cfg.S3, true, s.log)
		return err
	})
	err := g.Wait()
	s.onStop(func() error { return s.db.close() })
	s.onStop(func() error { return s.objects.close() })
	return err
}

// openStages prepares ffmpeg, the speech engine and the ingest.
func (s *server) openStages(ctx context.Context) (err error) {
	if s.tools, err = transcode.New(ctx, transcode.Config{Dir: filepath.Join(s.cfg.Dir, "tmp"), Parallel: s.cfg.Workers.FFmpeg, Log: s.log}); err != nil {
		return err //nolint:wrapcheck // says what to install
	}
	if s.speech, err = newSpeech(s.cfg.ModelsDir, s.cfg.Workers.Transcribe, worker.Config{Logger: s.log}); err != nil {
		return err
	}
	s.engine = s.speech.withServer(s.cfg.Transcribe, s.log)
	s.onStop(s.engine.Close)
	node, err := nodeID(s.cfg.Dir)
	if err != nil {
		return err
	}
	s.ingest, err = media.New(media.Config{
		Store: s.db.stores.Recordings, Objects: s.objects, Keys: blob.Keys{}, Logger: s.log,
		Dir: filepath.Join(s.cfg.Dir, "spool"), Node: node, SpoolBytes: s.cfg.Limits.SpoolBytes,
		Limits: media.Limits{
			Recordings: s.cfg.Limits.Recordings, PerOwner: s.cfg.Limits.PerUser, Bytes: s.cfg.Limits.RecordingBytes, Length: s.cfg.Limits.RecordingLength,
		},
	})
	if err != nil {
		return fmt.Errorf("open ingest: %w", err)
	}
	s.onStop(s.ingest.Close)
	if !s.cfg.Roles.Ingest {
		return nil
	}
	if err := s.ingest.Recover(ctx); err != nil {
		return fmt.Errorf("recover recordings: %w", err)
	}
	return s.openDoor()
}

// openDoor opens the port of WebRTC: the data channel of the record plane, and WHIP.
func (s *server) openDoor() (err error) {
	m := s.cfg.Media
	cfg := media.DoorConfig{Ingest: s.ingest, Logger: s.log, Addr: m.Listen}
	for _, a := range m.Addresses {
		cfg.PublicIPs = append(cfg.PublicIPs, a.String())
	}
	for _, i := range m.ICEServers {
		cfg.ICEServers = append(cfg.ICEServers, media.ICEServer{URL: i.URL, Username: i.Username, Credential: i.Credential})
	}
	if s.door, err = media.NewDoor(cfg); err != nil {
		return fmt.Errorf("listen on %s for WebRTC (BATON_MEDIA_LISTEN): %w", m.Listen, err)
	}
	s.onStop(s.door.Close)
	return nil
}

// startJobs begins to work off the queue, if this node plays that part.
func (s *server) startJobs(ctx context.Context) error {
	if !s.cfg.Roles.Worker {
		return nil
	}
	node, err := nodeID(s.cfg.Dir)
	if err != nil {
		return err
	}
	if n, err := s.db.stores.Clips.Requeue(ctx); err != nil {
		return err //nolint:wrapcheck // says what it did
	} else if n > 0 {
		s.log.InfoContext(ctx, "clips wait for a job", slog.Int("clips", n))
	}
	s.runner, err = jobs.NewRunner(jobs.Needs{
		Pool: s.db.pool, Store: jobStore{s.db.stores}, Media: s.objects, Keys: blob.Keys{}, Ingest: reaper{s.ingest}, Tools: s.tools,
		Speech: s.engine, Reader: ocr.New(ocr.Config{Log: s.log}), Writer: s.writer(), Log: s.log, NodeID: node, SpeechWorkers: s.cfg.Workers.Transcribe, LadderWorkers: s.cfg.Workers.FFmpeg,
		Rounds:       &rounds.Scheduler{Store: s.db.stores.Rounds, Asks: s.db.stores.Asks, Log: s.log},
		AbandonAfter: s.cfg.AbandonAfter,
	})
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	// The queue must outlive ctx: stopping it is what lets running steps go back in order.
	if err := s.runner.Start(context.WithoutCancel(ctx)); err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	s.onStop(func() error { //nolint:contextcheck // the context has ended by then
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.DrainLimit)
		defer cancel()
		return s.runner.Stop(ctx)
	})
	return nil
}

// writer is the language model, if one is configured.
func (s *server) writer() jobs.Writer {
	e := s.cfg.LLM
	if e.URL == nil {
		return nil
	}
	return summary.New(summary.Config{URL: e.URL, APIKey: e.APIKey, Model: e.Model, Log: s.log})
}

func (s *server) newAPI() (*api.Server, error) {
	client, err := web.Handler(s.webDir)
	if err != nil {
		return nil, fmt.Errorf("open web client: %w", err)
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	db := s.db.stores
	srv, err := api.New(api.Needs{
		Log: s.log, PublicURL: s.cfg.PublicURL, TrustedProxies: s.cfg.TrustedProxies, Metrics: metrics, MetricsOpen: s.cfg.MetricsOpen, Ready: s.ready, Checks: s.checks, Web: client,
		Passwords:  password.New(2),
		Workspaces: db.Workspaces, Accounts: db.Accounts, Members: db.Members, SignIns: db.SignIns, Tokens: db.Tokens,
		Invites: db.Invites, Spaces: db.Spaces, Clips: db.Clips, Transcripts: db.Transcripts, Screens: db.Screens, Vocabulary: db.Terms, Comments: db.Comments,
		Search: db.Search, Playback: db.Playback, Events: db.Events, Hours: db.Hours,
		Rounds: db.Rounds, Asks: db.Asks, Decisions: db.Decisions, Blockers: db.Blockers, Ledger: db.Ledger, StartHere: db.StartHere, Edits: db.Edits,
		Webhooks: db.Webhooks, Poster: s.poster, Pushes: db.Pushes, PushKey: s.pushKeys.Public, Faces: db.Pictures,
		Podcasts: db.Podcasts,
		Objects:  s.objects, Ingest: s.ingest, Channels: s.door, WHIP: s.door,
		Keys: blob.Keys{}, Shares: db.Shares, Watches: db.Watches, Notices: db.Notices, FrameAncestors: s.cfg.EmbedOrigins,
		Formats: formats(), HasWriter: s.cfg.LLM.URL != nil, HasMail: s.cfg.Mail.URL != nil,
	})
	if err != nil {
		return nil, fmt.Errorf("build the web server: %w", err)
	}
	return srv, nil
}

// ready tells why this node cannot take a recording now.
func (s *server) ready(ctx context.Context) error {
	return errors.Join(s.db.stores.Ping(ctx), s.objects.Check(ctx))
}

// checks are what the first visitor sees while making the workspace.
func (s *server) checks(ctx context.Context) []api.Check {
	model := api.Check{Name: "Speech model", OK: true, Detail: "installed"}
	if u := s.cfg.Transcribe.URL; u != nil {
		model.Detail = u.Host + " listens first"
	}
	if err := s.engine.Present(ctx); err != nil {
		model = api.Check{Name: "Speech model", Detail: "transcripts wait until it is installed", Mend: "baton models install"}
	}
	public := checkPublicURL(ctx, s.cfg)
	https := api.Check{Name: "Address", OK: public.err == nil, Detail: s.cfg.PublicURL.String(), Mend: public.mend}
	return []api.Check{
		{Name: "Database", OK: s.db.stores.Ping(ctx) == nil, Detail: "PostgreSQL"},
		{Name: "Object store", OK: s.objects.Check(ctx) == nil, Detail: "S3"},
		model, https,
	}
}

// nodeID names this node; it is kept in the data directory, so that a restarted node finds what it was doing.
func nodeID(dir string) (string, error) {
	path := filepath.Join(dir, "node-id")
	b, err := os.ReadFile(path)
	if err == nil && domain.ValidID(strings.TrimSpace(string(b))) {
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read node id: %w", err)
	}
	id := domain.NewID[string]()
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write node id: %w", err)
	}
	return id, nil
}
