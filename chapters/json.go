package chapters

import (
	"encoding/json"
	"fmt"
	"io"

	"baton/domain"
)

// maxJSONBytes bounds what ReadJSON takes in: a day of talk with word times is about 30 MB.
const maxJSONBytes = 128 << 20

// ReadJSON reads a transcript as the API gives it, {language, coverage, cues: [{start_ms,
// end_ms, text, words}]}, of which only cues with times and text are needed. Beside it may
// stand duration_ms, speech [{start_ms, end_ms}], screen_changes [ms], actions [{at_ms}]
// (window changes), sections [names] and chapters (those marked edited are kept). A bad
// document is a domain.KindInvalid error.
func ReadJSON(r io.Reader) (Input, error) {
	var f struct {
		Cues       []domain.Cue  `json:"cues"`
		Speech     []domain.Span `json:"speech"`
		DurationMS int64         `json:"duration_ms"`
		Screen     []int64       `json:"screen_changes"`
		Actions    []struct {
			AtMS int64 `json:"at_ms"`
		} `json:"actions"`
		Sections []string         `json:"sections"`
		Chapters []domain.Chapter `json:"chapters"`
	}
	limited := &io.LimitedReader{R: r, N: maxJSONBytes}
	if err := json.NewDecoder(limited).Decode(&f); err != nil {
		if limited.N <= 0 {
			return Input{}, domain.Errorf(domain.KindTooLarge, "the transcript is larger than %d MiB", maxJSONBytes>>20)
		}
		return Input{}, domain.Errorf(domain.KindInvalid, "the transcript is not the JSON that is expected").Because(err)
	}
	for i, c := range f.Cues {
		if c.StartMS < 0 || c.EndMS < c.StartMS {
			return Input{}, domain.Errorf(domain.KindInvalid, "cue %d ends before it starts", i)
		}
	}
	in := Input{
		Cues: f.Cues, Speech: f.Speech, ScreenChanges: f.Screen, DurationMS: f.DurationMS,
		SectionNames: f.Sections, Existing: f.Chapters,
	}
	for _, a := range f.Actions {
		in.ScreenChanges = append(in.ScreenChanges, a.AtMS)
	}
	return in, nil
}

// WriteJSON writes {"chapters": [{start_ms, end_ms, title}]}.
func WriteJSON(w io.Writer, found []domain.Chapter) error {
	if found == nil {
		found = []domain.Chapter{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string][]domain.Chapter{"chapters": found}); err != nil {
		return fmt.Errorf("write chapters: %w", err)
	}
	return nil
}
