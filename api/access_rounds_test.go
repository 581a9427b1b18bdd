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
	if err := c.db.Rounds.Open(c.t.Context(), r.ID, domain.DateOf(now.UTC()), 1, now); err != nil {
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

// asked lets the clip's owner ask the admin.
func (c *cast) asked() domain.AskID {
	c.t.Helper()
	a := domain.Ask{
		ID: domain.NewID[domain.AskID](), WorkspaceID: c.members[owner].WorkspaceID, Author: c.members[owner].Account, Owner: c.members[admin].Account,
		Body: "Please", Class: domain.ReplyStandard, Origin: domain.OriginHand, AskedAt: time.Now(),
	}
	if err := c.db.Asks.Create(c.t.Context(), a); err != nil {
		c.t.Fatal(err)
	}
	return a.ID
}

// decided and blocked are of the clip's owner.
func (c *cast) decided() domain.DecisionID {
	c.t.Helper()
	d := domain.Decision{
		ID: domain.NewID[domain.DecisionID](), WorkspaceID: c.members[owner].WorkspaceID, Author: c.members[owner].Account, What: "We do", Origin: domain.OriginHand, DecidedAt: time.Now(),
	}
	if err := c.db.Decisions.Create(c.t.Context(), d); err != nil {
		c.t.Fatal(err)
	}
	return d.ID
}

func (c *cast) blocked() domain.BlockerID {
	c.t.Helper()
	b := domain.Blocker{
		ID: domain.NewID[domain.BlockerID](), WorkspaceID: c.members[owner].WorkspaceID, Owner: c.members[owner].Account, Body: "No key", Origin: domain.OriginHand, RaisedAt: time.Now(),
	}
	if err := c.db.Blockers.Create(c.t.Context(), b); err != nil {
		c.t.Fatal(err)
	}
	return b.ID
}
