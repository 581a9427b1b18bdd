package media_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"baton/domain"
	"baton/media"
	"baton/media/loadgen"
)

// chunkServer serves docs/protocol.md as api does, for /{clip}/….
func chunkServer(tb testing.TB, in *media.Ingest, d *media.Door) *httptest.Server {
	tb.Helper()
	handle := func(w http.ResponseWriter, r *http.Request) error {
		p := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		clip := domain.ClipID(p[0])
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		answer := func(v any, err error) error {
			if err == nil {
				err = json.NewEncoder(w).Encode(v)
			}
			return err
		}
		switch p[1] {
		case "chunks":
			sum, err := media.ParseContentDigest(r.Header.Get("Content-Digest"))
			if err != nil {
				return err
			}
			seq, err := strconv.ParseInt(p[2], 10, 64)
			if err != nil {
				return err
			}
			return answer(in.Append(r.Context(), clip, r.Header.Get("Content-Type"), seq, body, sum))
		case "finish":
			var f struct {
				Chunks int64  `json:"chunks"`
				SHA256 string `json:"sha256"`
			}
			if err := json.Unmarshal(body, &f); err != nil {
				return err
			}
			return answer(in.Finish(r.Context(), clip, f.Chunks, f.SHA256))
		case "channel":
			sdp, err := d.Channel(r.Context(), clip, string(body))
			if err == nil {
				_, err = io.WriteString(w, sdp)
			}
			return err
		}
		return errors.New("no such path")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var refused *media.Refused
		if err := handle(w, r); asRefused(err, &refused) {
			http.Error(w, err.Error(), refused.Status)
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	tb.Cleanup(s.Close)
	return s
}

func TestLoadGeneratorOnEachPlane(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.door(t)
	s := chunkServer(t, b.Ingest, d)
	src := source(t, "avc1-opus.mkv")
	rec := func() *loadgen.Recorder {
		return &loadgen.Recorder{
			URL: s.URL + "/" + string(b.store.clip(domain.KindScreen)), Source: src, MimeType: mkvType, Fast: true,
			Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Settings: loopback(),
		}
	}
	for name, record := range map[string]func(context.Context) (loadgen.Result, error){"http": rec().HTTP, "data channel": rec().DataChannel} {
		r, err := record(t.Context())
		if err != nil || r.Bytes != int64(len(src.Bytes)) || len(r.Acks) < 30 || r.P95() <= 0 || r.Finish <= 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// BenchmarkPlane plays N recordings of 2.5 Mbit/s at once in real time (8 s each), publishers and server in one
// process. BATON_BENCH_N sets N.
func BenchmarkPlane(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("BATON_BENCH_N")) //nolint:forbidigo // a benchmark's own size
	if err != nil {
		n = 10
	}
	src := heavy(b)
	for _, plane := range []string{"http", "channel", "whip"} {
		b.Run(plane, func(b *testing.B) {
			for range b.N {
				bench := setup(b)
				d := bench.door(b)
				urls, whip := chunkServer(b, bench.Ingest, d), whipServer(b, d)
				var mu sync.Mutex
				var acks, finish []time.Duration
				var wg sync.WaitGroup
				used := cpu()
				for range n {
					clip := string(bench.store.clip(domain.KindScreen))
					wg.Go(func() {
						r, err := one(b.Context(), plane, urls.URL+"/"+clip, whip.URL+"/"+clip+"/whip", src)
						if err != nil {
							b.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						acks, finish = append(acks, r.Acks...), append(finish, r.Finish)
					})
				}
				wg.Wait()
				b.ReportMetric((cpu()-used).Seconds()/src.Duration.Seconds()/float64(n)*100, "%core/stream")
				b.ReportMetric(ms95(acks), "ack-p95-ms")
				b.ReportMetric(ms95(finish), "stop-p95-ms")
			}
		})
	}
}

func one(ctx context.Context, plane, url, whip string, src *loadgen.Source) (loadgen.Result, error) {
	rec := loadgen.Recorder{URL: url, Source: src, MimeType: mkvType, Settings: loopback()}
	switch plane {
	case "http":
		return rec.HTTP(ctx)
	case "channel":
		return rec.DataChannel(ctx)
	}
	p, err := loadgen.Publish(ctx, loadgen.WHIP{URL: whip, Source: src, Settings: loopback()})
	if err != nil {
		return loadgen.Result{}, err
	}
	if err := p.Play(ctx, src.Duration); err != nil {
		return loadgen.Result{}, err
	}
	begin := time.Now()
	err = p.Stop(ctx)
	return loadgen.Result{Finish: time.Since(begin)}, err
}

// heavy is a source of about 2.5 Mbit/s: the sample with each frame of the picture padded by filler NAL units.
func heavy(b *testing.B) *loadgen.Source {
	b.Helper()
	src := source(b, "avc1-opus.mkv")
	for i := range src.Video {
		src.Video[i].Data = append(src.Video[i].Data, append([]byte{0, 0, 0, 1, 12}, slices.Repeat([]byte{0xff}, 20_000)...)...)
	}
	src.Bytes = append(src.Bytes, mkvVoid(2_400_000)...)
	return src
}

// mkvVoid is a Void element.
func mkvVoid(n int) []byte {
	return append([]byte{0xec, 0x08, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, make([]byte, n)...)
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms95(d []time.Duration) float64 {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return float64(d[len(d)*95/100].Microseconds()) / 1000
}
