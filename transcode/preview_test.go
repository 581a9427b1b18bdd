package transcode

import (
	"bytes"
	"testing"

	"baton/domain"
)

func TestPreviewIsAnimatedAndSmall(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"calm":  {"-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=5", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "a.mp4"},
		"noise": {"-f", "lavfi", "-i", "color=gray:s=640x360:r=10:d=5,noise=alls=100:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "n.mp4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, r, b := setup(t)
			got, err := r.Preview(ctx, open(ctx, t, r, b, args...))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > previewBytes || !bytes.HasPrefix(got, []byte("RIFF")) || !bytes.Equal(got[8:12], []byte("WEBP")) {
				t.Fatalf("%d bytes, %q", len(got), got[:12])
			}
			// ANIM says how often it goes round (0: for ever), each ANMF is a picture that differs from the one before.
			anim := bytes.Index(got, []byte("ANIM"))
			if anim < 0 || got[anim+12] != 0 || got[anim+13] != 0 {
				t.Error("it does not go round for ever")
			}
			if n := bytes.Count(got, []byte("ANMF")); n < 15 || n > 24 {
				t.Errorf("%d pictures", n)
			}
		})
	}
}

func TestPreviewOfSoundAlone(t *testing.T) {
	t.Parallel()
	ctx, r, b := setup(t)
	_, err := r.Preview(ctx, open(ctx, t, r, b, "-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", "s.mp4"))
	if domain.KindOf(err) != domain.KindInvalid {
		t.Error(err)
	}
}
