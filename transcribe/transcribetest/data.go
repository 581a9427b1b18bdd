package transcribetest

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baton/transcribe"
	"baton/transcribe/models"
	"baton/transcribe/moonshine"
)

// Models gives the base model's files, from BATON_TEST_MODELS or else the user's cache
// folder; it installs them there when they are missing, which takes npm and a network.
func Models(tb testing.TB) moonshine.Config {
	tb.Helper()
	dir := os.Getenv("BATON_TEST_MODELS") //nolint:forbidigo // a setting of tests only
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			tb.Fatal(err)
		}
		dir = filepath.Join(cache, "baton", "models")
	}
	if models.Present(dir, models.Base) != nil {
		if err := models.Install(tb.Context(), dir, "", models.Base); err != nil {
			tb.Fatal(err)
		}
	}
	return models.Config(dir, models.Base)
}

// DataDir is the folder of real test data: BATON_TEST_DATA, or shared/data beside the checkout.
func DataDir(tb testing.TB) string {
	tb.Helper()
	if dir := os.Getenv("BATON_TEST_DATA"); dir != "" { //nolint:forbidigo // a setting of tests only
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "data")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

// Speech is the PCM of a WAV file in the test data's folder speech.
func Speech(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(DataDir(tb), "speech", name))
	if err != nil {
		tb.Fatalf("%v\nThe test speech belongs into shared/data beside the checkout, or where BATON_TEST_DATA says.", err)
	}
	return wavData(tb, b)
}

// Text is the reference text of a recording, in lower case.
func Text(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(DataDir(tb), "speech", name))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.ToLower(strings.TrimSpace(string(b)))
}

// wavData takes the samples out of a WAV file of our format.
func wavData(tb testing.TB, b []byte) []byte {
	tb.Helper()
	if len(b) < 44 || !bytes.Equal(b[:4], []byte("RIFF")) {
		tb.Fatal("not a WAV file")
	}
	for p := 12; p+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[p+4:]))
		body := b[p+8 : min(len(b), p+8+size)]
		switch string(b[p : p+4]) {
		case "fmt ":
			if channels, rate := binary.LittleEndian.Uint16(body[2:]), binary.LittleEndian.Uint32(body[4:]); channels != 1 || rate != transcribe.SampleRate {
				tb.Fatalf("%d channels of %d Hz", channels, rate)
			}
		case "data":
			return body
		}
		p += 8 + size + size%2
	}
	tb.Fatal("WAV file without data")
	return nil
}

// Silence is ms of digital silence.
func Silence(ms int) []byte { return make([]byte, ms*transcribe.BytesPerMS) }
