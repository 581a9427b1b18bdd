package worktime

import (
	"time"

	"baton/domain"
)

// Due is when, by a workspace's norms, an answer of a class to what was asked at a moment falls due in the calendar of who is asked: as soon as they
// have worked for so long; a working day is as long as theirs. False when that is more than three years away.
func (c *Calendar) Due(n domain.Norms, class domain.ReplyClass, asked time.Time) (time.Time, bool) {
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
