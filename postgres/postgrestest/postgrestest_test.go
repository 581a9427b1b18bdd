package postgrestest_test

import (
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/postgres"
	"baton/postgres/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("one", func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			pool := postgrestest.New(t)
			t.Logf("ready in %v", time.Since(began).Round(time.Millisecond))
			if _, err := pool.Exec(t.Context(), "insert into workspace (id, name) values ('w', 'W')"); err != nil {
				t.Fatal(err)
			}
			var jobs int
			if err := pool.QueryRow(t.Context(), "select count(*) from river_job").Scan(&jobs); err != nil || jobs != 0 {
				t.Fatalf("%d jobs: %v", jobs, err)
			}
		})
	}
}

func TestNodesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	pool := postgrestest.NewEmpty(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := postgres.Migrate(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := postgres.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
}

func TestDowngradeIsRefused(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	if _, err := pool.Exec(t.Context(), "insert into goose_db_version (version_id, is_applied) values (9999, true)"); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), pool); domain.KindOf(err) != domain.KindConflict {
		t.Fatalf("error %v", err)
	}
}
