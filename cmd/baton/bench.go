package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"baton/internal/load"
)

// benchCmd has one command a thing that is measured.
type benchCmd struct {
	Ingest benchIngestCmd `cmd:"" help:"Let many record at once to a running server; prints a table of what it costs."`
}

type benchIngestCmd struct {
	Server  string        `env:"BATON_SERVER" default:"http://127.0.0.1:8080" help:"Where Baton runs."`
	Token   string        `env:"BATON_TOKEN" help:"A bearer token (baton token create)."`
	Planes  []string      `enum:"channel,http,whip" default:"channel,http,whip" help:"Ways in: ${enum}."`
	Streams []int         `default:"1,10,40,100" help:"How many record at once, one row each."`
	Length  time.Duration `default:"30s" help:"How long each records."`
	Spread  time.Duration `default:"10s" help:"Time over which they begin one after the other, and stop likewise; 0: all at the same moment."`
	To      string        `placeholder:"URL" help:"Publish to another WHIP server instead, to compare it: its endpoint, with {n} for the number of the publisher; needs --pid."`
	PID     int           `help:"Process of a server on this machine, so that its database and object store are counted too."`
	Keep    bool          `help:"Keep the clips."`
	JSON    bool          `name:"json" help:"Print a JSON object a line."`
}

// Run implements the bench ingest command. The publishers are made by this process; on the server's own machine they
// take from the same processors, which the table tells.
func (b benchIngestCmd) Run(ctx context.Context, io streams) error {
	source, err := load.Screen(ctx)
	if err != nil {
		return err //nolint:wrapcheck // says what it did
	}
	o := load.Options{
		Client: &load.Client{
			URL: strings.TrimRight(b.Server, "/"), Token: b.Token,
			HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}},
		},
		PID: b.PID, Length: b.Length, Spread: min(b.Spread, b.Length), Source: source, Keep: b.Keep, Endpoint: b.To,
	}
	if b.To != "" {
		b.Planes = []string{string(load.WHIP)}
	}
	t := newBenchTable(io.out, b.JSON)
	for _, plane := range b.Planes {
		for _, n := range b.Streams {
			row, err := load.Run(ctx, o, load.Plane(plane), n)
			if err != nil {
				return fmt.Errorf("%d over %s: %w", n, plane, err)
			}
			if row.Failed > 0 {
				fmt.Fprintf(io.err, "%d of %d over %s failed, the first: %v\n", row.Failed, n, plane, row.Err)
			}
			if err := t.add(&row); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchTable prints rows as they come.
type benchTable struct {
	text *tabwriter.Writer
	json *json.Encoder
}

func newBenchTable(out io.Writer, asJSON bool) *benchTable {
	if asJSON {
		return &benchTable{json: json.NewEncoder(out)}
	}
	t := &benchTable{text: tabwriter.NewWriter(out, 9, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(t.text, strings.Join([]string{
		"plane", "at once", "ack p50", "ack p95", "playable p50", "playable p95", "core %/stream", "with children", "MiB/stream", "failed", "missing", "publisher core %", "machine busy", "",
	}, "\t"))
	return t
}

func (t *benchTable) add(r *load.Row) error {
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	ack50, ack95 := load.Quantile(r.Acks, 0.5), load.Quantile(r.Acks, 0.95)
	stop50, stop95 := load.Quantile(r.Stops, 0.5), load.Quantile(r.Stops, 0.95)
	alone, all, own := 100*r.PerStream(r.Server), 100*r.PerStream(r.Server+r.Below), 100*r.PerStream(r.Own)
	memory := float64(r.Memory) / (1 << 20) / float64(r.Streams)
	if t.json != nil {
		return t.json.Encode(map[string]any{
			"plane": r.Plane, "streams": r.Streams, "ack_p50_ms": ms(ack50), "ack_p95_ms": ms(ack95), "playable_p50_ms": ms(stop50), "playable_p95_ms": ms(stop95),
			"server_core_percent_per_stream": alone, "tree_core_percent_per_stream": all, "memory_mib_per_stream": memory,
			"failed": r.Failed, "missing": r.Missing, "publisher_core_percent_per_stream": own, "machine_busy": r.Busy,
		})
	}
	fmt.Fprintf(t.text, "%s\t%d\t%d ms\t%d ms\t%d ms\t%d ms\t%.2f\t%.2f\t%.1f\t%d\t%.1f %%\t%.2f\t%.0f %%\t\n", r.Plane, r.Streams, ms(ack50), ms(ack95), ms(stop50), ms(stop95),
		alone, all, memory, r.Failed, 100*r.Missing, own, 100*r.Busy)
	return t.text.Flush()
}
