package summary_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/summary"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func talk() []domain.Cue {
	var cues []domain.Cue
	for i, text := range []string{
		"Yesterday I moved the invoices to the new cluster.", "It took 45 minutes and nothing broke.",
		"Today I will write the runbook for the gateway.", "Maria should review the firewall rules by Friday.", "That is all from me.",
	} {
		cues = append(cues, domain.Cue{No: i, StartMS: int64(i) * 3000, EndMS: int64(i)*3000 + 2900, Text: text})
	}
	return cues
}

var chapters = []domain.Chapter{{EndMS: 6000, Title: "a"}, {StartMS: 6000, EndMS: 15_000, Title: "b"}}

// model plays a server that answers with content, after some failures.
func model(t *testing.T, content string, fail ...int) (*summary.Writer, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1))
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer key" || !strings.Contains(string(body), `"model":"m"`) {
			t.Errorf("%s %s %s", r.URL, r.Header.Get("Authorization"), body)
		}
		if n <= len(fail) {
			w.WriteHeader(fail[n-1])
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": content}}}})
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return summary.New(summary.Config{URL: u, APIKey: "key", Model: "m", Backoff: time.Millisecond, Client: s.Client()}), &calls
}

func TestOnlyWhatTheTranscriptBearsOutIsKept(t *testing.T) {
	t.Parallel()
	w, calls := model(t, "Sure! ```json\n"+`{
		"title": "Invoices moved to the new cluster",
		"chapters": [{"no": 0, "title": "Moving the invoices"}, {"no": 1, "title": "Quarterly revenue targets"}, {"no": 9, "title": "x"}],
		"summary": [
			{"text": "The invoices were moved to the new cluster.", "line": 0}, {"text": "It took 45 minutes.", "line": 1},
			{"text": "It took 90 minutes.", "line": 1}, {"text": "Kevin moved the invoices to the new cluster.", "line": 0},
			{"text": "The company will be sold to investors.", "line": 2}, {"text": "The invoices were moved.", "line": 77}, {"text": "", "line": 0}],
		"action_items": [{"text": "Maria reviews the firewall rules by Friday.", "line": 3}, {"text": "Write the runbook for the gateway.", "line": 2}, {"text": "Delete all backups.", "line": 2}]
	}`+"\n```", 429, 503)
	got, err := w.Write(t.Context(), talk(), chapters)
	if err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 3 || got.Title != "Invoices moved to the new cluster" || fmt.Sprint(got.ChapterTitles) != "map[0:Moving the invoices]" || got.Summary.Model != "m" {
		t.Errorf("%d calls: %+v", calls.Load(), got)
	}
	if want := "[{The invoices were moved to the new cluster. 0 2900} {It took 45 minutes. 3000 5900}]"; fmt.Sprint(got.Summary.Lines) != want {
		t.Errorf("summary %v", got.Summary.Lines)
	}
	if want := "[{Maria reviews the firewall rules by Friday. 9000 11900} {Write the runbook for the gateway. 6000 8900}]"; fmt.Sprint(got.Summary.ActionItems) != want {
		t.Errorf("action items %v", got.Summary.ActionItems)
	}
}

func TestNonsenseIsNoErrorAndFailuresAre(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "I cannot do that.", "{", `{"summary": "text"}`, `{"summary": [{"text": "x", "line": "one"}]}`, "}{", strings.Repeat("{", 1000)} {
		w, _ := model(t, content)
		if got, err := w.Write(t.Context(), talk(), chapters); err != nil || len(got.Summary.Lines)+len(got.Summary.ActionItems)+len(got.ChapterTitles) > 0 || got.Title != "" {
			t.Errorf("%q: %+v %v", content, got, err)
		}
	}
	w, calls := model(t, "{}", 500, 502, 503, 504)
	if _, err := w.Write(t.Context(), talk(), chapters); domain.KindOf(err) != domain.KindUnavailable || calls.Load() != 3 {
		t.Errorf("%d calls: %v", calls.Load(), err)
	}
	w, calls = model(t, "{}", 401, 401)
	if _, err := w.Write(t.Context(), talk(), chapters); domain.KindOf(err) != domain.KindUnavailable || calls.Load() != 1 {
		t.Errorf("%d calls: %v", calls.Load(), err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Write(stopped, talk(), chapters); err == nil {
		t.Error("goes on after the end")
	}
	if got, err := w.Write(t.Context(), nil, nil); err != nil || got.Title != "" {
		t.Errorf("nothing said: %+v %v", got, err)
	}
}

func TestALongTalkIsSentInParts(t *testing.T) {
	t.Parallel()
	var cues []domain.Cue
	for i := range 900 {
		cues = append(cues, domain.Cue{No: i, StartMS: int64(i) * 1000, EndMS: int64(i)*1000 + 900, Text: fmt.Sprintf("Sentence number %d speaks of elephants and of giraffes at length, as before.", i)})
	}
	w, calls := model(t, `{"summary": [{"text": "Elephants and giraffes at length.", "line": 5}, {"text": "Giraffes and elephants at length.", "line": 899}]}`)
	got, err := w.Write(t.Context(), cues, nil)
	if err != nil || calls.Load() != 2 || len(got.Summary.Lines) != 2 || got.Summary.Lines[1].StartMS != 899_000 {
		t.Errorf("%d calls: %+v %v", calls.Load(), got, err)
	}
}
