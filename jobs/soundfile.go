package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"baton/domain"
	"baton/rounds/reel"
	"baton/transcode"
	"baton/transcribe"
)

const (
	// wordsPatience is how long after its end a clip's sound waits for its words, which say where nobody speaks. Then it is made whole, and
	// anew when they come.
	wordsPatience = 30 * time.Minute
	// wordsPause is how often it looks; the end of a transcript wakes it.
	wordsPause = time.Minute
	// leastHeardMS must remain where silences are left out: less is no episode.
	leastHeardMS = 500
)

// soundFile makes the sound of what is played of a clip one file without what a reel leaves out: copied from the smallest rendition whose
// sound every program plays, or cut from it. While there is none, there is nothing to do: the ladder, and whoever makes an edit's version, queue
// this again when they have made one, and so does the end of a transcript. What is there already is not made again.
func (r *Runner) soundFile(ctx context.Context, clip domain.Clip, _ func(float64)) error {
	if clip.WordsComing() && time.Since(clip.ReadyAt) < wordsPatience {
		return &waiting{reason: "waiting for the words, which say where nobody speaks", pause: wordsPause}
	}
	name, err := r.smallestAAC(ctx, &clip)
	if err != nil || name == "" {
		return err
	}
	worth, err := r.worthHearing(ctx, &clip)
	if err != nil {
		return err
	}
	sound := domain.Sound{ClipID: clip.ID, EditNo: clip.EditNo, Holds: domain.ObjectVersion(fmt.Sprint(worth))}
	there, err := r.Store.Sound(ctx, clip.ID)
	if err != nil {
		return fmt.Errorf("read sound: %w", err)
	}
	if clip.SoundOf(there) && there.Holds == sound.Holds {
		return nil
	}
	sound.ObjectKey = r.Keys.Sound(clip.WorkspaceID, clip.ID, newAttempt())
	if err := r.cutSound(ctx, &clip, name, worth, &sound); err != nil {
		return err
	}
	replaced, err := r.Store.PutSound(ctx, sound)
	if err != nil {
		return errors.Join(fmt.Errorf("publish sound: %w", err), r.drop(ctx, []string{sound.ObjectKey}))
	}
	return r.drop(ctx, replaced)
}

// worthHearing is what is played of a clip but for the silences and hesitations that a reel leaves out, on the time line of the recording.
// What nobody listened to is all worth it.
func (r *Runner) worthHearing(ctx context.Context, clip *domain.Clip) (domain.Timeline, error) {
	kept := clip.Kept()
	if clip.TranscriptState != domain.TranscriptDone {
		return kept, nil
	}
	t, err := r.Store.Transcript(ctx, clip.ID)
	if err != nil {
		return nil, fmt.Errorf("read transcript: %w", err)
	}
	if len(t.Speech) == 0 {
		return kept, nil
	}
	var fillers []domain.Span
	for _, f := range transcribe.Fillers(t) {
		fillers = append(fillers, f.Span)
	}
	silences := transcribe.Silences(t.Speech, clip.DurationMS, transcribe.LeastSilenceMS)
	worth := domain.Timeline(reel.Without(kept, reel.Skips(silences, fillers, clip.DurationMS)))
	if worth.DurationMS() < leastHeardMS {
		return kept, nil
	}
	return worth, nil
}

// cutSound makes the file of a rendition's sound, stores it, and notes how large and how long it is.
func (r *Runner) cutSound(ctx context.Context, clip *domain.Clip, rendition string, worth domain.Timeline, sound *domain.Sound) (err error) {
	_, inits, segments, err := r.Store.Rendition(ctx, clip.ID, rendition)
	if err != nil {
		return fmt.Errorf("read rendition: %w", err)
	}
	box, err := r.Tools.Box()
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	take, err := r.Tools.OpenStored(ctx, box, inits, segments, r.Media.Get)
	if err != nil {
		return fmt.Errorf("open rendition: %w", err)
	}
	if take, err = played(take, clip.Kept(), worth); err != nil {
		return err
	}
	path, durationMS, err := r.Tools.SoundFile(ctx, take)
	if err != nil {
		return fmt.Errorf("make sound: %w", err)
	}
	sound.DurationMS = durationMS
	sound.Bytes, err = r.storeSound(ctx, sound.ObjectKey, path)
	return err
}

// played is what is worth hearing of a take that holds all that is kept of a recording, end to end.
func played(take transcode.Take, kept, worth domain.Timeline) (transcode.Take, error) {
	if worth.DurationMS() == kept.DurationMS() {
		return take, nil
	}
	var spans []domain.Span
	for _, s := range worth {
		spans = domain.AppendSpans(spans, kept.PlayedSpan(s))
	}
	return take.Kept(spans) //nolint:wrapcheck // carries the words for people
}

// smallestAAC names the complete rendition with AAC that takes the least; none: empty.
func (r *Runner) smallestAAC(ctx context.Context, clip *domain.Clip) (string, error) {
	if len(clip.Cuts) > 0 && !clip.Rendered() {
		return "", nil
	}
	all, err := r.Store.Renditions(ctx, clip)
	if err != nil {
		return "", fmt.Errorf("read renditions: %w", err)
	}
	name, least := "", int64(0)
	for _, x := range all {
		if x.Complete && strings.Contains(x.Codecs, "mp4a") && (name == "" || x.Bandwidth < least) {
			name, least = x.Name, x.Bandwidth
		}
	}
	return name, nil
}

func (r *Runner) storeSound(ctx context.Context, key, path string) (bytes int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open made file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("read made file: %w", err)
	}
	if err := r.Media.PutFile(ctx, key, "audio/mp4", f); err != nil {
		return 0, fmt.Errorf("store sound: %w", err)
	}
	return info.Size(), nil
}
