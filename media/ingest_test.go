package media_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/media"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" { //nolint:forbidigo // how a test tells its own child
		child()
		return
	}
	goleak.VerifyTestMain(m)
}

const mkvType = "video/x-matroska;codecs=avc1,opus"

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("../testdata/media", name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// chunks cuts a recording as a timeslice does.
func chunks(b []byte, size int) [][]byte {
	var out [][]byte
	for len(b) > 0 {
		n := min(size, len(b))
		out = append(out, b[:n])
		b = b[n:]
	}
	return out
}

func hexSum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (b *bench) append(tb testing.TB, clip domain.ClipID, mime string, seq int, chunk []byte) media.State {
	tb.Helper()
	s, err := b.Append(tb.Context(), clip, mime, int64(seq), chunk, sha256.Sum256(chunk))
	if err != nil {
		tb.Fatalf("chunk %d: %v", seq, err)
	}
	return s
}

func asRefused(err error, r **media.Refused) bool { return errors.As(err, r) }

func reason(err error) media.Reason {
	if r, ok := errors.AsType[*media.Refused](err); ok {
		return r.Reason
	}
	return media.Reason("not refused")
}

// decodes fails the test when ffmpeg has anything to say about a file, and returns its length.
func decodes(tb testing.TB, file string) {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "ffmpeg", "-v", "warning", "-xerror", "-i", file, "-enc_time_base:v", "1:90000", "-f", "null", "-").CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		tb.Errorf("ffmpeg on %s: %v\n%s", filepath.Base(file), err, out)
	}
}

func TestRecordingIsBitExactAndPlayable(t *testing.T) {
	t.Parallel()
	for name, mime := range map[string]string{
		"avc1-opus.mkv":        mkvType,
		"avc3-opus.mp4":        "video/mp4;codecs=avc3.640015,opus",
		"vp9-opus.webm":        "video/webm;codecs=vp9,opus",
		"opus.webm":            "audio/webm;codecs=opus",
		"avc3-opus-resize.mp4": "video/mp4;codecs=avc3.640015,opus",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			clip := b.store.clip(domain.KindScreen)
			data := sample(t, name)
			list := chunks(data, 3000)
			for i, c := range list {
				if s := b.append(t, clip, mime, i, c); s.NextSeq != int64(i+1) {
					t.Fatalf("next is %d after chunk %d", s.NextSeq, i)
				}
			}
			s, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data))
			if err != nil {
				t.Fatal(err)
			}
			if s.State != "finished" || s.SHA256 != hexSum(data) || s.Bytes != int64(len(data)) || s.StoredSeq != int64(len(list)) || s.DurationMS < 7900 {
				t.Errorf("finished as %+v", s)
			}
			if !bytes.Equal(b.source(t, clip), data) {
				t.Error("the stored source is not what was sent")
			}
			for _, f := range b.files(t, clip) {
				decodes(t, f)
			}
			if o := b.store.get(clip).Outcome; o.NeedsImport || o.Failure != "" || o.HasAudio != strings.Contains(mime, "opus") {
				t.Errorf("outcome %+v", o)
			}
			if left, _ := os.ReadDir(filepath.Join(b.dir, "spool")); len(left) > 0 || b.SpoolUsed() != 0 {
				t.Errorf("the spool still holds %v, %d bytes", left, b.SpoolUsed())
			}
			again, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data))
			if err != nil || again.SHA256 != s.SHA256 {
				t.Errorf("the same finish again: %+v, %v", again, err)
			}
			_, err = b.Append(t.Context(), clip, mime, int64(len(list)), []byte("x"), sha256.Sum256([]byte("x")))
			if reason(err) != media.ReasonFinished {
				t.Errorf("a chunk after the end: %v", err)
			}
		})
	}
}

func TestWhatCannotBeCopiedIsKeptForImport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, kind := range map[string]domain.ClipKind{"vp8-opus.webm": domain.KindScreen, "avc1.mp4": domain.KindUpload, "README.md": domain.KindCamera} {
		clip := b.store.clip(kind)
		data := sample(t, name)
		b.append(t, clip, "video/webm", 0, data)
		if _, err := b.Finish(t.Context(), clip, 1, ""); err != nil {
			t.Fatal(err)
		}
		o := b.store.get(clip).Outcome
		if !o.NeedsImport || o.Reason == "" || o.SHA256 != hexSum(data) || !bytes.Equal(b.source(t, clip), data) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	clip := b.store.clip(domain.KindCamera)
	if _, err := b.Finish(t.Context(), clip, 0, ""); err != nil || b.store.get(clip).Outcome.Failure == "" {
		t.Errorf("an empty recording: %v, %+v", err, b.store.get(clip).Outcome)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.Limits.Bytes = 1000 })
	ctx := t.Context()
	clip := b.store.clip(domain.KindScreen)
	one, two := []byte("one"), []byte("two")
	b.append(t, clip, mkvType, 0, one)
	b.append(t, clip, mkvType, 0, one) // the same again is fine
	send := func(mime string, seq int64, data []byte, sum [32]byte) error {
		_, err := b.Append(ctx, clip, mime, seq, data, sum)
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		want media.Reason
	}{
		{"another chunk under the same number", send(mkvType, 0, two, sha256.Sum256(two)), media.ReasonDifferent},
		{"a digest of something else", send(mkvType, 1, one, sha256.Sum256(two)), media.ReasonDigest},
		{"far ahead", send(mkvType, 40, one, sha256.Sum256(one)), media.ReasonAhead},
		{"another type", send("video/webm;codecs=vp9", 1, one, sha256.Sum256(one)), media.ReasonType},
		{"no media", send("text/html", 1, one, sha256.Sum256(one)), media.ReasonType},
		{"too large for the recording", send(mkvType, 1, make([]byte, 2000), sha256.Sum256(make([]byte, 2000))), media.ReasonRecordingTooLarge},
		{"too large a chunk", send(mkvType, 1, make([]byte, media.MaxChunkBytes+1), [32]byte{}), media.ReasonChunkTooLarge},
	} {
		if reason(c.err) != c.want {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	if _, err := b.Finish(ctx, clip, 5, ""); reason(err) != media.ReasonMissing {
		t.Errorf("finish with chunks missing: %v", err)
	}
	if _, err := b.Finish(ctx, clip, 1, hexSum(two)); reason(err) != media.ReasonSHA256 {
		t.Errorf("finish with another hash: %v", err)
	}
	if _, err := b.Append(ctx, domain.NewID[domain.ClipID](), mkvType, 0, one, sha256.Sum256(one)); domain.KindOf(err) != domain.KindNotFound {
		t.Errorf("an unknown clip: %v", err)
	}
}

// TestChunksInAnyOrder sends several at once, as parallel connections do, some twice.
func TestChunksInAnyOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	list := chunks(data, 1000)
	work := make(chan int)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for i := range work {
				for range 1 + i%2 {
					if _, err := b.Append(t.Context(), clip, mkvType, int64(i), list[i], sha256.Sum256(list[i])); err != nil {
						t.Errorf("chunk %d: %v", i, err)
					}
				}
			}
		})
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := 0; i < len(list); i += 4 {
		for _, k := range rnd.Perm(min(4, len(list)-i)) {
			work <- i + k
		}
	}
	close(work)
	wg.Wait()
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil {
		t.Fatal(err)
	}
}

// TestAbandonedRecordingGoesOn: published up to its last chunk, then continued under the same link.
func TestAbandonedRecordingGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	list := chunks(data, 1000)
	half := len(list)*5/8 + 1
	for i, c := range list[:half] {
		b.append(t, clip, mkvType, i, c)
	}
	s, err := b.Abandon(t.Context(), clip)
	if err != nil || s.State != "abandoned" || s.DurationMS < 4500 || s.DurationMS > 5500 {
		t.Fatalf("abandoned: %+v, %v", s, err)
	}
	for _, f := range b.files(t, clip) {
		decodes(t, f)
	}
	if s, err = b.Status(t.Context(), clip); err != nil || s.State != "abandoned" || s.NextSeq != int64(half) {
		t.Fatalf("status: %+v, %v", s, err)
	}
	for i, c := range list[half:] {
		b.append(t, clip, mkvType, half+i, c)
	}
	if s, err = b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil || s.DurationMS < 7900 {
		t.Fatalf("finished: %+v, %v", s, err)
	}
	for _, f := range b.files(t, clip) {
		decodes(t, f)
	}
	if !bytes.Equal(b.source(t, clip), data) {
		t.Error("the stored source is not what was sent")
	}
}

// TestObjectStoreAwayLosesNothing: chunks are acknowledged on, up to the spool's limit; then it says when to come again.
func TestObjectStoreAwayLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.SpoolBytes = 60_000 })
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	list := chunks(data, 2000)
	b.objects.fault(errors.New("store is away"))
	i := 0
	for ; ; i++ {
		_, err := b.Append(t.Context(), clip, mkvType, int64(i), list[i], sha256.Sum256(list[i]))
		if err == nil {
			continue
		}
		var r *media.Refused
		if !errors.As(err, &r) || r.Status != 503 || r.RetryAfter == 0 || r.NextSeq != int64(i) || reason(err) != media.ReasonSpoolFull {
			t.Fatalf("chunk %d: %v", i, err)
		}
		break
	}
	if i < 20 {
		t.Errorf("only %d chunks fitted", i)
	}
	trouble := func() media.Reason {
		s, err := b.Status(t.Context(), clip)
		if err != nil {
			t.Fatal(err)
		}
		return s.Trouble
	}
	b.until(t, "its sender can see why", func() bool { return trouble() == media.ReasonStoreAway })
	b.objects.fault(nil)
	b.until(t, "its sender can see that it is over", func() bool { return trouble() == "" })
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for i < len(list) {
		if _, err := b.Append(t.Context(), clip, mkvType, int64(i), list[i], sha256.Sum256(list[i])); err != nil {
			<-retry.C
			continue
		}
		i++
	}
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.source(t, clip), data) {
		t.Error("the stored source is not what was sent")
	}
}

// TestAnotherNodeGoesOn: the spool of the first is lost whole; what was stored is gone on with.
func TestAnotherNodeGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "vp9-opus.webm")
	const mime = "video/webm;codecs=vp9,opus"
	list := chunks(data, 1000)
	for i, c := range list[:60] {
		b.append(t, clip, mime, i, c)
	}
	if _, err := b.Abandon(t.Context(), clip); err != nil { // brings all to the store
		t.Fatal(err)
	}
	first := b.Ingest
	other := &bench{store: b.store, objects: b.objects, dir: t.TempDir()}
	other.start(t)
	for i := 60; i < 80; i++ {
		other.append(t, clip, mime, i, list[i])
	}
	// The first node comes back to it and takes over: the store knows 60, the other's spool holds the rest.
	s, err := first.Append(t.Context(), clip, mime, 60, list[60], sha256.Sum256(list[60]))
	if err != nil || s.NextSeq != 61 {
		t.Fatalf("take-over: %+v, %v", s, err)
	}
	for i := 61; i < len(list); i++ {
		b.append(t, clip, mime, i, list[i])
	}
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.source(t, clip), data) {
		t.Error("the stored source is not what was sent")
	}
	for _, f := range b.files(t, clip) {
		decodes(t, f)
	}
}

func TestRestIsPutAwayAndTakenUp(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *media.Config) { c.IdleAfter = time.Millisecond })
	clip := b.store.clip(domain.KindScreen)
	data := sample(t, "avc1-opus.mkv")
	list := chunks(data, 20_000)
	for i, c := range list {
		b.append(t, clip, mkvType, i, c)
	}
	if _, err := b.Finish(t.Context(), clip, int64(len(list)), hexSum(data)); err != nil {
		t.Fatal(err)
	}
}

func TestUploadIsResumable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clip := b.store.clip(domain.KindUpload)
	data := make([]byte, 5<<20+77)
	for i := range data {
		data[i] = byte(i * 31 >> 3)
	}
	up := func(offset int64, body []byte, cut error) (media.State, error) {
		r := &cutReader{b: body, err: cut}
		return b.AppendAt(t.Context(), clip, media.Upload{MimeType: "video/mp4", Offset: offset, DeclaredBytes: int64(len(data)), Body: r})
	}
	cut := io.ErrUnexpectedEOF // as net/http says it
	s, err := up(0, data[:3_000_000], cut)
	if !errors.Is(err, cut) || s.Bytes != 3_000_000 {
		t.Fatalf("after the cut: %+v, %v", s, err)
	}
	if s, err = up(0, data, nil); reason(err) != media.ReasonOffset || s.Bytes != 3_000_000 {
		t.Fatalf("a wrong offset: %+v, %v", s, err)
	}
	if s, err = up(3_000_000, data[3_000_000:], nil); err != nil || s.State != "finished" || s.SHA256 != hexSum(data) {
		t.Fatalf("the rest: %+v, %v", s, err)
	}
	if o := b.store.get(clip).Outcome; !o.NeedsImport || !bytes.Equal(b.source(t, clip), data) {
		t.Errorf("outcome %+v", o)
	}
}

// cutReader gives b and then err, as a connection that breaks.
type cutReader struct {
	b   []byte
	err error
}

func (r *cutReader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}
