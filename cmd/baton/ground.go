package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/blob"
	s3server "baton/blob/embedded"
	"baton/config"
	"baton/jobs"
	"baton/postgres"
	pgserver "baton/postgres/embedded"
)

// stopLimit bounds how long a part of the ground may take to stop.
const stopLimit = 15 * time.Second

// leveled writes JSON lines from a level on.
func leveled(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // config has checked it
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}

// database is a connection to the rows: the configured PostgreSQL, or the embedded one, which is started
// when nobody runs it and joined when somebody does.
type database struct {
	pool   *pgxpool.Pool
	stores *postgres.DB
	queue  *jobs.Queue
	server *pgserver.Server // nil: a configured one
}

// openDatabase connects and brings the schema up to date. own: this process is the server, not a passing command.
func openDatabase(ctx context.Context, d config.Data, own bool, log *slog.Logger) (db *database, err error) {
	db = &database{}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.close())
		}
	}()
	dsn := d.DatabaseURL
	if dsn == "" {
		db.server, err = pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(d.Dir, "postgres"), BinDir: d.PGBin, Own: own, Log: log})
		if err != nil {
			return db, err //nolint:wrapcheck // says what to do
		}
		dsn = db.server.DSN()
	}
	if db.pool, err = pgxpool.New(ctx, dsn); err != nil {
		return db, fmt.Errorf("open database: %w", err)
	}
	if err = postgres.Migrate(ctx, db.pool); err != nil {
		return db, fmt.Errorf("migrate: %w", err)
	}
	if db.queue, err = jobs.NewQueue(db.pool, log); err != nil {
		return db, err //nolint:wrapcheck // says what it did
	}
	db.stores = postgres.New(db.pool, db.queue)
	return db, nil
}

// commandDatabase opens the rows for a command that works beside a server or without one.
func commandDatabase(ctx context.Context, f config.DataFlags, io streams) (*database, error) {
	d, err := f.Check()
	if err != nil {
		return nil, err //nolint:wrapcheck // names every bad option
	}
	return openDatabase(ctx, d, false, leveled(io.err, "warn"))
}

func (db *database) close() error {
	if db.pool != nil {
		db.pool.Close()
	}
	if db.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := db.server.Stop(ctx); err != nil {
		return fmt.Errorf("stop database: %w", err)
	}
	return nil
}

// objects is the bucket: the configured S3, or the embedded one.
type objects struct {
	*blob.Bucket

	server *s3server.Server // nil: a configured one
}

func openObjects(ctx context.Context, dir string, s config.S3, own bool, log *slog.Logger) (o *objects, err error) {
	o = &objects{}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	cfg := blob.Config{Endpoint: s.Endpoint, Region: s.Region, Name: s.Bucket, AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}
	if s.Embedded() {
		o.server, err = s3server.Start(ctx, s3server.Options{Dir: filepath.Join(dir, "s3"), Own: own, Log: log})
		if err != nil {
			return o, err //nolint:wrapcheck // says what to do
		}
		cfg = blob.Config{
			Endpoint: o.server.Endpoint(), Region: o.server.Region(), Name: "baton",
			AccessKeyID: o.server.AccessKey(), SecretAccessKey: o.server.SecretKey(), Sync: o.server.Sync,
		}
	}
	if o.Bucket, err = blob.Open(ctx, cfg); err != nil {
		return o, err //nolint:wrapcheck // says what it did
	}
	return o, o.Ensure(ctx) //nolint:wrapcheck // says what it did
}

func (o *objects) close() error {
	if o.Bucket != nil {
		o.Close()
	}
	if o.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := o.server.Stop(ctx); err != nil {
		return fmt.Errorf("stop object store: %w", err)
	}
	return nil
}
