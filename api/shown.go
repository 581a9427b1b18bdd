package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baton/domain"
)

// What of an edited clip is shown to whom: those who may edit it see all of it, the others what its edit keeps.

// whole tells whether the caller is shown what a clip's edit leaves out.
func whole(ctx context.Context, c *domain.Clip) bool {
	return len(c.Cuts) == 0 || callerOf(ctx).May(domain.ActionEdit, c)
}

// words reads the transcript, from a moment on, as the caller may see it.
func (h *handlers) words(ctx context.Context, c *domain.Clip, fromMS int64) (domain.Transcript, error) {
	t, err := h.Transcripts.TranscriptFrom(ctx, c.ID, fromMS)
	if err != nil {
		return t, fmt.Errorf("read transcript: %w", err)
	}
	if !whole(ctx, c) {
		t = t.Shown(c)
	}
	return t, nil
}

// played reads the transcript of what is played, on its own time line: for files that go with the media.
func (h *handlers) played(ctx context.Context, c *domain.Clip) (domain.Transcript, error) {
	t, err := h.Transcripts.Transcript(ctx, c.ID)
	if err != nil {
		return t, fmt.Errorf("read transcript: %w", err)
	}
	if len(c.Cuts) > 0 {
		t.Cues = c.Kept().PlayedCues(t.Shown(c).Cues)
	}
	return t, nil
}

// shownChapters reads the chapters of which something is kept.
func (h *handlers) shownChapters(ctx context.Context, c *domain.Clip) ([]domain.Chapter, error) {
	all, err := h.Transcripts.Chapters(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read chapters: %w", err)
	}
	if len(c.Cuts) == 0 {
		return all, nil
	}
	t, err := h.Transcripts.Transcript(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	return domain.ShownChapters(all, t.Cues, c), nil
}

// segmentSlackMS is how far the sound of a segment may reach beyond its picture.
const segmentSlackMS = 100

// hidden tells whether a segment of the recording holds something that was cut by hand.
func hidden(withheld []domain.Span, s *domain.Segment) bool {
	return domain.Overlap(withheld, domain.Span{StartMS: s.StartMS - segmentSlackMS, EndMS: s.StartMS + s.DurationMS + segmentSlackMS})
}

// withheldFrom are the stretches whose segments of a rendition the caller is not handed. The exact version of an edit has none of them.
func withheldFrom(ctx context.Context, c *domain.Clip, rendition string) []domain.Span {
	if whole(ctx, c) || strings.HasPrefix(rendition, domain.CutPrefix) {
		return nil
	}
	return domain.Withheld(c.Cuts)
}

// shownSegments are those that hold nothing withheld. Those that no longer follow the one before begin anew.
func shownSegments(all []domain.Segment, withheld []domain.Span) []domain.Segment {
	out, hole := make([]domain.Segment, 0, len(all)), false
	for _, s := range all {
		if hidden(withheld, &s) {
			hole = true
			continue
		}
		s.Discontinuity = s.Discontinuity || hole
		out, hole = append(out, s), false
	}
	return out
}

// coarse is the one rendition of the recording that others are offered while the exact version of an edit is being made: the one that
// most browsers play, and of which the fewest segments are withheld with what was cut. Several would be cut at different places.
func (h *handlers) coarse(ctx context.Context, c *domain.Clip) (domain.Rendition, error) {
	all, err := h.Playback.Renditions(ctx, c.ID)
	if err != nil {
		return domain.Rendition{}, fmt.Errorf("read renditions: %w", err)
	}
	if len(all) == 0 {
		return domain.Rendition{}, domain.Errorf(domain.KindNotFound, "there is nothing to play yet")
	}
	best := slices.IndexFunc(all, func(r domain.Rendition) bool { return r.Complete && strings.Contains(r.Codecs, "mp4a") })
	return all[max(best, 0)], nil
}

// coarsely tells whether the caller is handed only segments that hold nothing withheld.
func coarsely(ctx context.Context, c *domain.Clip) bool {
	return !whole(ctx, c) && !c.Rendered() && len(domain.Withheld(c.Cuts)) > 0
}

// media tells which stretches of the recording the playlist holds that the caller is offered, end to end; whole: all of it.
func (h *handlers) media(ctx context.Context, c *domain.Clip) (spans domain.Timeline, all bool, err error) {
	if c.Rendered() {
		return c.Kept(), false, nil
	}
	if !coarsely(ctx, c) {
		return nil, true, nil
	}
	r, err := h.coarse(ctx, c)
	if domain.KindOf(err) == domain.KindNotFound {
		return domain.Timeline{}, false, nil
	} else if err != nil {
		return nil, false, err
	}
	_, _, segments, err := h.Playback.Rendition(ctx, c.ID, r.Name)
	if err != nil {
		return nil, false, named(err, "read rendition", noFile)
	}
	for _, s := range shownSegments(segments, domain.Withheld(c.Cuts)) {
		spans = domain.AppendSpans(spans, domain.Span{StartMS: s.StartMS, EndMS: s.StartMS + s.DurationMS})
	}
	return spans, false, nil
}
