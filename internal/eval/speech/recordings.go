package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"baton/domain"
	"baton/internal/eval"
)

// recording is a sound file with what is said in it.
type recording struct {
	group string // files of a group are counted together
	path  string
	text  string
	words []domain.Word // with their times, if they are known
}

// recordings finds the evaluation's files, and says what it does not find.
func recordings(data, sphinx string) (set []recording, missing []string) {
	for _, f := range []struct{ group, name, suffix string }{
		{"spontaneous", "acoustic_corpus", ".wav"},
		{"address", "jfk", ".wav"},
		{"sonnets", "sonnet001", ".mp3"},
		{"sonnets", "sonnet002", ".mp3"},
	} {
		base := filepath.Join(data, "speech", f.name)
		r, err := readRecording(f.group, base+f.suffix, base+".txt")
		if err != nil {
			missing = append(missing, err.Error())
			continue
		}
		if grid, err := os.ReadFile(base + ".TextGrid"); err == nil {
			if r.words, err = eval.ParseTextGrid(string(grid)); err != nil {
				missing = append(missing, err.Error())
			}
		}
		set = append(set, r)
	}
	for group, index := range map[string]string{"librivox": "librivox/transcription", "cards": "cards/cards.transcription"} {
		list, err := readTranscription(group, filepath.Join(sphinx, index))
		if err != nil {
			missing = append(missing, err.Error()+" (Debian: apt-get install pocketsphinx-testdata)")
		}
		set = append(set, list...)
	}
	return set, missing
}

func readRecording(group, sound, text string) (recording, error) {
	if _, err := os.Stat(sound); err != nil {
		return recording{}, err
	}
	b, err := os.ReadFile(text)
	return recording{group: group, path: sound, text: string(b)}, err
}

// readTranscription reads lines of "<s> text </s> (name)", for name.wav beside the list.
func readTranscription(group, path string) ([]recording, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var set []recording
	for line := range strings.Lines(string(b)) {
		text, name, ok := strings.Cut(line, "</s>")
		if !ok {
			continue
		}
		name = strings.Trim(strings.TrimSpace(name), "()")
		set = append(set, recording{group: group, path: filepath.Join(filepath.Dir(path), name+".wav"), text: strings.TrimPrefix(text, "<s>")})
	}
	return set, nil
}

// decode gives a file's sound as PCM of the engines' format.
func decode(ctx context.Context, path string) ([]byte, error) {
	var pcm, said bytes.Buffer
	c := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", "16000", "-")
	c.Stdout, c.Stderr = &pcm, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("decode %s: %w: %s", path, err, bytes.TrimSpace(said.Bytes()))
	}
	return pcm.Bytes(), nil
}
