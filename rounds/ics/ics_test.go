package ics_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"baton/domain"
	"baton/rounds/ics"
)

const holidays = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260403
DTEND;VALUE=DATE:20260407
SUMMARY:Easter
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20200501
RRULE:FREQ=YEARLY
SUMMARY:Labour Day
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260302T100000
DTEND;TZID=Europe/Berlin:20260302T104500
RRULE:FREQ=WEEKLY;BYDAY=MO
SUMMARY:Status\, all
ATTENDEE:mailto:a@example.org
ATTENDEE:mailto:b@example.org
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260601
STATUS:CANCELLED
SUMMARY:Not a holiday after all
END:VEVENT
END:VCALENDAR
`

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestRead(t *testing.T) {
	t.Parallel()
	events, skipped, err := ics.Read(strings.NewReader(crlf(holidays)), time.UTC)
	if err != nil || skipped != 1 || len(events) != 3 {
		t.Fatalf("%d events, %d skipped: %v", len(events), skipped, err)
	}
	m := events[2]
	if m.Summary != "Status, all" || m.Length != 45*time.Minute || m.Attendees != 2 || m.AllDay || m.Rule == nil || !m.Start.Equal(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", m)
	}
	var got []string
	for _, d := range ics.DaysOff(events, "2026-04-05", "2027-06-01", domain.DefaultHours("UTC")) {
		got = append(got, fmt.Sprintf("%s–%s %s", d.First, d.Last, d.Reason))
	}
	want := "2026-04-03–2026-04-06 Easter|2026-05-01–2026-05-01 Labour Day|2027-05-01–2027-05-01 Labour Day"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

func TestWhatIsNoCalendar(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "hello", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "BEGIN:VEVENT"} {
		if _, _, err := ics.Read(strings.NewReader(s), time.UTC); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(crlf(holidays))
	f.Add(calendar(series + "EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000\nRDATE;VALUE=PERIOD:20260401T080000Z/PT1H\n"))
	f.Fuzz(func(_ *testing.T, s string) {
		if events, _, err := ics.Read(strings.NewReader(s), time.UTC); err == nil {
			_ = ics.DaysOff(events, "2026-01-01", "2027-01-01", domain.DefaultHours("Europe/Berlin"))
			_ = ics.Candidates(events, "2026-01-01")
		}
	})
}

// calendar is one with these entries, each a text between BEGIN and END.
func calendar(entries ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nVERSION:2.0\n")
	for _, e := range entries {
		b.WriteString("BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n" + e + "END:VEVENT\n")
	}
	return crlf(b.String() + "END:VCALENDAR\n")
}

func read(t *testing.T, text string) []ics.Event {
	t.Helper()
	events, _, err := ics.Read(strings.NewReader(text), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// series is a Monday's meeting at ten in Berlin.
const series = "UID:s\nDTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=Europe/Berlin:20260302T104500\nRRULE:FREQ=WEEKLY\nSUMMARY:Status\n"

func TestRepetitionsThatAreNone(t *testing.T) {
	t.Parallel()
	moved := "UID:s\nRECURRENCE-ID:20260330T080000Z\nDTSTART;TZID=Europe/Berlin:20260401T160000\nDTEND;TZID=Europe/Berlin:20260401T164500\nSUMMARY:Status, later\n"
	cancelled := "UID:s\nRECURRENCE-ID;TZID=Europe/Berlin:20260413T100000\nDTSTART;TZID=Europe/Berlin:20260413T100000\nSTATUS:CANCELLED\n"
	other := "UID:other\nRECURRENCE-ID;TZID=Europe/Berlin:20260420T100000\nDTSTART;TZID=Europe/Berlin:20260420T100000\nSTATUS:CANCELLED\n"
	events := read(t, calendar(moved, series+"EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000\nEXDATE;VALUE=DATE:20260323\nRDATE;TZID=Europe/Berlin:20260410T100000\nRDATE;VALUE=PERIOD:20260501T080000Z/PT1H\n", cancelled, other))
	var days []string
	for i := range events {
		if events[i].Rule != nil {
			for _, d := range events[i].Days("2026-03-01", "2026-05-04") {
				days = append(days, string(d))
			}
		}
	}
	if got, want := strings.Join(days, " "), "2026-03-02 2026-04-06 2026-04-10 2026-04-20 2026-04-27 2026-05-01 2026-05-04"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestAbsencesOfSeveralDaysByTheClock(t *testing.T) {
	t.Parallel()
	entry := func(start, end, more string) string { return "DTSTART:" + start + "\nDTEND:" + end + "\n" + more }
	for what, c := range map[string]struct{ entry, want string }{
		"a week's leave":                  {entry("20260706T090000", "20260710T170000", "SUMMARY:Leave\n"), "2026-07-06–2026-07-10"},
		"from an afternoon to a noon":     {entry("20260706T140000", "20260708T120000", ""), "2026-07-07–2026-07-07"},
		"a night on call":                 {entry("20260706T220000", "20260707T060000", ""), ""},
		"a workshop":                      {entry("20260706T090000", "20260706T170000", ""), ""},
		"in another zone":                 {entry("20260706T223000Z", "20260708T223000Z", ""), "2026-07-07–2026-07-08"},
		"takes no time":                   {entry("20260706T090000", "20260710T170000", "TRANSP:TRANSPARENT\n"), ""},
		"cancelled":                       {entry("20260706T090000", "20260710T170000", "STATUS:CANCELLED\n"), ""},
		"each month":                      {entry("20260706T080000", "20260707T180000", "RRULE:FREQ=MONTHLY;COUNT=3\nEXDATE:20260806T080000\n"), "2026-07-06–2026-07-07 2026-09-06–2026-09-07"},
		"longer than anybody is away":     {entry("19700101T090000", "99990710T170000", ""), ""},
		"over a change of the clock":      {entry("20261024T080000", "20261026T170000", ""), "2026-10-24–2026-10-26"},
		"whole days but for a day of one": {"DTSTART;VALUE=DATE:20260706\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260707\n", "2026-07-06–2026-07-06 2026-07-08–2026-07-08"},
	} {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		events, _, err := ics.Read(strings.NewReader(calendar(c.entry)), berlin)
		if err != nil {
			t.Fatal(what, err)
		}
		var got []string
		for _, d := range ics.DaysOff(events, "2026-07-01", "2026-12-31", domain.DefaultHours("Europe/Berlin")) {
			got = append(got, fmt.Sprintf("%s–%s", d.First, d.Last))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, not %q", what, s, c.want)
		}
	}
}

// TestCandidates: what comes back, is long, and has many people listen to one at a time; and why.
func TestCandidates(t *testing.T) {
	t.Parallel()
	invite := func(n int, more string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "ATTENDEE%s:mailto:p%d@example.org\n", more, i)
		}
		return b.String()
	}
	entry := func(title, rule string, minutes int, more string) string {
		return fmt.Sprintf("UID:%s\nDTSTART:20260302T100000Z\nDURATION:PT%dM\nSUMMARY:%s\n%s%s", title, minutes, title, rule, more)
	}
	const weekly, daily, boss = "RRULE:FREQ=WEEKLY\n", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR\n", "ORGANIZER:mailto:boss@example.org\n"
	for what, c := range map[string]struct{ entry, why string }{
		"a status":                       {entry("Project status", weekly, 45, invite(6, "")), "its title says “status”"},
		"a short one each day":           {entry("Stand-up", daily, 15, invite(6, "")), "its title says “Stand-up”"},
		"a short one each week":          {entry("Check-in", weekly, 10, invite(6, "")), ""},
		"few people":                     {entry("Weekly", weekly, 60, invite(3, "")), ""},
		"most declined":                  {entry("Weekly", weekly, 60, invite(9, ";PARTSTAT=DECLINED")), ""},
		"rooms":                          {entry("Weekly", weekly, 60, invite(2, "")+"ATTENDEE;CUTYPE=ROOM:mailto:r1@example.org\nATTENDEE;CUTYPE=RESOURCE:mailto:r2@example.org\n"), ""},
		"the same person, again":         {entry("Weekly", weekly, 60, strings.Repeat("ATTENDEE:mailto:a@example.org\n", 9)), ""},
		"once":                           {entry("Status", "", 60, invite(9, "")), ""},
		"ended":                          {entry("Status", "RRULE:FREQ=WEEKLY;UNTIL=20260401T000000Z\n", 60, invite(9, "")), ""},
		"a brainstorm of many":           {entry("Weekly brainstorming", weekly, 60, boss+invite(9, "")), ""},
		"one to one":                     {entry("Ada 1:1 status", weekly, 60, invite(5, "")), ""},
		"a talk of few":                  {entry("Roadmap", weekly, 60, boss+invite(5, "")), ""},
		"one before many":                {entry("Roadmap", weekly, 60, boss+invite(11, "")), "one holds it, and 11 are invited: most of them listen"},
		"by its description":             {entry("Team", weekly, 60, "DESCRIPTION:Everybody gives a short update.\n"+invite(5, "")), "its description says “update”"},
		"a word within a word":           {entry("Statusquo", weekly, 60, invite(5, "")), ""},
		"nearly always cancelled":        {entry("Status", "RRULE:FREQ=MONTHLY\nEXDATE:20260602T100000Z,20260702T100000Z,20260802T100000Z\n", 60, invite(9, "")), ""},
		"as long as whole days, or none": {entry("Status", weekly, 0, invite(9, "")), ""},
	} {
		all := ics.Candidates(read(t, calendar(c.entry)), "2026-03-01")
		got := ""
		if len(all) == 1 {
			got = all[0].Why[len(all[0].Why)-1]
		}
		if got != c.why {
			t.Errorf("%s: %q, not %q", what, got, c.why)
		}
	}
	all := ics.Candidates(read(t, calendar(entry("Status", weekly, 45, boss+invite(6, "")))), "2026-03-01")
	if len(all) != 1 || all[0].People != 7 || all[0].PerYear != 52 || strings.Join(all[0].Why, "; ") != "comes back 52 times in the next year; takes 45 minutes each time; 7 people; its title says “Status”" {
		t.Errorf("%+v", all)
	}
}

// TestHostileCalendars are read quickly, or refused.
func TestHostileCalendars(t *testing.T) {
	t.Parallel()
	old := strings.Repeat("BEGIN:VEVENT\r\nDTSTART:19700101T100000Z\r\nDURATION:PT30M\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Status\r\nATTENDEE:a\r\nATTENDEE:b\r\nATTENDEE:c\r\nATTENDEE:d\r\nEND:VEVENT\r\n", 4000)
	began := time.Now()
	events := read(t, "BEGIN:VCALENDAR\r\n"+old+"END:VCALENDAR\r\n")
	if got := len(ics.Candidates(events, "2026-03-01")); got != 4000 {
		t.Error(got)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("old rules took %v", took)
	}
	counted := strings.Repeat("BEGIN:VEVENT\r\nDTSTART:19700101T100000Z\r\nRRULE:FREQ=DAILY;COUNT=100000\r\nEND:VEVENT\r\n", 3)
	named := "BEGIN:VEVENT\r\nDTSTART:19700101T100000Z\r\nRDATE:" + strings.Repeat("20260101T000000Z,", 200_001) + "20260101T000000Z\r\nEND:VEVENT\r\n"
	many := strings.Repeat("BEGIN:VEVENT\r\nDTSTART:19700101T100000Z\r\nEND:VEVENT\r\n", ics.MaxEvents+1)
	for _, entries := range []string{counted, named, many} {
		if _, _, err := ics.Read(strings.NewReader("BEGIN:VCALENDAR\r\n"+entries+"END:VCALENDAR\r\n"), time.UTC); domain.KindOf(err) != domain.KindTooLarge {
			t.Error(err)
		}
	}
}
