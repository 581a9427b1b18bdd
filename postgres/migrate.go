// Package postgres keeps everything that has to survive: the rows, the queue,
// the search index and the events.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"baton/domain"
	"baton/migrations"
)

// riverSteps are the places of River's own migrations in our history: at our
// version, River's schema is brought to its version. A new release of River
// that brings a migration gets a new line here, with the next free number.
var riverSteps = []struct{ version, river int64 }{ //nolint:gochecknoglobals // a table
	{version: 3, river: 8},
}

// Migrate brings the database to the newest schema. Several nodes may start
// at once: one migrates, the others wait for it. It fails with KindConflict,
// changing nothing, if a newer Baton has migrated the database already.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	provider, err := newProvider(db, pool)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have > newest {
		return domain.Errorf(domain.KindConflict,
			"the database has schema %d, this baton knows %d: use the newer baton", have, newest)
	}
	if have == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", withCause(err))
	}
	return nil
}

func newProvider(db *sql.DB, pool *pgxpool.Pool) (*goose.Provider, error) {
	// Every second, for up to ten minutes: as long as a migration may take.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return nil, fmt.Errorf("make the migration lock: %w", err)
	}
	steps := make([]*goose.Migration, 0, len(riverSteps))
	for _, s := range riverSteps {
		steps = append(steps, goose.NewGoMigration(s.version, riverUp(pool, s.river), nil))
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithSessionLocker(locker), goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// riverUp runs on connections of the pool and not in goose's transaction:
// River's migrator commits each of its own steps and takes up where it was
// interrupted.
func riverUp(pool *pgxpool.Pool, version int64) *goose.GoFunc {
	return &goose.GoFunc{RunDB: func(ctx context.Context, _ *sql.DB) error {
		m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return fmt.Errorf("make river's migrator: %w", err)
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: int(version)})
		if err != nil {
			return fmt.Errorf("migrate river to %d: %w", version, err)
		}
		return nil
	}}
}

// withCause unpacks goose's error, which names the file.
func withCause(err error) error {
	var p *goose.PartialError
	if errors.As(err, &p) && p.Failed != nil {
		return fmt.Errorf("%s: %w", p.Failed.Source.Path, p.Err)
	}
	return err
}

// RiverVersion is the schema of River that the newest migration leads to.
func RiverVersion() int64 { return riverSteps[len(riverSteps)-1].river }
