package postgres

import (
	"context"
	"strconv"

	"baton/domain"
	"baton/postgres/internal/sqlc"
	"baton/search"
)

// The search index is kept in step inside the transaction that changes what is indexed.

// indexTitle brings title and description into the index.
func (t *tx) indexTitle(ctx context.Context, c domain.Clip) error {
	var ps []search.Passage
	if c.Title != "" {
		ps = append(ps, search.Passage{Body: c.Title})
	}
	if c.Description != "" {
		ps = append(ps, search.Passage{Ref: "description", Body: c.Description})
	}
	return t.replacePassages(ctx, c, domain.SourceTitle, ps)
}

// indexChapters brings a clip's chapters into the index, those that its edit shows.
func (t *tx) indexChapters(ctx context.Context, c domain.Clip, chapters []domain.Chapter) error {
	if len(c.Cuts) > 0 {
		cues, err := t.Cues(ctx, c.ID, 0)
		if err != nil {
			return err
		}
		chapters = domain.ShownChapters(chapters, each(cues, toCue), &c)
	}
	ps := make([]search.Passage, len(chapters))
	for i, ch := range chapters {
		ps[i] = search.Passage{Ref: strconv.Itoa(i), StartMS: ch.StartMS, EndMS: ch.EndMS, Body: ch.Title}
	}
	return t.replacePassages(ctx, c, domain.SourceChapter, ps)
}

// indexScreen brings what was read on a clip's screen into the index, where its edit shows it.
func (t *tx) indexScreen(ctx context.Context, c domain.Clip, lines []domain.ScreenLine) error {
	return t.replacePassages(ctx, c, domain.SourceScreen, screenPassages(domain.ShownLines(lines, &c)))
}

// indexSpeech brings the cues from one on into the index, without the words that the clip's edit leaves out: nobody finds those.
func (t *tx) indexSpeech(ctx context.Context, c domain.Clip, from int) error {
	from = search.FirstCue(from)
	rows, err := t.Cues(ctx, c.ID, from)
	if err != nil {
		return err
	}
	cues, cut := each(rows, toCue), domain.CutSpans(c.Cuts)
	for i := range cues {
		// A line of which nothing is left keeps its number and its place.
		if kept, some := cues[i].Kept(cut); some {
			cues[i] = kept
		} else {
			cues[i].Text = ""
		}
	}
	ps := search.SpeechPassages(cues)
	err = t.DeleteSpeechPassages(ctx, sqlc.DeleteSpeechPassagesParams{ClipID: c.ID, FromNo: from, Keep: refs(ps)})
	if err != nil {
		return err
	}
	return t.putPassages(ctx, c, domain.SourceSpeech, ps)
}

// indexComment brings one comment into the index.
func (t *tx) indexComment(ctx context.Context, c domain.Clip, cm domain.Comment) error {
	return t.putPassages(ctx, c, domain.SourceComment, []search.Passage{
		{Ref: string(cm.ID), StartMS: cm.AtMS, EndMS: max(cm.AtMS, cm.EndMS), Body: cm.Body},
	})
}

// replacePassages makes ps all that a clip has of a source.
func (t *tx) replacePassages(ctx context.Context, c domain.Clip, source domain.MomentSource, ps []search.Passage) error {
	if err := t.DeletePassages(ctx, sqlc.DeletePassagesParams{ClipID: c.ID, Source: source, Keep: refs(ps)}); err != nil {
		return err
	}
	return t.putPassages(ctx, c, source, ps)
}

// putPassages adds passages or changes those of the same ref. What is the same already costs next to nothing.
func (t *tx) putPassages(ctx context.Context, c domain.Clip, source domain.MomentSource, ps []search.Passage) error {
	if len(ps) == 0 {
		return nil
	}
	return t.PutPassages(ctx, sqlc.PutPassagesParams{
		WorkspaceID: c.WorkspaceID, ClipID: c.ID, Source: source, Refs: refs(ps),
		Starts: each(ps, func(p search.Passage) int64 { return p.StartMS }),
		Ends:   each(ps, func(p search.Passage) int64 { return p.EndMS }),
		Bodies: each(ps, func(p search.Passage) string { return p.Body }),
	})
}

func refs(ps []search.Passage) []string {
	return each(ps, func(p search.Passage) string { return p.Ref })
}
