package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"baton/api/gen"
	"baton/domain"
)

// watches keeps what was watched.
type watches interface {
	// Add notes what somebody has played of a clip, where they are, and how long it took them.
	Add(ctx context.Context, c domain.Clip, viewer string, account domain.AccountID, spans []domain.Span, positionMS int64, took time.Duration) error
	// Mine gives what somebody has watched of a clip, and where and when they stopped; the zero Watched: never.
	Mine(ctx context.Context, c domain.ClipID, viewer string) (domain.Watched, error)
	// Of lists who has watched a clip.
	Of(ctx context.Context, c domain.ClipID) ([]domain.Watch, error)
}

// completed is the share from which on a clip counts as watched to its end: few sit through the last words.
const completed = 0.9

// viewerOf is who watches a clip: an account, a guest, or a stranger of whom a hash of address and browser is all we keep.
func viewerOf(who caller, clip domain.ClipID) (string, domain.AccountID) {
	switch {
	case who.SignedIn():
		return string(who.AccountID), who.AccountID
	case who.Guest != nil:
		return string(who.Guest.ID), ""
	}
	return "stranger " + hex.EncodeToString(hashSecret(string(clip) + network(who.address) + who.userAgent)[:12]), ""
}

func spansIn(all []gen.Span) []domain.Span {
	out := make([]domain.Span, len(all))
	for i, s := range all {
		out[i] = domain.Span{StartMS: s.StartMs, EndMS: s.EndMs}
	}
	return out
}

func (h *handlers) AddWatched(ctx context.Context, r gen.AddWatchedRequestObject) (gen.AddWatchedResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	spans, err := domain.CheckWatched(spansIn(r.Body.Ranges), c.DurationMS)
	if err != nil {
		return nil, err //nolint:wrapcheck // words for people
	}
	viewer, account := viewerOf(callerOf(ctx), c.ID)
	took := time.Duration(or(r.Body.TookMs, domain.Timeline(spans).DurationMS())) * time.Millisecond
	if err := h.Watches.Add(ctx, c, viewer, account, spans, min(r.Body.PositionMs, c.DurationMS), min(took, domain.MaxWatchReport)); err != nil {
		return nil, fmt.Errorf("note what was watched: %w", err)
	}
	return gen.AddWatched204Response{}, nil
}

func (h *handlers) GetWatched(ctx context.Context, r gen.GetWatchedRequestObject) (gen.GetWatchedResponseObject, error) {
	c, err := h.gate(ctx, r.Id, domain.ActionWatch)
	if err != nil {
		return nil, err
	}
	viewer, _ := viewerOf(callerOf(ctx), c.ID)
	w, err := h.Watches.Mine(ctx, c.ID, viewer)
	if err != nil {
		return nil, fmt.Errorf("read what was watched: %w", err)
	}
	out := gen.GetWatched200JSONResponse{Ranges: *spansOf(w.Spans), PositionMs: w.PositionMS}
	if !w.At.IsZero() {
		ago := max(0, time.Since(w.At).Milliseconds())
		out.AgoMs = &ago
	}
	return out, nil
}

// insight reads what its owner may know of a clip's viewers; counted is false where views are not counted.
func (h *handlers) insight(ctx context.Context, id string) (c domain.Clip, in domain.Insight, counted bool, err error) {
	if c, err = h.gate(ctx, id, domain.ActionEdit); err != nil {
		return c, in, false, err
	}
	w, err := h.Workspaces.Get(ctx, c.WorkspaceID)
	if err != nil || !w.CountViews {
		return c, in, false, err
	}
	all, err := h.Watches.Of(ctx, c.ID)
	if err != nil {
		return c, in, true, fmt.Errorf("list who watched: %w", err)
	}
	return c, domain.NewInsight(all, c.DurationMS), true, nil
}

func (h *handlers) GetInsight(ctx context.Context, r gen.GetInsightRequestObject) (gen.GetInsightResponseObject, error) {
	c, in, counted, err := h.insight(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	out := gen.GetInsight200JSONResponse{
		Counted: counted, UniqueViewers: len(in.Viewers), DurationMs: c.DurationMS, HeatMs: domain.HeatMS, Heat: append([]int{}, in.Heat...), Viewers: []gen.Viewer{}, NotWatched: []gen.Person{},
	}
	if !counted {
		return out, nil
	}
	for i := range in.Viewers {
		v := viewerRow(&in.Viewers[i], c.Kept())
		if out.Completion += v.Share / float64(len(in.Viewers)); v.Person == nil {
			out.AnonymousViewers++
		}
		out.Viewers = append(out.Viewers, v)
	}
	absent, err := h.notWatched(ctx, &c, in.Viewers)
	if err != nil {
		return nil, err
	}
	for _, a := range absent {
		out.NotWatched = append(out.NotWatched, gen.Person{Id: string(a.ID), Name: a.Name})
	}
	return out, nil
}

// notWatched lists the members who may watch a clip and have not; its owner is none of them.
func (h *handlers) notWatched(ctx context.Context, c *domain.Clip, viewers []domain.Watch) ([]domain.Account, error) {
	members, err := h.Members.List(ctx, c.WorkspaceID)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	var out []domain.Account
	for _, m := range members {
		seen := slices.ContainsFunc(viewers, func(w domain.Watch) bool { return w.Account.ID == m.Account.ID })
		if !seen && m.Account.ID != c.OwnerID && viewer(m).May(domain.ActionWatch, c) {
			out = append(out, m.Account)
		}
	}
	return out, nil
}

func viewerRow(w *domain.Watch, kept domain.Timeline) gen.Viewer {
	share := w.Share(kept)
	v := gen.Viewer{Share: share, Completed: share >= completed, FirstAt: w.FirstAt.UTC(), LastAt: w.LastAt.UTC()}
	if w.Account.ID != "" {
		v.Person = &gen.Person{Id: string(w.Account.ID), Name: w.Account.Name}
	}
	return v
}

func (h *handlers) GetInsightCSV(ctx context.Context, r gen.GetInsightCSVRequestObject) (gen.GetInsightCSVResponseObject, error) {
	c, in, counted, err := h.insight(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"name", "share", "completed", "first_at", "last_at"}}
	for i := range in.Viewers {
		v, name := viewerRow(&in.Viewers[i], c.Kept()), "anonymous"
		if v.Person != nil {
			name = harmless(v.Person.Name)
		}
		rows = append(rows, []string{
			name, strconv.FormatFloat(v.Share, 'f', 3, 64), strconv.FormatBool(v.Completed), v.FirstAt.Format(time.RFC3339), v.LastAt.Format(time.RFC3339),
		})
	}
	if counted {
		absent, err := h.notWatched(ctx, &c, in.Viewers)
		if err != nil {
			return nil, err
		}
		for _, a := range absent {
			rows = append(rows, []string{harmless(a.Name), "", "", "", ""})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	name := attachment(c.Title+" viewers", "csv")
	return gen.GetInsightCSV200TextcsvCharsetUtf8Response{
		Body: &b, ContentLength: int64(b.Len()), Headers: gen.GetInsightCSV200ResponseHeaders{ContentDisposition: &name},
	}, nil
}

func (h *handlers) GetHeatCSV(ctx context.Context, r gen.GetHeatCSVRequestObject) (gen.GetHeatCSVResponseObject, error) {
	c, in, _, err := h.insight(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBufferString("second,viewers\n")
	for second, n := range in.Heat {
		_, _ = fmt.Fprintf(b, "%d,%d\n", second, n) // a buffer takes all
	}
	name := attachment(c.Title+" seconds", "csv")
	return gen.GetHeatCSV200TextcsvCharsetUtf8Response{
		Body: b, ContentLength: int64(b.Len()), Headers: gen.GetHeatCSV200ResponseHeaders{ContentDisposition: &name},
	}, nil
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(s string) string {
	if s != "" && slices.Contains([]byte("=+-@\t\r"), s[0]) {
		return "'" + s
	}
	return s
}
