package domain

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of tags.
const (
	MaxTags      = 20 // of a clip
	MaxTagLength = 40 // characters
)

// Tag is a word that people sort clips by, and how many clips have it.
type Tag struct {
	Name  string
	Clips int
}

// CleanTags makes tags equal that look equal: lower case, single blanks, no leading #, sorted, none twice. Empty
// ones are dropped. KindInvalid for too many, too long, or with characters that cannot be shown.
func CleanTags(tags []string) ([]string, error) {
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		t, err := CleanTag(t)
		if err != nil {
			return nil, err
		}
		if t != "" {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > MaxTags {
		return nil, Errorf(KindInvalid, "a clip has at most %d tags", MaxTags)
	}
	return out, nil
}

// CleanTag is CleanTags for one; it may come out empty.
func CleanTag(t string) (string, error) {
	if !utf8.ValidString(t) || strings.ContainsFunc(t, func(r rune) bool { return unicode.IsControl(r) || r == ',' }) {
		return "", Errorf(KindInvalid, "a tag has no commas and no characters that cannot be shown")
	}
	t = strings.ToLower(strings.Join(strings.Fields(strings.TrimLeft(strings.TrimSpace(t), "#")), " "))
	if utf8.RuneCountInString(t) > MaxTagLength {
		return "", Errorf(KindInvalid, "a tag has at most %d characters", MaxTagLength)
	}
	return t, nil
}
