// Package searchbench measures the search: it fills a private database with
// transcripts and looks for words, beginnings of words, phrases and misspelt
// words in the largest of its workspaces.
package searchbench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
	"baton/postgres"
)

const (
	cuesPerClip  = 120
	cueMS        = 4000
	resultsAsked = 20
)

// Options says how much to measure.
type Options struct {
	// Cues in the workspace that is searched. A quarter as many are in another one beside it.
	Cues int
	// Queries of each kind.
	Queries int
	Seed    uint64
}

// noJobs is a queue for a database in which nothing else is done.
type noJobs struct{}

func (noJobs) EnqueueTx(context.Context, pgx.Tx, []domain.Job) error { return nil }

type bench struct {
	opt    Options
	db     *postgres.DB
	corpus *corpus
	rng    *rand.Rand
	viewer domain.Viewer
	cues   []domain.Cue // of the viewer's workspace
}

// Run fills the migrated, empty database of pool, measures, and writes a table whose last line is a summary.
func Run(ctx context.Context, pool *pgxpool.Pool, opt Options, out io.Writer) error {
	c, err := newCorpus(ctx, opt.Seed)
	if err != nil {
		return err
	}
	b := &bench{opt: opt, db: postgres.New(pool, noJobs{}), corpus: c, rng: rand.New(rand.NewPCG(opt.Seed, 1))} //nolint:gosec // the same queries each time
	began := time.Now()
	if b.viewer, err = b.team(ctx, "searched", opt.Cues, &b.cues); err != nil {
		return err
	}
	filled := time.Since(began)
	if _, err := b.team(ctx, "beside", opt.Cues/4, nil); err != nil {
		return err
	}
	// What autovacuum does in its time.
	if _, err := pool.Exec(ctx, "vacuum analyze"); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	fmt.Fprintf(out, "search: %d cues in one workspace, stored and indexed at %.0f cues/s\n", len(b.cues), float64(len(b.cues))/filled.Seconds())
	return b.measure(ctx, out)
}

// team makes a workspace with so many cues, spoken in clips of cuesPerClip.
func (b *bench) team(ctx context.Context, name string, cues int, keep *[]domain.Cue) (domain.Viewer, error) {
	w := domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: name}
	owner := domain.Account{ID: domain.NewID[domain.AccountID](), Email: name + "@example.com", Name: name}
	if err := b.db.Workspaces.CreateFurther(ctx, w, owner); err != nil {
		return domain.Viewer{}, fmt.Errorf("make a workspace: %w", err)
	}
	v := domain.Viewer{AccountID: owner.ID, WorkspaceID: w.ID, Role: domain.RoleOwner}
	for done := 0; done < cues; done += cuesPerClip {
		step := domain.TranscriptStep{UpToMS: cuesPerClip * cueMS, Language: "en", Progress: 1}
		for i := range min(cuesPerClip, cues-done) {
			at := int64(i) * cueMS
			step.Cues = append(step.Cues, domain.Cue{StartMS: at, EndMS: at + cueMS, Text: b.corpus.sentence(8 + b.rng.IntN(8))})
		}
		if err := b.clip(ctx, v, step); err != nil {
			return v, err
		}
		if keep != nil {
			*keep = append(*keep, step.Cues...)
		}
	}
	return v, nil
}

func (b *bench) clip(ctx context.Context, v domain.Viewer, step domain.TranscriptStep) error {
	c := domain.Clip{
		ID: domain.NewID[domain.ClipID](), WorkspaceID: v.WorkspaceID, OwnerID: v.AccountID, Kind: domain.KindScreen,
		Title: b.corpus.sentence(5), Visibility: domain.VisibleWorkspace,
	}
	if err := b.db.Clips.Create(ctx, c, domain.Recording{}); err != nil {
		return fmt.Errorf("make a clip: %w", err)
	}
	if err := b.db.Transcripts.AppendCues(ctx, c.ID, step); err != nil {
		return fmt.Errorf("store a transcript: %w", err)
	}
	return nil
}

// measure asks the queries of each kind and writes the table.
func (b *bench) measure(ctx context.Context, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "query\tp50 ms\tp95 ms\tmax ms\tempty\tthe word among the hits\t")
	var worst time.Duration
	for _, kind := range kinds {
		took, empty, hit := make([]time.Duration, 0, b.opt.Queries), 0, 0
		for range b.opt.Queries {
			text, wanted := kind.ask(b)
			began := time.Now()
			moments, err := b.db.Search.Search(ctx, b.viewer, domain.SearchQuery{Text: text, Limit: resultsAsked})
			if err != nil {
				return fmt.Errorf("search %q: %w", text, err)
			}
			took = append(took, time.Since(began))
			if len(moments) == 0 {
				empty++
			}
			if slices.ContainsFunc(moments, func(m domain.Moment) bool { return strings.Contains(strings.ToLower(m.Snippet), wanted) }) {
				hit++
			}
		}
		slices.Sort(took)
		p95 := took[len(took)*95/100]
		worst = max(worst, p95)
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t%d of %d\t%.0f %%\t\n", kind.name, ms(took[len(took)/2]), ms(p95), ms(took[len(took)-1]),
			empty, len(took), 100*float64(hit)/float64(len(took)))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	fmt.Fprintf(out, "search: worst p95 %.1f ms over %d cues\n", ms(worst), len(b.cues))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
