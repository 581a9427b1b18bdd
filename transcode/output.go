package transcode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// output passes on what a process writes. exec.Cmd would do it, but gives what is still in the pipe when the process has
// ended no more than WaitDelay; whoever reads here sets the pace.
type output struct {
	to         io.Writer // nil: there is none
	read, from *os.File
}

func openOutput(cmd *exec.Cmd, to io.Writer) (o output, err error) {
	if to == nil {
		return o, nil
	}
	o.to = to
	if o.read, o.from, err = os.Pipe(); err != nil {
		return o, fmt.Errorf("make output pipe: %w", err)
	}
	cmd.Stdout = o.from
	return o, nil
}

// drain is called when the process has its end of the pipe, and returns when nothing writes to it any more, to refuses, or ctx
// is done.
func (o output) drain(ctx context.Context) error {
	if o.to == nil {
		return nil
	}
	err := o.from.Close()
	stop := context.AfterFunc(ctx, func() { _ = o.read.Close() })
	_, copied := io.Copy(o.to, o.read)
	if stop() {
		err = errors.Join(err, o.read.Close()) // a process that writes on is told so
	}
	return errors.Join(err, copied)
}
