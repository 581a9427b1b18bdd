package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"baton/domain"
	"baton/transcode"
	"baton/transcribe"
)

const (
	// soundPoll is how often a recording that goes on is looked at.
	soundPoll = 300 * time.Millisecond
	// soundAtLeastMS is what is worth a decoder of its own while more is coming.
	soundAtLeastMS = 1000
	// soundSegments bounds what is fetched at once, about a minute, so that hours fill neither disk nor memory.
	soundSegments = 32
	// leadInMS before the place to begin is decoded too, because decoders need a start.
	leadInMS = 500
	// turn is how long a run has before it lets a clip that waits come first, and waitsLong when one does.
	turn      = time.Minute
	waitsLong = 2 * time.Second
	// restAfter is how long a run waits for more before it gives its memory back, and restPause how long it
	// rests at most: new sound wakes it.
	restAfter = 20 * time.Second
	restPause = 10 * time.Second
	// awaitedMS: of a recording that has ended, so much or less that is left is awaited as if it went on.
	awaitedMS = 120_000
)

// sound reads the PCM of a clip from one moment on, in pieces as they were recorded, and waits for more while the
// recording goes on. It ends with io.EOF at the end of the recording, and with *waiting when nothing came for long.
type sound struct {
	ctx  context.Context //nolint:containedctx // lives as long as one step
	r    *Runner
	clip domain.ClipID
	// atMS is up to where it was given out, endMS the end of what is recorded.
	atMS, endMS int64
	// live: the recording went on when it was last looked at.
	live bool
	// awaited: somebody waits for the words.
	awaited      bool
	began, moved time.Time
	pcm          []byte // decoded and not read yet; 2 MB a minute
	probed       transcode.Probed
}

func (r *Runner) sound(ctx context.Context, clip domain.ClipID, fromMS int64) *sound {
	return &sound{ctx: ctx, r: r, clip: clip, atMS: fromMS, began: time.Now(), moved: time.Now(), probed: transcode.Probed{}}
}

// Read implements io.Reader.
func (s *sound) Read(p []byte) (int, error) {
	if len(s.pcm) == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.pcm)
	s.pcm = s.pcm[n:]
	return n, nil
}

// next decodes what follows, and waits for it.
func (s *sound) next() error {
	for {
		found, err := s.look()
		if err != nil {
			return err
		}
		if others, err := s.othersWait(); err != nil {
			return err
		} else if others {
			return &waiting{reason: "waiting while other clips have their turn"}
		}
		if len(found.segments) > 0 {
			if s.pcm, err = s.decode(found); err != nil {
				return err
			}
			s.atMS = end(found.segments)
			return nil
		}
		if !s.live {
			return io.EOF
		}
		if time.Since(s.moved) > restAfter {
			return resting()
		}
		select {
		case <-time.After(soundPoll):
		case <-s.ctx.Done():
			return s.ctx.Err() //nolint:wrapcheck // a reader
		}
	}
}

// othersWait tells whether it is another clip's turn. What this one has not settled is heard again, so turns are long.
func (s *sound) othersWait() (bool, error) {
	if time.Since(s.began) < turn {
		return false, nil
	}
	return s.r.queued(s.ctx, queueSpeech, waitsLong)
}

func resting() *waiting {
	return &waiting{reason: "waiting for the recording to go on", pause: restPause}
}

// footage is a stretch of a rendition.
type footage struct {
	inits    []domain.InitSegment
	segments []domain.Segment
}

// look finds what follows; no segments: nothing does, or not yet enough.
func (s *sound) look() (footage, error) {
	rendition, inits, segments, err := s.r.Store.RenditionFrom(s.ctx, s.clip, domain.SourceRendition, max(0, s.atMS-leadInMS), soundSegments)
	if err != nil {
		return footage{}, fmt.Errorf("read source rendition: %w", err)
	}
	s.live = !rendition.Complete
	most := end(segments)
	if most > s.endMS {
		s.endMS, s.moved = most, time.Now()
	}
	if fresh := most - s.atMS; fresh <= 0 || s.live && fresh < soundAtLeastMS {
		return footage{}, nil
	}
	return footage{inits, segments}, nil
}

// decode gives the PCM of what follows, whole: ffmpeg must not wait for the engine, nor others for ffmpeg.
func (s *sound) decode(found footage) (pcm []byte, err error) {
	box, err := s.r.Tools.Box()
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	if s.awaited {
		box.Hurry()
	}
	take, err := s.r.Tools.OpenPiece(s.ctx, box, found.inits, found.segments, s.r.Media.Get, s.probed)
	if err != nil {
		return nil, fmt.Errorf("open source rendition: %w", err)
	}
	to := end(found.segments)
	if !take.HasAudio() {
		return make([]byte, (to-s.atMS)*transcribe.BytesPerMS), nil
	}
	from, err := s.r.Tools.PCM(s.ctx, take, 0, s.atMS)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if pcm, err = io.ReadAll(from); err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	return pcm, nil
}
