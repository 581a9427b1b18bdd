package domain

import "testing"

func TestAnAddressIsWhatItIsWithoutQuotes(t *testing.T) {
	for in, want := range map[string]string{
		" Ana@Example.org ":                  "ana@example.org",
		"a.n+a@example.org":                  "a.n+a@example.org",
		"änne@example.org":                   "änne@example.org",
		`"<img src=x onerror=f()>"@evil.org`: "",
		`"a, b"@evil.org`:                    "",
		"Ana <ana@example.org>":              "",
		"ana@example.org\r\nBcc: b@evil.org": "",
		"ana":                                "",
	} {
		if got, err := NormaliseEmail(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}
