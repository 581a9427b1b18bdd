// Package searchbench measures the search: it fills a private database with
// transcripts and looks for words, beginnings of words, phrases and misspelt
// words in the largest of its workspaces.
package searchbench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	warmUp       = 20 // queries of each kind that do not count
)

// Options says how much to measure.
type Options struct {
	// Cues in all: a seventh of them in the workspace that is searched, the others in workspaces that become smaller.
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
	pool   *pgxpool.Pool
	db     *postgres.DB
	corpus *corpus
	rng    *rand.Rand
	viewer domain.Viewer
	cues   []domain.Cue // of the viewer's workspace
}

// Result is what was measured.
type Result struct {
	// Cues in the workspace that was searched, in how many workspaces the others are, and how many were stored and indexed in a second.
	Cues, Beside  int
	CuesPerSecond float64
	Kinds         []Kind
}

// Kind of query, with what its 95th percentile should be.
type Kind struct {
	Name string
	Aim  time.Duration
	Took []time.Duration
	// Bare is how long the same queries took as the least SQL that finds, ranks and marks passages: it neither asks who may see
	// them nor filters, pages, or knows of titles and answers.
	Bare []time.Duration
	// Empty answers, and Hit: those with the wanted word.
	Empty, Hit int
}

// Run fills the migrated, empty database of pool and measures.
func Run(ctx context.Context, pool *pgxpool.Pool, opt Options) (Result, error) {
	c, err := newCorpus(ctx, opt.Seed)
	if err != nil {
		return Result{}, err
	}
	b := &bench{opt: opt, pool: pool, db: postgres.New(pool, noJobs{}), corpus: c, rng: rand.New(rand.NewPCG(opt.Seed, 1))} //nolint:gosec // the same queries each time
	began := time.Now()
	if b.viewer, err = b.team(ctx, "searched", opt.Cues/7, &b.cues); err != nil {
		return Result{}, err
	}
	beside := 0
	for left := opt.Cues - len(b.cues); left > 0; beside++ {
		n := min(left, max(cuesPerClip, left/7))
		if _, err := b.team(ctx, fmt.Sprint("beside", beside), n, nil); err != nil {
			return Result{}, err
		}
		left -= n
	}
	filled := time.Since(began)
	// What autovacuum does in its time.
	if _, err := pool.Exec(ctx, "vacuum analyze"); err != nil {
		return Result{}, fmt.Errorf("vacuum: %w", err)
	}
	found := Result{Cues: len(b.cues), Beside: beside, CuesPerSecond: float64(opt.Cues) / filled.Seconds()}
	found.Kinds, err = b.measure(ctx)
	return found, err
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

// measure asks the queries of each kind.
func (b *bench) measure(ctx context.Context) ([]Kind, error) {
	out := make([]Kind, 0, len(kinds))
	for _, kind := range kinds {
		k := Kind{Name: kind.name, Aim: kind.aim}
		// What was just stored is read once: people search what is warm.
		for n := range b.opt.Queries + warmUp {
			text, wanted := kind.ask(b)
			began := time.Now()
			moments, err := b.db.Search.Search(ctx, b.viewer, domain.SearchQuery{Text: text, Limit: resultsAsked})
			if err != nil {
				return nil, fmt.Errorf("search %q: %w", text, err)
			}
			took := time.Since(began)
			bare, err := b.bare(ctx, text)
			if err != nil {
				return nil, err
			}
			if n < warmUp {
				continue
			}
			k.Took, k.Bare = append(k.Took, took), append(k.Bare, bare)
			if len(moments) == 0 {
				k.Empty++
			}
			if slices.ContainsFunc(moments, func(m domain.Moment) bool { return strings.Contains(strings.ToLower(m.Snippet), wanted) }) {
				k.Hit++
			}
		}
		out = append(out, k)
	}
	return out, nil
}

const bareSQL = `
with best as (
  select id, clip_id, ref, body, q, ts_rank_cd(tsv, q) as rank from passage, baton_query($1, $2) q
   where workspace_id = $1 and tsv @@ q order by rank desc, id limit $3)
select best.id, coalesce(line.start_ms, 0),
       ts_headline('baton_en', coalesce(line.body, best.body), q, 'StartSel=<mark>,StopSel=</mark>,HighlightAll=true')
  from best left join lateral (
    select start_ms, body from cue where clip_id = best.clip_id and ref <> '' and no between ref::int and ref::int + 4
     order by ts_rank(to_tsvector('baton_en', body), baton_any(q)) desc, no limit 1) line on true
 order by rank desc`

// bare asks the same of the database alone.
func (b *bench) bare(ctx context.Context, text string) (time.Duration, error) {
	began := time.Now()
	rows, err := b.pool.Query(ctx, bareSQL, string(b.viewer.WorkspaceID), text, resultsAsked)
	if err == nil {
		_, err = pgx.CollectRows(rows, pgx.RowToMap)
	}
	if err != nil {
		return 0, fmt.Errorf("search %q in the database: %w", text, err)
	}
	return time.Since(began), nil
}
