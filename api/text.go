package api

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"baton/domain"
)

// What people write is kept verbatim, as text; it is escaped where it is shown. Only what cannot be
// shown, or stored (a zero character), is refused.

// cleanName trims the name of a person or a thing, which is one line and not empty.
func cleanName(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", domain.Errorf(domain.KindInvalid, "the name is empty")
	}
	return cleanLine("name", s)
}

// cleanLine trims one line of text, which may be empty.
func cleanLine(what, s string) (string, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", domain.Errorf(domain.KindInvalid, "the %s has characters that cannot be shown", what)
	}
	return s, nil
}

// cleanLines trims text of several lines.
func cleanLines(what, s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return "", domain.Errorf(domain.KindInvalid, "the %s has characters that cannot be shown", what)
	}
	return s, nil
}

// cleanTimeZone takes IANA names; empty is UTC.
func cleanTimeZone(s string) (string, error) {
	if s == "" {
		return "UTC", nil
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return "", domain.Errorf(domain.KindInvalid, "%q is not a time zone like Europe/Paris", s)
	}
	return s, nil
}
