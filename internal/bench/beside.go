package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"baton/internal/load"
	"baton/media/loadgen"
)

// contender is a server that is published to, round after round.
type contender struct {
	name  string
	round func(context.Context, options, *loadgen.Source) (load.Row, error)
	rows  []load.Row
}

// measureBeside compares what a WHIP stream costs Baton and others that record the same. They take turns, so that what else the
// machine does falls on all of them; and it is processor time, which counts the same on a busy machine.
func measureBeside(ctx context.Context, opt options, r *report) error {
	source, err := load.Screen(ctx)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	all := []*contender{{name: "Baton", round: batonRound(opt.bin)}}
	for _, bin := range strings.FieldsFunc(opt.against, func(c rune) bool { return c == ',' }) {
		all = append(all, &contender{name: "Baton, another: " + filepath.Base(bin), round: batonRound(bin)})
	}
	if opt.mediamtx != "" {
		all = append(all, &contender{name: "MediaMTX", round: mediamtxRound})
	}
	for i := range opt.rounds {
		for _, c := range all {
			row, err := c.round(ctx, opt, source)
			if err == nil && row.Failed > 0 {
				err = fmt.Errorf("%d of %d failed, the first: %w", row.Failed, opt.streams, row.Err)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.rows = append(c.rows, row)
			fmt.Fprintf(os.Stderr, "bench: round %d, %s: %.2f %%, %.2f %% with what is below\n", i+1, c.name,
				100*row.PerStream(row.Server), 100*row.PerStream(row.Server+row.Below))
		}
	}
	besideTable(opt, r, all)
	return nil
}

func besideTable(opt options, r *report, all []*contender) {
	t := r.table("Beside others that record", fmt.Sprintf("%d WHIP publishers of %.1f Mbit/s (H.264 and Opus) at once for %s, %d rounds, in each of them one server after the other, each started anew. "+
		"Processor time as the kernel counts it, in shares of one core per stream: the median of the rounds, and the least and the most. The ratio is the median of the rounds' own ratios, Baton to the other.",
		opt.streams, load.Mbits, opt.load, opt.rounds),
		"server", "its process", "with all processes below it", "Baton's process ÷ it", "Baton whole ÷ it", "memory per stream", "media missing")
	one := func(row load.Row) float64 { return 100 * row.PerStream(row.Server) }
	whole := func(row load.Row) float64 { return 100 * row.PerStream(row.Server+row.Below) }
	for _, c := range all {
		var alone, together, memory, missing []float64
		for i, row := range c.rows {
			alone = append(alone, one(all[0].rows[i])/one(row))
			together = append(together, whole(all[0].rows[i])/whole(row))
			memory = append(memory, float64(row.Memory/int64(opt.streams)>>20))
			missing = append(missing, 100*row.Missing)
		}
		t.add(c.name, spread(c.rows, one), spread(c.rows, whole), fmt.Sprintf("%.2f", median(alone)), fmt.Sprintf("%.2f", median(together)),
			fmt.Sprintf("%.0f MiB", median(memory)), fmt.Sprintf("%.1f %%", median(missing)))
		if c != all[0] {
			r.sum("a WHIP stream costs Baton %.2f of what it costs %s, database and object store included %.2f", median(alone), c.name, median(together))
		}
	}
}

// spread is the median of a figure of the rounds, its least and its most.
func spread(rows []load.Row, of func(load.Row) float64) string {
	var v []float64
	for _, r := range rows {
		v = append(v, of(r))
	}
	return fmt.Sprintf("%.2f %% (%.2f to %.2f)", median(v), slices.Min(v), slices.Max(v))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func batonRound(bin string) func(context.Context, options, *loadgen.Source) (load.Row, error) {
	return func(ctx context.Context, opt options, source *loadgen.Source) (row load.Row, err error) {
		opt.bin = bin
		s, err := running(ctx, opt, "BATON_ROLES=web,ingest")
		if err != nil {
			return row, err
		}
		defer func() { err = errors.Join(err, s.remove()) }()
		return load.Run(ctx, load.Options{Client: &s.Client, PID: s.cmd.Process.Pid, Length: opt.load, Spread: opt.load / 10, Source: source, Keep: true}, load.WHIP, opt.streams)
	}
}

// mediamtxConf lets MediaMTX take WHIP on the loopback and record it in its own way (fMP4 files); all else is off.
const mediamtxConf = `logLevel: error
rtsp: no
rtmp: no
hls: no
srt: no
webrtcAddress: %s
webrtcLocalUDPAddress: %s
webrtcIPsFromInterfaces: no
webrtcAdditionalHosts: [127.0.0.1]
paths:
  all_others:
    record: yes
    recordPath: %s/%%path/%%Y-%%m-%%d_%%H-%%M-%%S-%%f
`

func mediamtxRound(ctx context.Context, opt options, source *loadgen.Source) (row load.Row, err error) {
	dir, err := os.MkdirTemp("", "bm")
	if err != nil {
		return row, fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	web, err := freePort(ctx)
	if err != nil {
		return row, err
	}
	media, err := freePort(ctx)
	if err != nil {
		return row, err
	}
	conf := filepath.Join(dir, "mediamtx.yml")
	if err := os.WriteFile(conf, fmt.Appendf(nil, mediamtxConf, web, media, dir), 0o600); err != nil {
		return row, fmt.Errorf("write its settings: %w", err)
	}
	cmd := exec.CommandContext(ctx, opt.mediamtx, conf)
	cmd.Stderr, cmd.Dir = os.Stderr, dir
	if err := cmd.Start(); err != nil {
		return row, fmt.Errorf("start it: %w", err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	client := &load.Client{URL: "http://" + web, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	defer client.HTTP.CloseIdleConnections()
	if err := poll(ctx, 20*time.Millisecond, time.Minute, func() (bool, error) {
		_, err := client.Call(ctx, http.MethodGet, "/", nil)
		return err == nil || strings.Contains(err.Error(), "404"), nil
	}); err != nil {
		return row, err
	}
	row, err = load.Run(ctx, load.Options{
		Client: client, PID: cmd.Process.Pid, Length: opt.load, Spread: opt.load / 10, Source: source,
		Endpoint: "http://" + web + "/bench{n}/whip",
	}, load.WHIP, opt.streams)
	if err != nil {
		return row, err
	}
	sent := float64(len(source.Bytes)) * opt.load.Seconds() / source.Duration.Seconds() * float64(cmp.Or(opt.streams, 1))
	written, err := recorded(dir)
	row.Missing = max(0, 1-float64(written)/sent)
	return row, err
}

// recorded is how many bytes of media are in the files below a directory.
func recorded(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".mp4" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err //nolint:wrapcheck // names the file
	})
	return sum, err //nolint:wrapcheck // names the file
}
