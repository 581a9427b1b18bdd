package worktime

import (
	"time"

	"baton/domain"
)

// Norms say how much working time an answer may take, by class. A working day is as long as that of who is asked.
type Norms struct {
	UrgentHours  int
	StandardDays int
	RelaxedDays  int
}

// DefaultNorms: urgent four working hours, standard one working day, relaxed three.
func DefaultNorms() Norms { return Norms{UrgentHours: 4, StandardDays: 1, RelaxedDays: 3} }

// Due is when an answer of a class to what was asked at a moment falls due in the calendar of who is asked: as soon as they
// have worked for so long. False when that is more than three years away.
func (c *Calendar) Due(n Norms, class domain.ReplyClass, asked time.Time) (time.Time, bool) {
	work := time.Duration(n.UrgentHours) * time.Hour
	switch class {
	case domain.ReplyUrgent:
	case domain.ReplyStandard:
		work = time.Duration(n.StandardDays) * c.Day()
	case domain.ReplyRelaxed:
		work = time.Duration(n.RelaxedDays) * c.Day()
	}
	return c.Add(asked, work)
}
