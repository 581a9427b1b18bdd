package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of /proc's processor times (USER_HZ, which is 100 on every Linux).
const tick = 10 * time.Millisecond

// stat is a line of /proc/PID/stat.
type stat struct {
	parent int
	cpu    time.Duration // its own, and of children that have ended
}

func processes() (map[int]stat, error) {
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	all := make(map[int]stat, len(names))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		// The name, in parentheses, may hold anything: count from its end (proc(5)).
		f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		pid, err := strconv.Atoi(strings.Split(name, "/")[2])
		if err != nil || len(f) < 15 {
			continue
		}
		parent, _ := strconv.Atoi(f[1])
		s := stat{parent: parent}
		for _, n := range f[11:15] {
			v, _ := strconv.ParseInt(n, 10, 64)
			s.cpu += time.Duration(v) * tick
		}
		all[pid] = s
	}
	return all, nil
}

// tree is the processor time of a process and all below it.
func tree(pid int) (time.Duration, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for p, s := range all {
		for at := p; at > 1; at = all[at].parent {
			if at == pid {
				sum += s.cpu
				break
			}
		}
	}
	return sum, nil
}

var vmRSS = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// rss is a process's resident memory in bytes.
func rss(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	m := vmRSS.FindSubmatch(b)
	if m == nil {
		return 0, fmt.Errorf("read memory: no VmRSS of %d", pid)
	}
	kib, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kib << 10, err
}

// busy is how long all processors together have worked, for anybody.
func busy() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	var sum time.Duration
	for i, f := range strings.Fields(line)[1:] {
		if v, err := strconv.ParseInt(f, 10, 64); err == nil && i != 3 && i != 4 && i < 8 { // not idle, not waiting
			sum += time.Duration(v) * tick
		}
	}
	return sum
}

// own is the processor time of this process and of its children that have ended.
func own() time.Duration {
	var self, children syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &self) != nil || syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children) != nil {
		return 0
	}
	return time.Duration(self.Utime.Nano() + self.Stime.Nano() + children.Utime.Nano() + children.Stime.Nano())
}

// neighbours measures how busy others kept the machine.
type neighbours struct {
	began     time.Time
	busy, own time.Duration
}

func watch() neighbours { return neighbours{time.Now(), busy(), own()} }

// share is the part of all processors that others used since.
func (n neighbours) share() float64 {
	others := (busy() - n.busy) - (own() - n.own)
	return max(0, others.Seconds()/time.Since(n.began).Seconds()/float64(runtime.NumCPU()))
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// machine describes where this ran.
func (r *report) machine(ctx context.Context, commit string) *table {
	t := r.table("Machine", "Everything, the programs that play the browsers included, ran on this one.", "", "")
	first := func(name, pattern string) string {
		b, err := os.ReadFile(name)
		if m := regexp.MustCompile(pattern).FindSubmatch(b); err == nil && m != nil {
			return string(m[1])
		}
		return "unknown"
	}
	says := func(pattern, name string, args ...string) string {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if m := regexp.MustCompile(pattern).FindSubmatch(out); err == nil && m != nil {
			return string(m[1])
		}
		return "unknown"
	}
	kib, _ := strconv.Atoi(first("/proc/meminfo", `MemTotal:\s+(\d+)`))
	t.add("date", time.Now().UTC().Format(time.DateOnly))
	t.add("baton", commit)
	t.add("processor", fmt.Sprintf("%s, %d cores", first("/proc/cpuinfo", `model name\s*:\s*(.+)`), runtime.NumCPU()))
	t.add("memory", fmt.Sprintf("%d GiB", (kib+1<<19)>>20))
	t.add("system", first("/etc/os-release", `PRETTY_NAME="?([^"\n]+)`)+", Linux "+first("/proc/version", `Linux version (\d+\.\d+)`))
	t.add("built with", runtime.Version())
	t.add("ffmpeg", says(`ffmpeg version (\S+)`, "ffmpeg", "-version"))
	t.add("load average before", load())
	return t
}
