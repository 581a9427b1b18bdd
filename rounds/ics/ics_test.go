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
	for _, d := range ics.DaysOff(events, "2026-04-05", "2027-06-01") {
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
	f.Fuzz(func(_ *testing.T, s string) {
		if events, _, err := ics.Read(strings.NewReader(s), time.UTC); err == nil {
			_ = ics.DaysOff(events, "2026-01-01", "2027-01-01")
		}
	})
}
