// Command baton is an async video and voice update service. `baton serve` runs it; the other
// commands work beside a running server and without one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	s3child "baton/blob/embedded"
	"baton/domain"
	speechchild "baton/transcribe/worker"
)

func main() {
	// The binary starts itself for what must not share the server's process (docs/adr/0001, 0005).
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case s3child.Command:
			os.Exit(s3child.Main(os.Args[2:]))
		case speechchild.Command:
			os.Exit(speechchild.Main(os.Stdin, os.Stderr))
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// streams are the three files of a command.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// cli is the grammar of the command line; each command stands in a file of its own.
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Run the server until SIGTERM."`
	User       userCmd       `cmd:"" help:"Add people."`
	Workspace  workspaceCmd  `cmd:"" help:"Make further workspaces."`
	Token      tokenCmd      `cmd:"" help:"Make bearer tokens."`
	Upload     uploadCmd     `cmd:"" help:"Import video or audio files; prints each clip's URL."`
	Transcribe transcribeCmd `cmd:"" help:"Transcribe a file; needs no server."`
	Chapters   chaptersCmd   `cmd:"" help:"Find chapters in a transcript; needs no server."`
	Models     modelsCmd     `cmd:"" help:"Fetch and check the speech model."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database's schema up to date."`
	Bench      benchCmd      `cmd:"" help:"Measure a running server."`
	Doctor     doctorCmd     `cmd:"" help:"Check what Baton needs, a line each, with the mend."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// run is the whole program but for the process: tests call it. It returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	io := streams{in: in, out: out, err: errOut}
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("baton"), kong.Description("Your stand-up, without the meeting."),
		kong.Writers(out, errOut), kong.Exit(func(code int) { exit = code }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(io))
	if err != nil {
		return fail(errOut, err)
	}
	cmd, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help
	}
	if err != nil {
		return fail(errOut, err)
	}
	if err := cmd.Run(); err != nil {
		return fail(errOut, err)
	}
	return 0
}

// fail prints one clear line and gives the exit code: 2 for what the caller must change, 1 for the rest.
func fail(w io.Writer, err error) int {
	var parse *kong.ParseError
	fmt.Fprintf(w, "baton: %v\n", err)
	if errors.As(err, &parse) || domain.KindOf(err) == domain.KindInvalid {
		return 2
	}
	return 1
}
