// Package rounds holds the rules of rounds: their templates, when they open and close for each member, what is said to
// whom and when, and the written record. It is pure but for Scheduler, which works through the store it is given.
package rounds

import "baton/domain"

// Template is a round to start from.
type Template struct {
	Key, Name string
	Sections  []domain.Section
	// Rule, Opens, Closes and CloseAfterDays are suggestions.
	Rule           string
	Opens, Closes  domain.ClockTime
	CloseAfterDays int
}

// Own is the template of a round whose sections are its own.
const Own = "own"

const (
	workdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	fridays  = "FREQ=WEEKLY;BYDAY=FR"
)

// Templates lists the rounds that come along.
func Templates() []Template {
	blockers := domain.Section{Key: "blockers", Title: "Blockers", Prompt: "What is in your way, and who could clear it?", Seconds: 20, Blockers: true}
	return []Template{
		{Key: "stand-up", Name: "Stand-up", Rule: workdays, Opens: 9 * 60, Closes: 12 * 60, Sections: []domain.Section{
			{Key: "yesterday", Title: "Yesterday", Prompt: "What got done since last time?", Seconds: 30},
			{Key: "today", Title: "Today", Prompt: "What will you work on?", Seconds: 30}, blockers,
		}},
		{Key: "weekly-demo", Name: "Weekly demo", Rule: "FREQ=WEEKLY;BYDAY=TH", Opens: 9 * 60, Closes: 17 * 60, Sections: []domain.Section{
			{Key: "demo", Title: "Demo", Prompt: "Show what works now that did not last week.", Seconds: 180},
			{Key: "learned", Title: "Learned", Prompt: "What surprised you?", Seconds: 45},
			{Key: "next", Title: "Next", Prompt: "What comes next, and what do you need for it?", Seconds: 45},
		}},
		{Key: "retro", Name: "Retro", Rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", Opens: 9 * 60, Closes: 12 * 60, CloseAfterDays: 3, Sections: []domain.Section{
			{Key: "keep", Title: "Keep", Prompt: "What went well and should stay?", Seconds: 45},
			{Key: "change", Title: "Change", Prompt: "What should we do otherwise?", Seconds: 60},
			{Key: "try", Title: "Try", Prompt: "One thing to try until next time.", Seconds: 30},
		}},
		{Key: "hand-over", Name: "Hand-over", Rule: workdays, Opens: 15 * 60, Closes: 17 * 60, Sections: []domain.Section{
			{Key: "state", Title: "State", Prompt: "Where do things stand? Show it.", Seconds: 90},
			{Key: "watch", Title: "Watch", Prompt: "What needs an eye, and when?", Seconds: 30},
			{Key: "next", Title: "Next", Prompt: "What should whoever takes over do first?", Seconds: 45}, blockers,
		}},
		{Key: "design-review", Name: "Design review", Rule: "FREQ=WEEKLY;BYDAY=WE", Opens: 9 * 60, Closes: 12 * 60, CloseAfterDays: 1, Sections: []domain.Section{
			{Key: "proposal", Title: "Proposal", Prompt: "Show the proposal, or say what you think of it.", Seconds: 180},
			{Key: "alternatives", Title: "Alternatives", Prompt: "What else was considered, and why not?", Seconds: 60},
			{Key: "decide", Title: "Decide", Prompt: "What has to be decided, by whom?", Seconds: 45},
		}},
		{Key: "week-notes", Name: "End-of-week notes", Rule: fridays, Opens: 13 * 60, Closes: 17 * 60, Sections: []domain.Section{
			{Key: "done", Title: "Done", Prompt: "What moved this week?", Seconds: 60},
			{Key: "stuck", Title: "Stuck", Prompt: "What did not, and why?", Seconds: 30, Blockers: true},
			{Key: "next-week", Title: "Next week", Prompt: "The one thing for next week.", Seconds: 30},
		}},
	}
}
