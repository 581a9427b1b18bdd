package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/emersion/go-ical"

	"baton/domain"
)

func TestACalendarOfWhatIsDue(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	ada, olga, nobody := c.enter(admin), c.enter(owner), &person{s: c.server}
	address := func() string {
		url := decoded[struct{ URL string }](t, ada.call("POST", "/api/v1/me/due-feed", nil).expect(201)).URL
		return strings.TrimPrefix(url, c.url)
	}
	first := address()
	if a := nobody.call("GET", first, nil).expect(200); !strings.HasPrefix(a.header.Get("Content-Type"), "text/calendar") || strings.Contains(string(a.body), "VEVENT") {
		t.Errorf("%v %s", a.header, a.body)
	}
	olga.call("POST", "/api/v1/asks", map[string]any{"owner_id": ada.member.Account.ID, "body": "Which colour; red,\nor blue?", "class": "standard"}).expect(201)
	second := address()
	nobody.call("GET", first, nil).problem(404)
	for range 30 { // calendar programs look often
		nobody.call("GET", second, nil).expect(200)
	}
	text := string(nobody.call("GET", second, nil).expect(200).body)
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil || len(cal.Events()) != 1 {
		t.Fatal(err, text)
	}
	e := cal.Events()[0]
	start, _ := e.DateTimeStart(nil)
	end, err := e.DateTimeEnd(nil)
	title, _ := e.Props.Text(ical.PropSummary)
	if err != nil || !end.After(start) || !strings.HasSuffix(title, "Which colour; red,\nor blue?") || !strings.Contains(e.Props.Get(ical.PropURL).Value, "/asks/") {
		t.Errorf("%s", text)
	}
	if strings.Contains(text, "\n\n") || !strings.Contains(text, "\r\n") {
		t.Errorf("%q", text)
	}
	nobody.call("GET", strings.TrimSuffix(second, ".ics"), nil).problem(404)
	ada.call("DELETE", "/api/v1/me/due-feed", nil).expect(204)
	nobody.call("GET", second, nil).problem(404)
	// Who leaves the workspace has no calendar of it.
	third := address()
	c.exec(`update member set left_at = now() where account_id = $1`, ada.member.Account.ID)
	if got := nobody.call("GET", third, nil).status; got != http.StatusNotFound {
		t.Errorf("%d", got)
	}
}

func TestABrokenGlassIsPostedAtOnceAndCounted(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	w := c.members[owner].WorkspaceID
	for _, name := range []string{"phone", "pager"} {
		hook := domain.Webhook{
			ID: domain.NewID[domain.WebhookID](), WorkspaceID: w, Kind: domain.WebhookNtfy, Name: name, URL: "https://ntfy.example.org/" + name,
			Wants: []domain.MessageKind{domain.MessageUrgent}, CreatedBy: c.members[admin].Account.ID,
		}
		if err := c.db.Webhooks.Create(t.Context(), hook); err != nil {
			t.Fatal(err)
		}
	}
	olga := c.enter(owner)
	ask := map[string]any{"owner_id": c.members[admin].Account.ID, "body": "The keys, which nobody else may know of", "class": "urgent", "reason": "The site is down"}
	olga.call("POST", "/api/v1/asks", ask).expect(201)
	due, _, err := c.db.Webhooks.Claim(t.Context(), 10, nil)
	if err != nil || len(due) != 2 {
		t.Fatal(len(due), err)
	}
	for _, p := range due {
		m := p.Message
		if m.Kind != domain.MessageUrgent || m.Text != "The site is down" || strings.Contains(m.Title+m.Text, "keys") || !strings.HasPrefix(m.Path, "/asks/") {
			t.Errorf("%+v", m)
		}
	}
	if err := c.db.Webhooks.Sent(t.Context(), due[0].Message.ID); err != nil {
		t.Fatal(err)
	}
	month := olga.call("GET", "/api/v1/asks", nil) // the clock of the server
	review := decoded[struct {
		Count  int
		Urgent []struct{ Channels, Arrived int }
	}](t, olga.call("GET", "/api/v1/break-glass?month="+mustDate(t, month)[:7], nil).expect(200))
	if review.Count != 1 || review.Urgent[0].Channels != 2 || review.Urgent[0].Arrived != 1 {
		t.Errorf("%+v", review)
	}
}

// mustDate is the day on which an answer was given.
func mustDate(t *testing.T, a *answer) string {
	t.Helper()
	at, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		t.Fatal(err)
	}
	return string(domain.DateOf(at.UTC()))
}
