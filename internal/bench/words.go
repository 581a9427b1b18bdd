package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"baton/internal/load"
	"baton/internal/proc"
)

const wordsAim = 0.5

// measureWords transcribes by the command line, and by a server after a recording.
func measureWords(ctx context.Context, opt options, r *report) (err error) {
	t := r.aims("Words", fmt.Sprintf("A screen recording of %s with people speaking. The command has the machine to itself; the server also makes thumbnails and renditions "+
		"of the same recording at the same time.", opt.spoken))
	src, err := newSources(ctx, opt.data)
	if err != nil {
		return err
	}
	s, err := running(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.remove()) }()
	file, err := src.file(s.dir, opt.spoken)
	if err != nil {
		return err
	}
	began, used := time.Now(), proc.Own()
	if _, err := s.command(ctx, "transcribe", "--format", "txt", file); err != nil {
		return err
	}
	alone := time.Since(began).Seconds() / opt.spoken.Seconds()
	t.add("`baton transcribe`: real-time factor, decoding and loading the model included",
		fmt.Sprintf("%.3f (%.3f in processor time)", alone, (proc.Own()-used).Seconds()/opt.spoken.Seconds()), "", "")
	take, err := src.recording(opt.spoken, true)
	if err != nil {
		return err
	}
	id, _, sent, err := s.record(ctx, carriers()[0], take, max(0, opt.spoken-inTime))
	if err != nil {
		return err
	}
	memory := s.watchMemory(ctx)
	words, rest, err := s.settled(ctx, id)
	most := memory()
	if err != nil {
		return err
	}
	share := (sent.Finish + words).Seconds() / opt.spoken.Seconds()
	t.aimed("transcript complete after stop, as a share of the clip's length", fmt.Sprintf("%.2f (%s)", share, nice(sent.Finish+words)), fmt.Sprintf("at most %.1f", wordsAim), share <= wordsAim)
	t.add("everything made of it (renditions, pictures, chapters) after stop, as a share of the clip's length", fmt.Sprintf("%.2f (%s)", rest.Seconds()/opt.spoken.Seconds(), nice(rest)), "", "")
	t.add("most memory of all processes together meanwhile, database, speech engine and encoders included, in the first quarter and in the last", most, "", "")
	stored, err := size(filepath.Join(s.dir, "d", "s3", "objects"))
	if err != nil {
		return err
	}
	t.add(fmt.Sprintf("disk for a recorded minute at %.1f Mbit/s: the encoder's bytes, what is played of them, renditions, pictures", load.Mbits), fmt.Sprintf("%.1f MiB", float64(stored)/(1<<20)/opt.spoken.Minutes()), "", "")
	if err := measureLive(ctx, opt, s, src, t); err != nil {
		return err
	}
	r.sum("transcript after %.2f × the clip's length, real-time factor %.3f", share, alone)
	return nil
}

// size of all files below a folder, in bytes.
func size(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// settled waits for a clip's transcript, and for the rest that is made of it.
func (s *server) settled(ctx context.Context, id string) (words, rest time.Duration, err error) {
	began := time.Now()
	if words, err = s.worded(ctx, id); err != nil {
		return words, 0, err
	}
	err = poll(ctx, 100*time.Millisecond, time.Hour, func() (bool, error) {
		c, err := s.clip(ctx, id)
		return err == nil && len(c.Work) == 0, err
	})
	return words, time.Since(began), err
}

// worded waits for a clip's transcript.
func (s *server) worded(ctx context.Context, id string) (time.Duration, error) {
	began := time.Now()
	err := poll(ctx, 100*time.Millisecond, time.Hour, func() (bool, error) {
		c, err := s.clip(ctx, id)
		if err != nil {
			return false, err
		}
		if c.TranscriptState == "failed" || c.TranscriptState == "no_speech" {
			return false, fmt.Errorf("the transcript is %s\n%s", c.TranscriptState, s.tail())
		}
		return c.TranscriptState == "done", nil
	})
	return time.Since(began), err
}
