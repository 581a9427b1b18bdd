// Package captions writes transcripts as WebVTT, SubRip, plain text and JSON.
package captions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"baton/domain"
	"baton/transcribe"
)

// Format is a way to write a transcript down.
type Format string

// The formats, named as the file names that have them end.
const (
	VTT  Format = "vtt"
	SRT  Format = "srt"
	Text Format = "txt"
	JSON Format = "json"
)

// Write writes a transcript in a format. An unknown one is a domain.Error of KindInvalid.
func Write(w io.Writer, f Format, t domain.Transcript) error {
	switch f {
	case VTT:
		return WriteVTT(w, t.Cues)
	case SRT:
		return WriteSRT(w, t.Cues)
	case Text:
		return WriteText(w, t.Cues)
	case JSON:
		return WriteJSON(w, t)
	}
	return domain.Errorf(domain.KindInvalid, "transcript format %q is not one of json, vtt, srt, txt", f)
}

// WriteVTT writes cues as WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"), the
// cue's number as its identifier.
func WriteVTT(w io.Writer, cues []domain.Cue) error {
	var b bytes.Buffer
	fmt.Fprint(&b, "WEBVTT\n")
	for i, c := range shown(cues) {
		fmt.Fprintf(&b, "\n%d\n%s --> %s\n", i+1, clock(c.StartMS, "."), clock(c.EndMS, "."))
		for _, line := range transcribe.Lines(c.Text) {
			fmt.Fprintln(&b, escape(line))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// WriteSRT writes cues as SubRip.
func WriteSRT(w io.Writer, cues []domain.Cue) error {
	var b bytes.Buffer
	for i, c := range shown(cues) {
		fmt.Fprintf(&b, "%d\n%s --> %s\n", i+1, clock(c.StartMS, ","), clock(c.EndMS, ","))
		for _, line := range transcribe.Lines(c.Text) {
			fmt.Fprintln(&b, line)
		}
		fmt.Fprintln(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// A paragraph of plain text ends in a pause this long, or when it has become long.
const (
	paragraphPauseMS = 2000
	paragraphLength  = 600 // characters
)

// WriteText writes what was said as paragraphs without times.
func WriteText(w io.Writer, cues []domain.Cue) error {
	var b bytes.Buffer
	cues = written(cues)
	length := 0
	for i, c := range cues {
		text := strings.Join(strings.Fields(c.Text), " ")
		if i > 0 {
			pause := c.StartMS - cues[i-1].EndMS
			if pause >= paragraphPauseMS || length >= paragraphLength && endsSentence(cues[i-1].Text) {
				fmt.Fprint(&b, "\n\n")
				length = 0
			} else {
				fmt.Fprint(&b, " ")
			}
		}
		fmt.Fprint(&b, text)
		length += utf8.RuneCountInString(text)
	}
	if len(cues) > 0 {
		fmt.Fprintln(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func endsSentence(s string) bool {
	return strings.ContainsAny(s[max(0, len(s)-1):], ".?!")
}

// WriteJSON writes the transcript as the API shows it, indented.
func WriteJSON(w io.Writer, t domain.Transcript) error {
	if t.Cues == nil {
		t.Cues = []domain.Cue{} // [], not null
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(t)
}

// How long a caption stays: long enough to be read, if nothing follows.
const (
	readingSpeed = 17 // characters a second, for adults
	minShownMS   = 1000
	lingerMS     = 2000 // at most, after the last word
	gapMS        = 80   // so that the eye sees a change
)

// written are the cues that have text.
func written(cues []domain.Cue) []domain.Cue {
	var out []domain.Cue
	for _, c := range cues {
		if strings.TrimSpace(c.Text) != "" {
			out = append(out, c)
		}
	}
	return out
}

// shown are the cues that have text, with ends that give time to read them.
func shown(cues []domain.Cue) []domain.Cue {
	out := written(cues)
	for i := range out {
		c := &out[i]
		wanted := max(c.EndMS, c.StartMS+minShownMS, c.StartMS+int64(utf8.RuneCountInString(c.Text))*1000/readingSpeed)
		end := min(wanted, c.EndMS+lingerMS)
		if i+1 < len(out) {
			end = min(end, max(c.EndMS, out[i+1].StartMS-gapMS))
		}
		c.EndMS = max(end, c.StartMS+1)
	}
	return out
}

// clock writes a time as hours:minutes:seconds and milliseconds after the mark.
func clock(ms int64, mark string) string {
	ms = max(0, ms)
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, mark, ms%1000)
}

// escape makes text safe in a WebVTT cue; "-->" cannot survive it.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
