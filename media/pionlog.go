package media

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLog passes what pion says on to our logger, one level lower: what it calls an error is mostly a peer that went
// away in the middle of something.
type pionLog struct {
	to *slog.Logger
}

// NewLogger implements logging.LoggerFactory.
func (p pionLog) NewLogger(scope string) logging.LeveledLogger {
	return pionScope{p.to.With(slog.String("pion", scope))}
}

type pionScope struct {
	to *slog.Logger
}

func (p pionScope) say(level slog.Level, text string) {
	ctx := context.Background()
	if p.to.Enabled(ctx, level) {
		p.to.LogAttrs(ctx, level, "webrtc", slog.String("text", text))
	}
}

func (p pionScope) sayf(level slog.Level, format string, args []any) {
	if p.to.Enabled(context.Background(), level) {
		p.say(level, fmt.Sprintf(format, args...))
	}
}

func (p pionScope) Trace(string)          {}
func (p pionScope) Tracef(string, ...any) {}
func (p pionScope) Debug(string)          {}
func (p pionScope) Debugf(string, ...any) {}
func (p pionScope) Info(string)           {}
func (p pionScope) Infof(string, ...any)  {}

func (p pionScope) Warn(text string)                  { p.say(slog.LevelDebug, text) }
func (p pionScope) Warnf(format string, args ...any)  { p.sayf(slog.LevelDebug, format, args) }
func (p pionScope) Error(text string)                 { p.say(slog.LevelDebug, text) }
func (p pionScope) Errorf(format string, args ...any) { p.sayf(slog.LevelDebug, format, args) }
