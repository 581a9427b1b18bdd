package domain_test

import (
	"testing"

	"baton/domain"
)

func TestMostReplayed(t *testing.T) {
	t.Parallel()
	all := []domain.Plays{
		{Watched: []domain.Span{{StartMS: 0, EndMS: 30_000}}, Replayed: []domain.Span{{StartMS: 9_000, EndMS: 21_000}}},
		{Watched: []domain.Span{{StartMS: 0, EndMS: 12_000}}, Replayed: []domain.Span{{StartMS: 10_000, EndMS: 20_000}}},
		{Watched: []domain.Span{{StartMS: 10_000, EndMS: 20_000}}},
	}
	m, found := domain.MostReplayed(all, 30_000)
	if !found || m.StartMS != 10_000 || m.EndMS != 20_000 || m.ReplayedBy != 2 || m.WatchedBy != 2 {
		t.Errorf("%+v", m)
	}
	if _, found := domain.MostReplayed(all[2:], 30_000); found {
		t.Error("nobody has played it again")
	}
	if _, found := domain.MostReplayed(all, 0); found {
		t.Error("a clip without length")
	}
}
