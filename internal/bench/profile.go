package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// costs of a recording server, each with what its functions have in their names. A sample counts for the first that a function
// of its stack belongs to, read from the innermost outwards, so that nothing counts twice.
var costs = []struct { //nolint:gochecknoglobals // a table
	name  string
	parts []string
}{
	{"making durable: fsync", []string{"fsync", "fdatasync", "syncfs"}},
	{"SHA-256", []string{"sha256"}},
	{"encryption: AES-GCM", []string{"gcm", "aes/"}},
	{"Go's memory: allocation", []string{"runtime.mallocgc", "runtime.growslice"}},
	{"Go's memory: collection", []string{"runtime.gcBgMarkWorker", "runtime.gcAssist", "runtime.bgsweep", "runtime.bgscavenge"}},
	{"UDP in, in the kernel", []string{"recvfrom", "recvmsg", "udp_recvmsg"}},
	{"UDP out, in the kernel", []string{"sendto", "sendmsg", "udp_sendmsg"}},
	{"waking and parking goroutines", []string{"runtime.schedule", "runtime.findRunnable", "runtime.ready", "futex"}},
	{"SCTP", []string{"pion/sctp", "pion/datachannel"}},
	{"RTP through pion: ICE, SRTP, reports", []string{"pion/"}},
	{"jitter buffer and frames", []string{"media/internal/rtpin", "media.(*session)", "media.(*timeline)"}},
	{"packaging into segments", []string{"media/internal/cmaf", "media/internal/container"}},
	{"spool", []string{"media/internal/spool"}},
	{"putting objects", []string{"aws", "baton/blob", "smithy"}},
	{"telling the database", []string{"pgx", "baton/postgres"}},
	{"HTTP", []string{"net/http", "labstack/echo"}},
}

const (
	profileHz = "199"
	greatest  = 5
)

// profile looks for some seconds at what a process does, and gives its greatest costs in words; empty where perf cannot look.
func profile(ctx context.Context, dir string, pid int, long time.Duration) string {
	if _, err := exec.LookPath("perf"); err != nil {
		return ""
	}
	data := filepath.Join(dir, "perf.data")
	record := exec.CommandContext(ctx, "perf", "record", "-q", "-F", profileHz, "-g", "-p", strconv.Itoa(pid), "-o", data, "--", "sleep", fmt.Sprint(long.Seconds()))
	if record.Run() != nil {
		return ""
	}
	out, err := exec.CommandContext(ctx, "perf", "script", "-i", data, "-F", "ip,sym").Output()
	if err != nil {
		return ""
	}
	return inWords(out)
}

// inWords sums perf's stacks up: one sample a paragraph, its innermost function first.
func inWords(script []byte) string {
	found := map[string]int{}
	all := 0
	var stack []string
	count := func() {
		if len(stack) > 0 {
			all++
			found[costOf(stack)]++
		}
		stack = stack[:0]
	}
	lines := bufio.NewScanner(bytes.NewReader(script))
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			stack = append(stack, line)
			continue
		}
		count()
	}
	count()
	delete(found, "")
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(found[b]-found[a], strings.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %.0f %%", name, 100*float64(found[name])/float64(all))
	}
	return strings.Join(names[:min(greatest, len(names))], ", ")
}

func costOf(stack []string) string {
	for _, function := range stack {
		for _, c := range costs {
			if slices.ContainsFunc(c.parts, func(part string) bool { return strings.Contains(function, part) }) {
				return c.name
			}
		}
	}
	return ""
}
