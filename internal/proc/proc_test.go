package proc

import (
	"os"
	"testing"
)

func TestProcessesAreSeen(t *testing.T) {
	t.Parallel()
	pid := os.Getpid()
	all, err := processes()
	if err != nil || all[pid].parent != os.Getppid() {
		t.Fatalf("%+v %v", all[pid], err)
	}
	if used, err := Tree(pid); err != nil || used < all[pid].cpu {
		t.Errorf("tree %v, itself %v, %v", used, all[pid].cpu, err)
	}
	if m, err := Memory(pid); err != nil || m < 1<<20 {
		t.Errorf("%d bytes, %v", m, err)
	}
	if Busy() <= 0 {
		t.Error("the processors have never worked")
	}
}
