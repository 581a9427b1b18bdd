package api_test

import (
	"time"

	"baton/domain"
	"baton/rounds"
)

// round makes a round of the owner, who is its only member.
func (c *cast) round() domain.Round {
	c.t.Helper()
	m := c.members[owner]
	r := domain.Round{
		ID: domain.NewID[domain.RoundID](), WorkspaceID: m.WorkspaceID, Name: "Stand-up", Template: "stand-up", Sections: rounds.Templates()[0].Sections,
		Rule: "FREQ=DAILY", StartsOn: "2026-01-01", Closes: domain.DayEnd, CloseAfterDays: 14, Members: []domain.Account{m.Account}, CreatedBy: m.Account.ID, CreatedAt: time.Now(),
	}
	if err := c.db.Rounds.Create(c.t.Context(), r); err != nil {
		c.t.Fatal(err)
	}
	return r
}

// occurrence opens today's of a new round, and lets the owner answer.
func (c *cast) occurrence() domain.OccurrenceID {
	c.t.Helper()
	r, now := c.round(), time.Now()
	if err := c.db.Rounds.Open(c.t.Context(), r.ID, domain.DateOf(now.UTC()), now); err != nil {
		c.t.Fatal(err)
	}
	all, err := c.db.Rounds.Occurrences(c.t.Context(), r.ID, "", 1)
	if err != nil || len(all) != 1 {
		c.t.Fatal(len(all), err)
	}
	a := domain.Answer{ID: domain.NewID[domain.AnswerID](), OccurrenceID: all[0].ID, Author: c.members[owner].Account, UpdatedAt: now}
	a.Parts = []domain.AnswerPart{{Section: "today", Text: "Everything"}}
	if err := c.db.Rounds.Answer(c.t.Context(), r.WorkspaceID, a); err != nil {
		c.t.Fatal(err)
	}
	return all[0].ID
}
