package moonshine

import (
	"runtime"
	"syscall"
)

// By how much the engine's threads are nicer than the program: recordings are kept safe first, then words come that somebody
// awaits, and with seven times less processor time, where it is short, those of others.
const (
	awaitedNiceness = 2
	othersNiceness  = 10
	leastPriority   = 19
)

// yield gives the goroutine a thread of its own that is nice. It has to be the first that a goroutine does, and the goroutine has to end: its thread ends with
// it, because a thread cannot become less nice again.
func yield(awaited bool) {
	runtime.LockOSThread()
	by := othersNiceness
	if awaited {
		by = awaitedNiceness
	}
	if own, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil { // the system call counts down from 20
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, min(20-own+by, leastPriority)) // of the calling thread alone
	}
}
