package domain

import (
	"unicode"
	"unicode/utf8"
)

// Reaction is an emoji at a second of a clip, and how many people put it there.
type Reaction struct {
	Emoji string
	AtMS  int64
	Count int
	// Mine: the viewer is one of them.
	Mine bool
}

// Reactor is who reacts: a person or a guest.
type Reactor struct {
	AccountID AccountID
	GuestID   GuestID
}

// CheckEmoji refuses what is not one emoji: text would be a way round the rules for comments.
func CheckEmoji(s string) error {
	n, pictures := utf8.RuneCountInString(s), 0
	for _, r := range s {
		switch {
		case r > unicode.MaxLatin1 && unicode.In(r, unicode.So, unicode.Sk): // pictures, flags' letters, skin tones
			pictures++
		case r == 0x203C || r == 0x2049 || r >= 0x2190 && r <= 0x21FF: // ‼ ⁉ and arrows are punctuation and signs to Unicode
			pictures++
		case r == 0x200D || r == 0xFE0F || r >= 0xE0020 && r <= 0xE007F: // joiner, "as a picture", flags of regions
		default:
			pictures = -1000
		}
	}
	if n == 0 || n > 12 || pictures < 1 || pictures > 8 || !utf8.ValidString(s) {
		return Errorf(KindInvalid, "a reaction is one emoji")
	}
	return nil
}
