package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baton/blob"
	"baton/config"
	"baton/domain"
	"baton/postgres"
)

// strayAge is how old an object has to be that nothing points at: younger ones may be on their way into a row.
const strayAge = 24 * time.Hour

// repair compares the rows with the objects and with this node's spool. What it deletes is known to be of no use: nothing that was
// acknowledged, and nothing whose clip it does not know, for the database may be an old copy.
type repair struct {
	clips  postgres.Clips
	takes  postgres.Recordings
	bucket *blob.Bucket
	out    io.Writer
	now    time.Time

	checked, objects, strays, unknown int
	missing                           []string
}

// repairAll prints what it found and did, and returns how many things it could not put right.
func repairAll(ctx context.Context, cfg *config.Config, out io.Writer) (bad int, err error) {
	db, err := openDatabase(ctx, cfg.Data, false, quiet())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	o, err := openObjects(ctx, cfg.Dir, cfg.S3, false, quiet())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	r := &repair{clips: db.stores.Clips, takes: db.stores.Recordings, bucket: o.Bucket, out: out, now: time.Now()}
	return r.run(ctx, cfg)
}

func (r *repair) run(ctx context.Context, cfg *config.Config) (bad int, err error) {
	waiting, err := r.clips.Requeue(ctx)
	if err != nil {
		return 0, err //nolint:wrapcheck // says what it did
	}
	r.say(true, "jobs", "%d clips are being imported or purged; each has its job in the queue", waiting)
	if err := r.known(ctx); err != nil {
		return 0, err
	}
	r.say(len(r.missing) == 0, "objects", "%d objects of %d clips compared, %d left over from interrupted work deleted, %d missing", r.objects, r.checked, r.strays, len(r.missing))
	for _, key := range r.missing {
		fmt.Fprintf(r.out, "                  missing: %s\n", key)
	}
	if err := r.strangers(ctx); err != nil {
		return 0, err
	}
	r.say(r.unknown == 0, "strangers", "%d clips have objects and no row", r.unknown)
	if r.unknown > 0 {
		fmt.Fprintf(r.out, "                  mend: is the database an old copy? Then put the newer one back. If not, delete these objects by hand\n")
	}
	if err := r.spool(ctx, filepath.Join(cfg.Dir, "spool")); err != nil {
		return 0, err
	}
	silent, err := r.takes.Abandoned(ctx, cfg.AbandonAfter+10*time.Minute, 1000)
	if err != nil {
		return 0, err //nolint:wrapcheck // says what it did
	}
	r.say(len(silent) == 0, "recordings", "%d are silent for longer than BATON_ABANDON_AFTER and were not ended", len(silent))
	if len(silent) > 0 {
		fmt.Fprintf(r.out, "                  mend: start a node with the role worker: it ends them within a minute\n")
	}
	return len(r.missing) + r.unknown + len(silent), nil
}

func (r *repair) say(well bool, name, format string, args ...any) {
	mark := "ok "
	if !well {
		mark = "BAD"
	}
	fmt.Fprintf(r.out, "%s  %-12s %s\n", mark, name, fmt.Sprintf(format, args...))
}

// known walks over the clips that the rows know.
func (r *repair) known(ctx context.Context) error {
	const page = 500
	for after := domain.ClipID(""); ; {
		clips, err := r.clips.IDs(ctx, after, page)
		if err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		for _, c := range clips {
			if err := r.clip(ctx, c); err != nil {
				return fmt.Errorf("compare clip %s: %w", c.ID, err)
			}
			after = c.ID
		}
		if len(clips) < page {
			return nil
		}
	}
}

// clip compares one clip's objects with its rows. The objects are listed first: a row is written after its object.
func (r *repair) clip(ctx context.Context, c domain.Clip) error {
	have, err := r.list(ctx, blob.Keys{}.Clip(c.WorkspaceID, c.ID))
	if err != nil {
		return err
	}
	o, err := r.clips.Objects(ctx, c.ID)
	if domain.KindOf(err) == domain.KindNotFound {
		return nil // purged just now
	} else if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	r.checked++
	r.objects += len(have)
	want := keysOf(o)
	for key := range want {
		if _, ok := have[key]; ok {
			continue
		}
		if gone, err := r.gone(ctx, c.ID, key); err != nil {
			return err
		} else if gone {
			r.missing = append(r.missing, key)
		}
	}
	var strays []string
	for key, info := range have {
		if o.Settled && !want[key] && blob.MadeOfRecording(key) && r.now.Sub(info.ModifiedAt) > strayAge {
			strays = append(strays, key)
		}
	}
	r.strays += len(strays)
	return r.bucket.Delete(ctx, strays...) //nolint:wrapcheck // says what it did
}

// keysOf are all keys that a clip's rows name.
func keysOf(o domain.ClipObjects) map[string]bool {
	want := make(map[string]bool, len(o.Keys)+o.SourceParts)
	for _, k := range o.Keys {
		want[k] = true
	}
	for n := range o.SourceParts {
		want[blob.Keys{}.SourcePart(o.WorkspaceID, o.ClipID, n, domain.SourceAttempt(o.SourceRuns, n))] = true
	}
	return want
}

// gone looks again: the object may have come after the list was made, or the row have been replaced since.
func (r *repair) gone(ctx context.Context, id domain.ClipID, key string) (bool, error) {
	if _, err := r.bucket.Head(ctx, key); domain.KindOf(err) != domain.KindNotFound {
		return false, err //nolint:wrapcheck // says what it did
	}
	o, err := r.clips.Objects(ctx, id)
	if domain.KindOf(err) == domain.KindNotFound {
		return false, nil
	}
	return keysOf(o)[key], err //nolint:wrapcheck // says what it did
}

func (r *repair) list(ctx context.Context, prefix string) (map[string]blob.Info, error) {
	const page = 1000
	have := map[string]blob.Info{}
	for after := ""; ; {
		found, err := r.bucket.List(ctx, prefix, after, page)
		if err != nil {
			return nil, err //nolint:wrapcheck // says what it did
		}
		for _, i := range found {
			have[i.Key], after = i, i.Key
		}
		if len(found) < page {
			return have, nil
		}
	}
}

// strangers walks over the clips that the object store knows, a key each, and counts those that have no row.
func (r *repair) strangers(ctx context.Context) error {
	for after := ""; ; {
		found, err := r.bucket.List(ctx, "w/", after, 1)
		if err != nil || len(found) == 0 {
			return err //nolint:wrapcheck // says what it did
		}
		part := strings.SplitN(found[0].Key, "/", 5) // w, workspace, c, clip, …
		if len(part) < 5 || part[2] != "c" {
			after = found[0].Key
			continue
		}
		_, err = r.clips.Rights(ctx, domain.ClipID(part[3]))
		if domain.KindOf(err) == domain.KindNotFound {
			r.unknown++
			fmt.Fprintf(r.out, "                  no row: %s\n", strings.Join(part[:4], "/"))
		} else if err != nil {
			return err //nolint:wrapcheck // says what it did
		}
		after = strings.Join(part[:4], "/") + "0" // the character behind the slash
	}
}

// spool deletes what this node kept of recordings that are finished. One of an unknown clip stays.
func (r *repair) spool(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read the spool: %w", err)
	}
	open, dropped, unknown := 0, 0, 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() || !domain.ValidID(e.Name()) {
			continue // ended just now
		}
		take, err := r.takes.Take(ctx, domain.ClipID(e.Name()))
		end := take.Recording.EndReason
		switch {
		case domain.KindOf(err) == domain.KindNotFound:
			unknown++
		case err != nil:
			return err //nolint:wrapcheck // says what it did
		case (end == domain.EndFinished || end == domain.EndCancelled) && r.now.Sub(info.ModTime()) > strayAge:
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("clear the spool: %w", err)
			}
			dropped++
		default:
			open++
		}
	}
	r.say(true, "spool", "%d recordings are open, %d that are finished were removed, %d of unknown clips are kept for a week", open, dropped, unknown)
	return nil
}
