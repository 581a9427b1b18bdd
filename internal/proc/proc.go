// Package proc reads from /proc what processes cost.
package proc

import (
	"bytes"
	"fmt"
	"os"
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

// table is all processes by their id.
type table map[int]stat

func processes() (table, error) {
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	all := make(table, len(names))
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

// Tree is the processor time of a process and all below it.
func Tree(pid int) (time.Duration, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for p, s := range all {
		if all.below(p, pid) {
			sum += s.cpu
		}
	}
	return sum, nil
}

// below tells whether a process is another, or descends from it.
func (t table) below(pid, other int) bool {
	for at := pid; at > 1; at = t[at].parent {
		if at == other {
			return true
		}
	}
	return false
}

// TreeMemory is the resident memory of a process and all below it, in bytes; pages that they share count for each.
func TreeMemory(pid int) (int64, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	var sum int64
	for p := range all {
		if all.below(p, pid) {
			if b, err := Memory(p); err == nil { // else it has ended
				sum += b
			}
		}
	}
	return sum, nil
}

// One is the processor time of a process alone.
func One(pid int) (time.Duration, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	return all[pid].cpu, nil
}

var vmRSS = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// Memory is a process's resident memory in bytes.
func Memory(pid int) (int64, error) {
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

// Busy is how long all processors together have worked, for anybody.
func Busy() time.Duration {
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

// Own is the processor time of this process and of its children that have ended.
func Own() time.Duration {
	var self, children syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &self) != nil || syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children) != nil {
		return 0
	}
	return time.Duration(self.Utime.Nano() + self.Stime.Nano() + children.Utime.Nano() + children.Stime.Nano())
}

// Neighbours tells how busy others keep the machine.
type Neighbours struct {
	began     time.Time
	busy, own time.Duration
}

// Watch begins to look at them.
func Watch() Neighbours { return Neighbours{time.Now(), Busy(), Own()} }

// Share is the part of all processors, 0 to 1, that they used since.
func (n Neighbours) Share() float64 {
	others := (Busy() - n.busy) - (Own() - n.own)
	return max(0, others.Seconds()/time.Since(n.began).Seconds()/float64(runtime.NumCPU()))
}
