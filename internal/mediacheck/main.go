// Command mediacheck watches a recording of web/e2e/pages/counter.html the way a person would, and tells as JSON what it
// saw and heard: which counts were shown when, how far the beeps are from the flashes, and where nothing happened.
//
//	mediacheck [-cookie NAME=VALUE] FILE-OR-URL
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	cookie := flag.String("cookie", "", "the sign-in to fetch a URL with, name=value")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *cookie, flag.Arg(0)); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "mediacheck:", err)
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, cookie, source string) error {
	seen, err := watch(ctx, cookie, source)
	if err != nil {
		return fmt.Errorf("watch %s: %w", source, err)
	}
	sound, err := listen(ctx, cookie, source)
	if err != nil {
		return fmt.Errorf("listen to %s: %w", source, err)
	}
	return json.NewEncoder(os.Stdout).Encode(judge(seen, sound))
}
