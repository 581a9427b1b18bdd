package openai

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/domain"
	"baton/transcribe"
)

// answer is a verbose_json, as OpenAI, Groq and speaches write it (words beside the
// segments) or as whisper.cpp's server does (words inside them, in pieces).
type answer struct {
	Language string    `json:"language"`
	Text     string    `json:"text"`
	Words    []piece   `json:"words"`
	Segments []segment `json:"segments"`
}

type segment struct {
	Start        float64 `json:"start"` // seconds
	End          float64 `json:"end"`
	Text         string  `json:"text"`
	NoSpeechProb float64 `json:"no_speech_prob"`
	AvgLogProb   float64 `json:"avg_logprob"`
	Words        []piece `json:"words"`
}

type piece struct {
	Word  string  `json:"word"`
	Start float64 `json:"start"` // seconds
	End   float64 `json:"end"`
}

// Whisper's own rule for a segment that it made up of nothing.
const (
	noSpeechAbove = 0.6
	logProbBelow  = -1.0
)

// farMS from any detected speech a word was made up.
const farMS = 1000

// fill puts the words of an answer into a stretch whose speech is known. Times count from
// the part's beginning.
func (a answer) fill(s *transcribe.Stretch, lengthMS int64) {
	a.Segments = slices.DeleteFunc(a.Segments, func(g segment) bool {
		return g.NoSpeechProb > noSpeechAbove && g.AvgLogProb < logProbBelow
	})
	words := a.timedWords(lengthMS, s.Speech)
	words = slices.DeleteFunc(words, func(w domain.Word) bool { return w.Text == "" || far(w, s.Speech) })
	var looped bool
	if words, looped = withoutLoops(words); looped {
		s.Trouble = transcribe.TroubleLoop
	}
	if len(words) == 0 {
		return
	}
	s.Words = words
	if tag := languageTag(a.Language); tag != "" {
		s.Language = tag
	}
	for _, g := range a.Segments {
		s.LogProb += g.AvgLogProb / float64(len(a.Segments))
	}
}

// timedWords takes the best times that the answer has.
func (a answer) timedWords(lengthMS int64, speech []domain.Span) []domain.Word {
	if len(a.Words) > 0 {
		words := joinPieces(a.Words, true)
		punctuate(words, a.wholeText())
		return words
	}
	var out []domain.Word
	for _, g := range a.Segments {
		if len(g.Words) > 0 {
			out = append(out, joinPieces(g.Words, false)...)
			continue
		}
		out = append(out, spread(g.Text, toMS(g.Start), toMS(g.End))...)
	}
	if len(out) == 0 && len(a.Segments) == 0 && len(speech) > 0 {
		out = spread(a.Text, speech[0].StartMS, min(lengthMS, speech[len(speech)-1].EndMS))
	}
	return out
}

func (a answer) wholeText() string {
	if a.Text != "" {
		return a.Text
	}
	var b strings.Builder
	for _, g := range a.Segments {
		b.WriteString(" " + g.Text)
	}
	return b.String()
}

// joinPieces makes words of pieces. In whisper.cpp's a piece without a space before it goes
// on with the word before; whole words may have none at all.
func joinPieces(pieces []piece, whole bool) []domain.Word {
	spaced := slices.ContainsFunc(pieces, func(p piece) bool { return strings.HasPrefix(p.Word, " ") })
	var out []domain.Word
	for _, p := range pieces {
		text := strings.TrimSpace(p.Word)
		goesOn := len(out) > 0 && spaced && !strings.HasPrefix(p.Word, " ") && (!whole || !startsWord(text))
		if goesOn {
			last := &out[len(out)-1]
			last.Text += text
			last.EndMS = max(last.EndMS, toMS(p.End))
			continue
		}
		out = append(out, domain.Word{StartMS: toMS(p.Start), EndMS: toMS(p.End), Text: text})
	}
	return out
}

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func toMS(seconds float64) int64 {
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e7 {
		return 0
	}
	return int64(math.Round(seconds * 1000))
}

// punctuate gives words that came bare the punctuation and case that the text has.
func punctuate(words []domain.Word, text string) {
	tokens := strings.Fields(text)
	for i := range words {
		w := &words[i]
		for ahead := 0; ahead < min(4, len(tokens)); ahead++ {
			if bare(tokens[ahead]) == bare(w.Text) && bare(w.Text) != "" {
				w.Text = tokens[ahead]
				tokens = tokens[ahead+1:]
				break
			}
		}
	}
}

// bare is a word's letters and digits in lower case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// spread gives the words of a text times in proportion to their letters.
func spread(text string, fromMS, toMS int64) []domain.Word {
	fields := strings.Fields(text)
	letters := int64(0)
	for _, f := range fields {
		letters += int64(utf8.RuneCountInString(f)) + 1
	}
	var out []domain.Word
	at := int64(0)
	for _, f := range fields {
		next := at + int64(utf8.RuneCountInString(f)) + 1
		out = append(out, domain.Word{StartMS: fromMS + (toMS-fromMS)*at/letters, EndMS: fromMS + (toMS-fromMS)*next/letters, Text: f})
		at = next
	}
	return out
}

func far(w domain.Word, speech []domain.Span) bool {
	return !slices.ContainsFunc(speech, func(s domain.Span) bool {
		return w.EndMS > s.StartMS-farMS && w.StartMS < s.EndMS+farMS
	})
}

// withoutLoops keeps one of a phrase of up to 16 words that is said four times in a row and
// more (eight for a single word, which people do say).
func withoutLoops(words []domain.Word) (kept []domain.Word, looped bool) {
	for i := 0; i < len(words); {
		phrase, times := loopAt(words, i)
		if phrase == 0 {
			kept = append(kept, words[i])
			i++
			continue
		}
		looped = true
		kept = append(kept, words[i:i+phrase]...)
		i += phrase * times
	}
	return kept, looped
}

func loopAt(words []domain.Word, at int) (phrase, times int) {
	for phrase = 1; phrase <= 16; phrase++ {
		n := 0
		for at+(n+2)*phrase <= len(words) && sameWords(words[at:at+phrase], words[at+(n+1)*phrase:]) {
			n++
		}
		if times = n + 1; times >= 8 || phrase > 1 && times >= 4 {
			return phrase, times
		}
	}
	return 0, 0
}

func sameWords(a, b []domain.Word) bool {
	for i := range a {
		if bare(a[i].Text) != bare(b[i].Text) {
			return false
		}
	}
	return true
}

// languageTag makes a BCP 47 tag of what servers say: a tag, or Whisper's English name.
func languageTag(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) == 2 || len(name) == 3 || len(name) > 2 && name[2] == '-' {
		return name
	}
	names := map[string]string{
		"english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl",
		"polish": "pl", "russian": "ru", "ukrainian": "uk", "turkish": "tr", "chinese": "zh", "japanese": "ja", "korean": "ko",
		"arabic": "ar", "hindi": "hi", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi", "czech": "cs",
		"greek": "el", "hungarian": "hu", "romanian": "ro", "vietnamese": "vi", "indonesian": "id", "hebrew": "he", "thai": "th",
	}
	return names[name]
}
