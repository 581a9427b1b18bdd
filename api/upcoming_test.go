package api_test

import (
	"testing"
	"time"

	"baton/domain"
)

// TestUpcoming: a round asks in the hours of who is asked, and not on days off.
func TestUpcoming(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.workspace("Acme")
	ben := s.join(ana.member.WorkspaceID, "Ben", domain.RoleMember)
	ana.call("PUT", "/api/v1/me/hours", map[string]any{
		"time_zone": "Asia/Kolkata", "days": []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, "from": "10:30", "to": "18:00",
	}).expect(200)
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	day := domain.DateOf(time.Now().In(kolkata).AddDate(0, 0, 2))
	round := map[string]any{"template": "stand-up", "rule": "FREQ=DAILY", "starts_on": day, "opens": "09:00", "closes": "12:00", "members": []domain.AccountID{ana.member.Account.ID}}
	ana.call("POST", "/api/v1/rounds", round).expect(201)
	type upcoming struct {
		Upcoming []struct {
			RoundName string    `json:"round_name"`
			On        string    `json:"on"`
			AskedAt   time.Time `json:"asked_at"`
			ClosesAt  time.Time `json:"closes_at"`
		}
	}
	next := func(p *person) upcoming {
		return decoded[upcoming](t, p.call("GET", "/api/v1/me/upcoming", nil).expect(200))
	}

	got := next(ana).Upcoming
	if len(got) != 1 || got[0].On != string(day) || got[0].AskedAt.In(kolkata).Format("15:04") != "10:30" || got[0].ClosesAt.In(kolkata).Format("15:04") != "12:00" {
		t.Errorf("%+v", got)
	}
	ana.call("POST", "/api/v1/me/days-off", map[string]any{"first_day": day, "last_day": day.Plus(4)}).expect(201)
	if got := next(ana).Upcoming; len(got) != 1 || got[0].On != string(day.Plus(5)) {
		t.Errorf("after leave: %+v", got)
	}
	if got := next(ben).Upcoming; len(got) != 0 {
		t.Errorf("not a member: %+v", got)
	}
}
