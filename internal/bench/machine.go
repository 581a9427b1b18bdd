package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func loadAverage() string {
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
	t.add("load average before", loadAverage())
	return t
}
