package child

import (
	"bytes"
	"sync"
)

// maxLine bounds what is kept of one line, in bytes.
const maxLine = 8 << 10

// Lines is an io.Writer that hands over whole lines and remembers the last
// few, to say why a program ended. The zero value is not ready: set Each.
type Lines struct {
	// Each is called with every line, without its end. Calls do not overlap.
	Each func(line string)
	// Keep is how many of the last lines Last gives back.
	Keep int

	mu   sync.Mutex
	part []byte
	last []string
}

func (l *Lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := b; len(rest) > 0; {
		head, tail, whole := bytes.Cut(rest, []byte{'\n'})
		l.part = append(l.part, head[:min(len(head), maxLine-min(maxLine, len(l.part)))]...)
		if whole {
			l.flush()
		}
		rest = tail
	}
	return len(b), nil
}

func (l *Lines) flush() {
	line := string(bytes.TrimRight(l.part, "\r"))
	l.part = l.part[:0]
	if line == "" {
		return
	}
	l.last = append(l.last, line)
	if over := len(l.last) - l.Keep; over > 0 {
		l.last = append(l.last[:0], l.last[over:]...)
	}
	if l.Each != nil {
		l.Each(line)
	}
}

// Last gives the lines that were kept, oldest first.
func (l *Lines) Last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.last...)
}
