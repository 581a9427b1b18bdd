package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// beepMoved is how far a beep may be moved against its flash on the way: half a frame of the counter page, and the analyser's own step.
const beepMoved = 25.0 // ms

// makeTools builds what takes in a browser need.
func (o *options) makeTools(ctx context.Context, dir string) error {
	o.silence, o.check = filepath.Join(dir, "silence.wav"), filepath.Join(dir, "mediacheck")
	for _, line := range [][]string{
		{"ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "5", o.silence},
		{"go", "build", "-o", o.check, "baton/internal/mediacheck"},
	} {
		if out, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line[0], err, out)
		}
	}
	var err error
	o.web, err = filepath.Abs(o.web)
	if err != nil {
		return fmt.Errorf("find the web client: %w", err)
	}
	return nil
}

// proveTab is prove for a take in a browser. The encoder's bytes are known from a listener beside the recorder.
func (w *world) proveTab(ctx context.Context, t *take, l *look) *proof {
	p := &proof{recorded: t.src.long}
	if t.err != nil {
		p.fault("it was not finished: %v", t.err)
	}
	if t.clip == "" {
		return p // it did not begin
	}
	c, err := w.untilReady(ctx, t)
	if err != nil {
		p.fault("%v", err)
	}
	p.ready = c.State == "ready"
	stored, err := l.stored(ctx, t.clip)
	if err != nil {
		p.fault("read what is stored: %v", err)
	}
	p.compare(t, stored)
	if p.ready {
		if err := w.watchTab(ctx, t, p, stored); err != nil {
			p.fault("watch: %v", err)
		}
	}
	return p
}

// compare holds the stored bytes against those of the encoder, and against what was promised.
func (p *proof) compare(t *take, stored []byte) {
	made := t.src.bytes
	alike := common(stored, made)
	// A page that dies may have stored a chunk more or less than its listener had noted.
	p.sameHash = alike == min(len(stored), len(made)) && (!t.complete || len(stored) == len(made))
	if !p.sameHash {
		p.fault("%d bytes are stored of %d, the first %d alike", len(stored), len(made), alike)
	}
	if promised := int(t.promised.Bytes); alike < min(promised, len(made)) || len(stored) < promised {
		p.fault("%d bytes were acknowledged, %d are stored", promised, len(stored))
		p.lost = t.share(int64(promised - min(alike, promised)))
	}
	if t.complete {
		p.lost = max(p.lost, t.share(int64(len(made)-alike)))
	} else {
		p.unsaved = t.share(int64(max(0, len(made)-len(stored))))
	}
	if sum := sha256.Sum256(stored); t.finished() && t.promised.SHA256 != hex.EncodeToString(sum[:]) {
		p.fault("the receipt names another hash")
	}
}

// seen is what internal/mediacheck tells of a recording of the counter page.
type seen struct {
	Frames     int `json:"frames"`
	Unreadable int `json:"unreadable"`
	Backwards  int `json:"backwards"`
	FirstCount int `json:"first_count"`
	LastCount  int `json:"last_count"`
	Seconds    []struct {
		No       int      `json:"no"`
		Beep     *float64 `json:"beep"`
		OffsetMS *float64 `json:"offset_ms"`
	} `json:"seconds"`
}

// watchTab decodes what is stored and what plays, and compares them picture by picture and beep by beep.
func (w *world) watchTab(ctx context.Context, t *take, p *proof, stored []byte) error {
	files, err := w.segments(ctx, t.clip)
	if err != nil {
		return err
	}
	recorded, err := w.see(ctx, stored)
	if err != nil {
		return fmt.Errorf("the recording: %w", err)
	}
	played, err := w.see(ctx, slices.Concat(files...))
	if err != nil {
		return fmt.Errorf("what plays: %w", err)
	}
	p.frames = played.Frames
	for _, what := range recorded.missing(played, t.complete) {
		p.fault("%s", what)
	}
	for _, s := range played.Seconds {
		p.beeps += more(s.Beep != nil)
	}
	return nil
}

// missing tells what of a recording does not play. A recording that was cut off may end in the midst of a picture, which is none.
func (s seen) missing(played seen, whole bool) (out []string) {
	last := more(!whole)
	if played.Frames < s.Frames-last || played.LastCount < s.LastCount-2*last || played.FirstCount != s.FirstCount {
		out = append(out, fmt.Sprintf("%d pictures play, the counts %d to %d; recorded were %d, %d to %d",
			played.Frames, played.FirstCount, played.LastCount, s.Frames, s.FirstCount, s.LastCount))
	}
	if played.Unreadable > s.Unreadable || played.Backwards > 0 {
		out = append(out, fmt.Sprintf("%d pictures that play cannot be read, %d step back", played.Unreadable, played.Backwards))
	}
	for i, want := range s.Seconds[:max(0, len(s.Seconds)-last)] {
		switch {
		case want.OffsetMS == nil: // the browser had no time for it
		case i >= len(played.Seconds) || played.Seconds[i].No != want.No || played.Seconds[i].OffsetMS == nil:
			out = append(out, fmt.Sprintf("the beep of second %d does not play", want.No))
		case math.Abs(*played.Seconds[i].OffsetMS-*want.OffsetMS) > beepMoved:
			out = append(out, fmt.Sprintf("the beep of second %d is moved by %.0f ms", want.No, *played.Seconds[i].OffsetMS-*want.OffsetMS))
		}
	}
	return out
}

// see runs the analyser.
func (w *world) see(ctx context.Context, recording []byte) (s seen, err error) {
	f, err := os.CreateTemp(w.dir, "see-*")
	if err != nil {
		return s, fmt.Errorf("make a file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(recording)
	if err = errors.Join(err, f.Close()); err != nil {
		return s, fmt.Errorf("write a file: %w", err)
	}
	var said bytes.Buffer
	c := exec.CommandContext(ctx, w.opt.check, f.Name())
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		return s, fmt.Errorf("%w: %s", err, said.Bytes())
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return s, fmt.Errorf("read the analyser's answer: %w", err)
	}
	return s, nil
}
