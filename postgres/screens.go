package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/search"
)

// Screens keeps what was on the screen of clips, and its place in the search index.
type Screens struct{ db *DB }

// Screen reads it; a clip that was not looked at has an empty one. KindNotFound.
func (s Screens) Screen(ctx context.Context, clip domain.ClipID) (domain.Screen, error) {
	const act = "read what was on a screen"
	q := s.db.queries()
	on, err := q.ReadsScreen(ctx, clip)
	if err != nil {
		return domain.Screen{}, failed(act, orNotFound(err, noClip))
	}
	out := domain.Screen{State: domain.ScreenPending}
	row, err := q.Screen(ctx, clip)
	switch {
	case err == nil:
		out = domain.Screen{State: row.State, Reason: row.Reason, Changes: row.Changes}
	case !errors.Is(err, pgx.ErrNoRows):
		return out, failed(act, err)
	}
	if !on {
		return domain.Screen{State: domain.ScreenOff, Changes: out.Changes}, nil
	}
	lines, err := q.ScreenLines(ctx, clip)
	out.Lines = each(lines, toScreenLine)
	return out, failed(act, err)
}

// Reads tells whether the screen of a clip may be read. KindNotFound.
func (s Screens) Reads(ctx context.Context, clip domain.ClipID) (bool, error) {
	on, err := s.db.queries().ReadsScreen(ctx, clip)
	return on, failed("ask whether to read a screen", orNotFound(err, noClip))
}

// SetChanges stores when another picture came up. Chapters that were made without are made again; a person's stay. KindNotFound.
func (s Screens) SetChanges(ctx context.Context, clip domain.ClipID, changes []int64) error {
	return s.db.inTx(ctx, "store changes of a screen", func(t *tx) error {
		if _, err := t.lockClip(ctx, clip); err != nil {
			return err
		}
		if err := t.PutScreenChanges(ctx, clip, orEmpty(changes)); err != nil {
			return err
		}
		made, err := t.HasChapters(ctx, clip)
		if err == nil && made && len(changes) > 0 {
			t.enqueue(domain.Job{Kind: domain.JobChapters, ClipID: clip, Again: true})
		}
		return err
	})
}

// SetLines replaces what was read and indexes it; when reading was turned off meanwhile, nothing is kept. KindNotFound.
func (s Screens) SetLines(ctx context.Context, clip domain.ClipID, lines []domain.ScreenLine) error {
	return s.db.inTx(ctx, "store what was on a screen", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		on, err := t.ReadsScreen(ctx, clip)
		if err != nil {
			return err
		}
		if !on {
			return t.forgetScreen(ctx, c)
		}
		if err := t.putScreen(ctx, c, domain.ScreenDone, "", lines); err != nil {
			return err
		}
		return t.clipChanged(c)
	})
}

// SetState notes why nothing was read. KindNotFound.
func (s Screens) SetState(ctx context.Context, clip domain.ClipID, state domain.ScreenState, reason string) error {
	return s.db.inTx(ctx, "note the state of a screen", func(t *tx) error {
		if _, err := t.lockClip(ctx, clip); err != nil {
			return err
		}
		return t.PutScreenState(ctx, sqlc.PutScreenStateParams{ClipID: clip, State: state, Reason: reason})
	})
}

// forget removes what was read of a clip.
func (s Screens) forget(ctx context.Context, clip domain.ClipID) error {
	return s.db.inTx(ctx, "forget what was on a screen", func(t *tx) error {
		c, err := t.lockClip(ctx, clip)
		if err != nil {
			return err
		}
		return t.forgetScreen(ctx, c)
	})
}

func (t *tx) forgetScreen(ctx context.Context, c domain.Clip) error {
	if err := t.putScreen(ctx, c, domain.ScreenOff, "", nil); err != nil {
		return err
	}
	return t.clipChanged(c)
}

// turnScreen lets a clip's screen be read, which is done at once, or forgets what was read.
func (t *tx) turnScreen(ctx context.Context, c domain.Clip, on bool) error {
	if on == c.ReadScreen {
		return nil
	}
	if err := t.SetClipReadScreen(ctx, on, c.ID); err != nil {
		return err
	}
	if !on {
		return t.forgetScreen(ctx, c)
	}
	err := t.PutScreenState(ctx, sqlc.PutScreenStateParams{ClipID: c.ID, State: domain.ScreenPending})
	if err == nil && c.State == domain.ClipReady && c.HasVideo {
		t.enqueue(domain.Job{Kind: domain.JobScreen, ClipID: c.ID, Again: true})
	}
	return err
}

// putScreen makes lines all that there are.
func (t *tx) putScreen(ctx context.Context, c domain.Clip, state domain.ScreenState, reason string, lines []domain.ScreenLine) error {
	if err := t.PutScreenState(ctx, sqlc.PutScreenStateParams{ClipID: c.ID, State: state, Reason: reason}); err != nil {
		return err
	}
	if err := t.DeleteScreenLines(ctx, c.ID); err != nil {
		return err
	}
	nos := make([]int, len(lines))
	for i := range nos {
		nos[i] = i
	}
	err := t.InsertScreenLines(ctx, sqlc.InsertScreenLinesParams{
		ClipID: c.ID, Nos: nos,
		Starts: each(lines, func(l domain.ScreenLine) int64 { return l.StartMS }), Ends: each(lines, func(l domain.ScreenLine) int64 { return l.EndMS }),
		Bodies:      each(lines, func(l domain.ScreenLine) string { return l.Text }),
		Confidences: each(lines, func(l domain.ScreenLine) float32 { return float32(l.Confidence) }),
	})
	if err != nil {
		return err
	}
	return t.indexScreen(ctx, c, lines)
}

// screenPassages are the lines that came up together: two words of a slide stand seldom in one line of it.
func screenPassages(lines []domain.ScreenLine) []search.Passage {
	var out []search.Passage
	for i := 0; i < len(lines); {
		first, end := lines[i], lines[i].EndMS
		var body strings.Builder
		for ; i < len(lines) && lines[i].StartMS == first.StartMS; i++ {
			if body.Len() > 0 {
				body.WriteByte('\n')
			}
			body.WriteString(lines[i].Text)
			end = max(end, lines[i].EndMS)
		}
		out = append(out, search.Passage{Ref: strconv.FormatInt(first.StartMS, 10), StartMS: first.StartMS, EndMS: end, Body: body.String()})
	}
	return out
}
