package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"baton/domain"
)

// readLinks learns which occurrence each link of a mail answers: its secret is in the mail alone.
func (c *checker) readLinks(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `select token_hash, occurrence_id, account_id, expires_at from answer_link`)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	defer rows.Close()
	c.links = map[[sha256.Size]byte]domain.AnswerLink{}
	for rows.Next() {
		var hash []byte
		var l domain.AnswerLink
		if err := rows.Scan(&hash, &l.OccurrenceID, &l.AccountID, &l.ExpiresAt); err != nil {
			return fmt.Errorf("read a link: %w", err)
		}
		c.links[[sha256.Size]byte(hash)] = l
	}
	return nil
}

// about is what an item of a mail is about: an occurrence's or an ask's id.
func (c *checker) about(i item) (string, domain.AnswerLink) {
	name := i.page[strings.LastIndex(i.page, "/")+1:]
	if !strings.HasPrefix(i.page, domain.AnswerLinkPath("")) {
		return name, domain.AnswerLink{}
	}
	l := c.links[sha256.Sum256([]byte(name))]
	return string(l.OccurrenceID), l
}

// kindOf reads from its title what an item tells.
func kindOf(title string) domain.NudgeKind {
	for text, k := range map[string]domain.NudgeKind{
		" is open until ": domain.NudgePrompt, " closes soon": domain.NudgeRemind, " has closed: ": domain.NudgeRecord, "Urgent: ": domain.NudgeUrgent,
		"Soon due for ": domain.NudgeAskDue, " has not answered ": domain.NudgeEscalate, " has answered: ": domain.NudgeAnswered, " asks: ": domain.NudgeAsk,
	} {
		if strings.Contains(title, text) {
			return k
		}
	}
	return ""
}

// mailsRight: nobody is mailed outside their hours, but for what is urgent; nobody the same in two mails; a mail that came twice, because the
// mailer died before it could note that it was sent, is the same mail; a link answers what its mail asks, of whom it asks; nothing is
// mailed that was answered; and everything is that there was time for.
func (c *checker) mailsRight() error {
	letters, err := c.box.letters()
	if err != nil {
		return err
	}
	first := map[string]letter{}
	where := map[string]string{} // what was told whom → in which mail
	for _, l := range letters {
		if _, again := first[l.id]; again {
			c.n.resent++
		} else {
			first[l.id] = l
			c.n.mails++
		}
		c.letterRight(l, where)
	}
	c.n.mailed = len(where)
	for _, n := range c.nudges {
		if where[string(n.AccountID)+domain.NudgeRef(n.Kind, n.Ref)] == "" && c.couldMail(n) {
			c.n.problem(&c.n.missed, "%s to %s at %v was never mailed", n.Kind, c.names[n.AccountID], n.At)
		}
	}
	return nil
}

func (c *checker) letterRight(l letter, where map[string]string) {
	who := c.people[slices.IndexFunc(c.people, func(s domain.Schedule) bool { return strings.EqualFold(c.names[s.AccountID]+"@example.org", l.to) })].AccountID
	for _, i := range l.told {
		if i.page == "/settings" { // the footer
			continue
		}
		kind, w := kindOf(i.title), c.watches[who]
		about, link := c.about(i)
		key := string(who) + domain.NudgeRef(kind, about)
		switch {
		case kind == "" || c.nudge(kind, about, who).IsZero() || kind.Opens() && link.AccountID != who:
			c.n.problem(&c.n.untimely, "mail to %s that tells what nobody said: %v", l.to, i)
		case kind != domain.NudgeUrgent && !w.reachable(l.at):
			c.n.problem(&c.n.offHours, "mail to %s at %v: %s", l.to, l.at.In(w.zone), i.title)
		case where[key] != "" && where[key] != l.id:
			c.n.problem(&c.n.doubles, "mailed to %s twice: %s", l.to, i.title)
		case c.settled(kind, about, who).Before(l.at):
			c.n.problem(&c.n.untimely, "mail to %s at %v of what was done: %s", l.to, l.at, i.title)
		}
		where[key] = l.id
	}
}

// settled is when what was told needed no mail any more; far away for what always does.
func (c *checker) settled(k domain.NudgeKind, about string, who domain.AccountID) time.Time {
	at := answeredAt(domain.Occurrence{}, who)
	if i := slices.IndexFunc(c.occurrences, func(o domain.Occurrence) bool { return string(o.ID) == about }); i >= 0 && k.Opens() {
		return answeredAt(c.occurrences[i], who)
	}
	if i := slices.IndexFunc(c.asks, func(a domain.Ask) bool { return string(a.ID) == about }); i >= 0 && k != domain.NudgeAnswered && !c.asks[i].AnsweredAt.IsZero() {
		return c.asks[i].AnsweredAt
	}
	return at
}

// patience is what a mail may need that was under way when the mailer died: it is tried again after five minutes.
const patience = 30 * time.Minute

// couldMail: there was time to mail a thing, twice over, before it was done, had closed, or was told again in other words.
func (c *checker) couldMail(n domain.Nudge) bool {
	until := c.settled(n.Kind, n.Ref, n.AccountID)
	w := c.watches[n.AccountID]
	if i := slices.IndexFunc(c.occurrences, func(o domain.Occurrence) bool { return string(o.ID) == n.Ref }); i >= 0 && n.Kind.Opens() {
		for t := n.At; t.Before(until); t = t.Add(time.Minute) {
			if !w.opens(c.round(c.occurrences[i].RoundID), c.occurrences[i].On, t) {
				until = t
			}
		}
		if again := c.nudge(domain.NudgeRemind, n.Ref, n.AccountID); n.Kind == domain.NudgePrompt && !again.IsZero() && again.Before(until) {
			until = again
		}
	}
	from, _ := slices.BinarySearchFunc(c.looks, n.At.Add(20*time.Second), time.Time.Compare)
	var one time.Time
	for _, t := range c.looks[from:] {
		if !t.Before(until) {
			return false
		}
		if n.Kind != domain.NudgeUrgent && !w.reachable(t) {
			continue
		}
		if one.IsZero() {
			one = t
		}
		if t.Sub(one) > patience {
			return true
		}
	}
	return false
}
