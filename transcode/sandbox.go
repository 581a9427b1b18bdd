package transcode

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"baton/domain"
)

// sandbox is what this machine lets us take away from a child.
type sandbox struct {
	// drop: started as root, so the child becomes this user instead; nil otherwise.
	drop *syscall.Credential
	// cloneFlags give the child namespaces of its own; 0 when not permitted.
	cloneFlags uintptr
	root       bool
	// polite are the programs that lower the child's priority, as far as they exist; hurried those for work that is awaited.
	polite, hurried []string
}

// How nice work is to the server, which keeps recordings safe, and to other programs. What is awaited gets seven times the processor time of
// what is not.
const (
	niceness        = 10
	hurriedNiceness = 2
)

// politeness lowers a child's priority.
func politeness(niceness int) []string {
	var line []string
	if p, err := exec.LookPath("nice"); err == nil {
		line = append(line, p, "-n", strconv.Itoa(niceness))
	}
	if p, err := exec.LookPath("ionice"); err == nil {
		line = append(line, p, "-t", "-c", "3")
	}
	return line
}

// findSandbox tries from the strongest to none and keeps the first in which ffmpeg starts.
func findSandbox(ctx context.Context, ffmpeg string) (sandbox, string, error) {
	var lastErr error
	polite, hurried := politeness(niceness), politeness(hurriedNiceness)
	for _, s := range sandboxes() {
		s.polite, s.hurried = polite, hurried
		line := s.confined(limits{cpu: time.Minute, output: 1 << 20}, 1<<30, polite, ffmpeg, []string{"-hide_banner", "-version"})
		cmd := exec.CommandContext(ctx, line[0], line[1:]...)
		cmd.SysProcAttr = s.attributes()
		cmd.Env = childEnv("/")
		cmd.Dir = "/"
		out, err := cmd.Output()
		if err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			return s, first, nil
		}
		lastErr = err
	}
	return sandbox{}, "", domain.Errorf(domain.KindUnavailable, "ffmpeg does not start; try `ffmpeg -version`").Because(lastErr)
}

func sandboxes() []sandbox {
	if os.Geteuid() != 0 {
		return []sandbox{{cloneFlags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}, {}}
	}
	drop := nobody()
	return []sandbox{
		{drop: drop, cloneFlags: syscall.CLONE_NEWNET, root: true},
		{drop: drop, root: true},
		{cloneFlags: syscall.CLONE_NEWNET, root: true},
		{root: true},
	}
}

func nobody() *syscall.Credential {
	c := &syscall.Credential{Uid: 65534, Gid: 65534}
	u, err := user.Lookup("nobody")
	if err != nil {
		return c
	}
	uid, errU := strconv.ParseUint(u.Uid, 10, 32)
	gid, errG := strconv.ParseUint(u.Gid, 10, 32)
	if errU == nil && errG == nil && uid != 0 {
		c.Uid, c.Gid = uint32(uid), uint32(gid)
	}
	return c
}

func (s sandbox) missing() []string {
	var m []string
	if s.cloneFlags == 0 {
		m = append(m, "own network namespace (ffmpeg is still confined to local files by its protocol list)")
	}
	if len(s.polite) < 5 {
		m = append(m, "low priority (nice or ionice is not installed)")
	}
	if s.root && s.drop == nil {
		m = append(m, "own user (ffmpeg runs as root)")
	}
	return m
}

func (s sandbox) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{
		Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: s.drop, Cloneflags: s.cloneFlags,
	}
	if s.cloneFlags&syscall.CLONE_NEWUSER != 0 {
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// childEnv has no secret of ours in it. One malloc arena a thread would reserve
// 64 MiB of address space each and run into the memory limit.
func childEnv(dir string) []string {
	return []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + dir, "TMPDIR=" + dir, "MALLOC_ARENA_MAX=2", "AV_LOG_FORCE_NOCOLOR=1",
	}
}

// limits bound one child.
type limits struct {
	wall time.Duration
	cpu  time.Duration
	// output is the most that all files in the box may grow by, in bytes; also the most one file may hold.
	output int64
}

// wrapper lowers the limits and the priority, then becomes the program. The limits
// are set by the child on itself: raising them for another user's process from
// outside takes a capability that containers lack.
const wrapper = `ulimit -c 0 && ulimit -n 256 && ulimit -v "$1" && ulimit -S -t "$2" && ulimit -H -t "$3" && ulimit -f "$4" || exit 126
shift 4
exec "$@"`

// confined prepends the wrapper to a command line.
func (s sandbox) confined(l limits, memory uint64, polite []string, program string, args []string) []string {
	cpu := max(1, int64(l.cpu/time.Second))
	const grace = 5 // seconds between SIGXCPU, by which the cause can be told, and SIGKILL
	line := []string{
		"/bin/sh", "-c", wrapper, "sh", strconv.FormatUint(memory>>10, 10),
		strconv.FormatInt(cpu, 10), strconv.FormatInt(cpu+grace, 10), strconv.FormatInt(l.output/512, 10),
	}
	line = append(line, polite...)
	return append(append(line, program), args...)
}

// killGroup ends the child and everything it started.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) } //nolint:wrapcheck // wrapped by exec
