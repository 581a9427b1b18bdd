package searchbench

import (
	"testing"

	"baton/postgres/postgrestest"
)

func TestMeasures(t *testing.T) {
	t.Parallel()
	found, err := Run(t.Context(), postgrestest.New(t), Options{Cues: 4200, Queries: 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if found.Cues != 600 || found.CuesPerSecond <= 0 || len(found.Kinds) != len(kinds) {
		t.Fatalf("%+v", found)
	}
	for _, k := range found.Kinds {
		if len(k.Took) != 10 || k.Empty+k.Hit == 0 {
			t.Errorf("%+v", k)
		}
	}
}
