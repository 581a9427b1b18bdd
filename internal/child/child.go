// Package child starts programs that never outlive this process, however it
// ends.
package child

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a running program.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs cmd in a process group of its own (so that a terminal's Ctrl-C
// reaches only us, who stop it in order) and has the kernel send it onDeath
// when this process is gone, kill -9 included.
func Start(cmd *exec.Cmd, onDeath syscall.Signal) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = onDeath
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = 5 * time.Second // grandchildren may hold the output open
	}
	started := make(chan error)
	go func() {
		// The kernel watches the *thread* that forked, so the thread is kept
		// for as long as the child lives. It is not unlocked: it ends with
		// this goroutine.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// Done closes when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is why it ended, as exec.Cmd.Wait has it. Read it after Done.
func (p *Process) Err() error { return p.err }

// Pid is the process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Signal sends sig. A program that has ended already is no error.
func (p *Process) Signal(sig os.Signal) { _ = p.cmd.Process.Signal(sig) }

// Stop asks the program to end with sig, kills it if it has not after grace,
// and waits until it is gone.
func (p *Process) Stop(sig os.Signal, grace time.Duration) error {
	p.Signal(sig)
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		p.Signal(syscall.SIGKILL)
		<-p.done
	}
	return p.err
}
