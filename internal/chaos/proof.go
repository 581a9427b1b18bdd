package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/blob"
	s3server "baton/blob/embedded"
	"baton/domain"
	"baton/postgres"
	pgserver "baton/postgres/embedded"
)

const (
	// readyWait is how long a clip may take to be ready; that of one that nobody finished begins with the reaper, which comes once a minute.
	readyWait = 4 * time.Minute
	settle    = 20 * time.Minute
)

// proof is what was found of a take afterwards.
type proof struct {
	recorded time.Duration // what its encoder made
	lost     time.Duration // of what was acknowledged
	sameHash bool
	ready    bool
	jobsDone bool
	frames   int
	beeps    int           // that play; takes in a browser only
	unsaved  time.Duration // made by the encoder of a browser that was killed before it had written it down
	faults   []string      // what is not as it has to be
}

func (p *proof) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

// prove looks at what became of a take.
func (w *world) prove(ctx context.Context, t *take, l *look) *proof {
	if t.inBrowser {
		return w.proveTab(ctx, t, l)
	}
	p := &proof{}
	chunks, made, sum := t.kept.Made()
	p.recorded = t.share(made)
	if t.err != nil {
		p.fault("it was not finished: %v", t.err)
	}
	if chunks == 0 {
		p.sameHash = true // the tab was closed before the first chunk
		return p
	}
	acked, _, missing := t.kept.Told()
	if acked == 0 && t.receipt.State == "" {
		p.sameHash = true // nothing was promised
		return p
	}
	if missing > 0 {
		p.fault("%d chunks were wanted again after they had been stored", missing)
	}
	c, notReady := w.untilReady(ctx, t)
	p.ready = c.State == "ready"
	stored, err := l.stored(ctx, t.clip)
	if err != nil {
		p.fault("read what is stored: %v", err)
	}
	want := t.src.bytes[:made]
	if t.receipt.State == "" {
		want = want[:t.sizeOf(acked)] // nobody finished it: what was acknowledged counts
		if n := len(stored); n > len(want) && int64(n) <= made {
			want = t.src.bytes[:n] // more came than its sender heard of
		}
	} else if t.receipt.SHA256 != sum {
		p.fault("the receipt names another hash")
	}
	if p.sameHash = bytes.Equal(stored, want); !p.sameHash {
		p.fault("%d bytes are stored of %d, the first %d alike", len(stored), len(want), common(stored, want))
		p.lost = t.share(int64(len(want) - common(stored, want)))
	}
	if got := sha256.Sum256(stored); t.receipt.State != "" && hex.EncodeToString(got[:]) != sum && p.sameHash {
		p.fault("the hash is another")
	}
	w.watch(ctx, t, p, want, notReady)
	return p
}

// watch decodes what plays and compares the number of pictures with what the recording has.
func (w *world) watch(ctx context.Context, t *take, p *proof, want []byte, notReady error) {
	torn := len(want) < len(t.src.bytes)
	expected, err := framesOf(ctx, w.dir, want, torn)
	if err != nil {
		p.fault("decode what was recorded: %v", err)
	}
	if notReady != nil {
		if expected > 0 { // else it ended before its first picture, and there is nothing to be ready
			p.fault("%v", notReady)
		}
		return
	}
	if p.frames, err = w.played(ctx, t.clip); err != nil {
		p.fault("play: %v", err)
	}
	// The last picture of a recording that ends in the midst of one is no picture.
	if short := expected - p.frames; short > 1 || short == 1 && !torn {
		p.fault("%d of %d pictures play", p.frames, expected)
		p.lost += p.recorded * time.Duration(short) / time.Duration(max(expected, 1))
	}
}

// played counts the pictures of a clip's source rendition, as its playlist names them.
func (w *world) played(ctx context.Context, id string) (int, error) {
	files, err := w.segments(ctx, id)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, f := range files {
		n, err := framesOf(ctx, w.dir, f, false)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

// segments gets what a finished playlist names: for each init segment, it and all segments that need it. They are decoded together,
// because ffmpeg's own HLS reader keeps the first one's parameters for all.
func (w *world) segments(ctx context.Context, id string) ([][]byte, error) {
	get := func(name string) ([]byte, error) {
		return w.node().ask(ctx, http.MethodGet, "/api/v1/clips/"+id+"/hls/source/"+name, w.token, nil)
	}
	list, err := get("index.m3u8")
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(list, []byte("#EXT-X-ENDLIST")) {
		return nil, errors.New("the playlist has no end")
	}
	var files [][]byte
	for line := range strings.Lines(string(list)) {
		line = strings.TrimSpace(line)
		if name, isMap := strings.CutPrefix(line, `#EXT-X-MAP:URI="`); isMap {
			line = strings.TrimSuffix(name, `"`)
			files = append(files, nil)
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		b, err := get(line)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, errors.New("the playlist names a segment before its init segment")
		}
		files[len(files)-1] = append(files[len(files)-1], b...)
	}
	return files, nil
}

// share is how much time some of the recording's bytes are.
func (t *take) share(bytes int64) time.Duration {
	return time.Duration(float64(t.src.long) * float64(bytes) / float64(len(t.src.bytes)))
}

// sizeOf is the size of the first chunks.
func (t *take) sizeOf(chunks int64) int {
	n := 0
	for _, c := range t.chunks[:chunks] {
		n += len(c)
	}
	return n
}

func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// untilReady waits until the recording has ended and the clip is ready.
func (w *world) untilReady(ctx context.Context, t *take) (c clip, err error) {
	err = poll(ctx, 300*time.Millisecond, readyWait, func() error {
		var e error
		if c, e = w.clip(ctx, t.clip); e != nil {
			return e
		}
		switch c.State {
		case "ready":
			return nil
		case "failed":
			return final{fmt.Errorf("the clip failed: %s", c.FailureReason)}
		}
		return fmt.Errorf("the clip is %s", c.State)
	})
	return c, err
}

// look is a view of the rows and objects themselves, past the server.
type look struct {
	rows   *postgres.DB
	bucket *blob.Bucket
}

// look opens the database and the object store beside the server, for f.
func (w *world) look(ctx context.Context, f func(*look) error) (err error) {
	pg, s3 := filepath.Join(w.dir, "pg"), filepath.Join(w.dir, "s3")
	if w.ground != cluster {
		pg, s3 = filepath.Join(w.nodes[0].data, "postgres"), filepath.Join(w.nodes[0].data, "s3")
	}
	db, err := pgserver.Start(ctx, pgserver.Options{Dir: pg})
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, db.Stop(ctx)) }()
	pool, err := pgxpool.New(ctx, db.DSN())
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer pool.Close()
	store, err := s3server.Start(ctx, s3server.Options{Dir: s3, Exe: w.opt.bin})
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer func() { err = errors.Join(err, store.Stop(ctx)) }()
	b, err := blob.Open(ctx, blob.Config{
		Endpoint: store.Endpoint(), Region: store.Region(), Name: bucketName, AccessKeyID: store.AccessKey(), SecretAccessKey: store.SecretKey(),
	})
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	defer b.Close()
	return f(&look{postgres.New(pool, nil), b})
}

// stored joins the source's parts as the object store has them.
func (l *look) stored(ctx context.Context, id string) ([]byte, error) {
	take, err := l.rows.Recordings.Take(ctx, domain.ClipID(id))
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it did
	}
	var all []byte
	for n := range take.Recording.SourceParts {
		r, err := l.bucket.Get(ctx, blob.Keys{}.SourcePart(take.Clip.WorkspaceID, take.Clip.ID, n, domain.SourceAttempt(take.Recording.SourceRuns, n)))
		if err != nil {
			return all, err //nolint:wrapcheck // says what it did
		}
		b, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return all, fmt.Errorf("read part %d: %w", n, err)
		}
		all = append(all, b...)
	}
	return all, nil
}

// settled waits until nothing is being done with a clip any more.
func (w *world) settled(ctx context.Context, t *take, p *proof) {
	if !p.ready {
		return
	}
	err := poll(ctx, time.Second, settle, func() error {
		c, err := w.clip(ctx, t.clip)
		if err != nil {
			return err
		}
		for _, x := range c.Work {
			if x.State == "failed" {
				return final{fmt.Errorf("%s failed: %s", x.Kind, x.Reason)}
			}
			if x.State != "done" {
				return fmt.Errorf("%s is %s: %s", x.Kind, x.State, x.Reason)
			}
		}
		if c.TranscriptState == "pending" || c.TranscriptState == "running" {
			return fmt.Errorf("the transcript is %s", c.TranscriptState)
		}
		return nil
	})
	if err == nil {
		err = w.equallyLong(ctx, t.clip)
	}
	if p.jobsDone = err == nil; err != nil {
		p.fault("%v", err)
	}
}

// equallyLong compares the renditions with the recording: of one that was continued they have to be made of the whole.
func (w *world) equallyLong(ctx context.Context, id string) error {
	c, err := w.clip(ctx, id)
	if err != nil {
		return err
	}
	long := map[string]float64{}
	for _, r := range c.Playback.Renditions {
		list, err := w.node().ask(ctx, http.MethodGet, "/api/v1/clips/"+id+"/hls/"+r.Name+"/index.m3u8", w.token, nil)
		if err != nil {
			return err
		}
		for _, m := range segmentLength.FindAllSubmatch(list, -1) {
			s, _ := strconv.ParseFloat(string(m[1]), 64) // the pattern is one of numbers
			long[r.Name] += s
		}
	}
	for name, s := range long {
		if math.Abs(s-long[domain.SourceRendition]) > 1 {
			return fmt.Errorf("rendition %s is %.1f s long, the recording %.1f s", name, s, long[domain.SourceRendition])
		}
	}
	return nil
}

var segmentLength = regexp.MustCompile(`#EXTINF:([0-9.]+)`)
