package ocr_test

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/domain"
	"baton/ocr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// draw makes a grey picture of text as ffmpeg writes it.
func draw(t *testing.T, text, size, colours string) []byte {
	t.Helper()
	back, front, _ := strings.Cut(colours, " on ")
	back, front = front, back
	var out, complaint bytes.Buffer
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c="+back+":s=1600x900:d=1",
		"-vf", "drawtext=font=sans:text='"+text+"':fontsize="+size+":fontcolor="+front+":x=80:y=80:line_spacing=12",
		"-frames:v", "1", "-f", "image2pipe", "-c:v", "pgm", "-pix_fmt", "gray", "pipe:1")
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		t.Fatal(err, complaint.String())
	}
	return out.Bytes()
}

func TestReadsSlidesAndTerminals(t *testing.T) {
	t.Parallel()
	r := ocr.New(ocr.Config{})
	if v, err := r.Version(t.Context()); err != nil || !strings.HasPrefix(v, "tesseract ") {
		t.Fatal(v, err)
	}
	for name, c := range map[string]struct{ text, size, colours string }{
		"a slide":    {"Migration plan for August\nRetire the Zanzibar gateway", "48", "black on white"},
		"a terminal": {"grep idempotency handler.go\nledger service is running", "18", "0xd4d4d4 on 0x1e1e1e"},
	} {
		lines, err := r.Read(t.Context(), draw(t, c.text, c.size, c.colours))
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, l.Text)
			if l.Confidence < 60 || l.Confidence > 100 {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if strings.Join(got, "\n") != c.text {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAnEmptyPictureHasNoText(t *testing.T) {
	t.Parallel()
	lines, err := ocr.New(ocr.Config{}).Read(t.Context(), draw(t, " ", "20", "black on white"))
	if err != nil || len(lines) != 0 {
		t.Errorf("%v %v", lines, err)
	}
}

func TestWhatIsNoPictureIsAnErrorAndLimitsHold(t *testing.T) {
	t.Parallel()
	picture := draw(t, "hello", "40", "black on white")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		config  ocr.Config
		ctx     context.Context //nolint:containedctx // a table
		picture []byte
	}{
		"no picture": {ocr.Config{}, t.Context(), []byte("P5\n-1 9\n255\nx")},
		"nothing":    {ocr.Config{}, t.Context(), nil},
		"memory":     {ocr.Config{MaxMemory: 16 << 20}, t.Context(), picture},
		"time":       {ocr.Config{Timeout: time.Millisecond}, t.Context(), picture},
		"cancelled":  {ocr.Config{}, stopped, picture},
		"absent":     {ocr.Config{Program: "no-such-tesseract"}, t.Context(), picture},
	} {
		if lines, err := ocr.New(c.config).Read(c.ctx, c.picture); domain.KindOf(err) != domain.KindUnavailable {
			t.Errorf("%s: %v %v", name, lines, err)
		}
	}
	for _, c := range []ocr.Config{{Program: "no-such-tesseract"}, {Language: "tlh"}} {
		if err := ocr.New(c).Present(t.Context()); domain.KindOf(err) != domain.KindUnavailable || !strings.Contains(err.Error(), "apt-get") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
