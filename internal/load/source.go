package load

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"

	"github.com/pion/webrtc/v4"

	"baton/media/loadgen"
)

const (
	// MimeType is what the recordings are, as MediaRecorder names it.
	MimeType = "video/x-matroska;codecs=avc1,opus"
	// Mbits is what an encoder of a browser makes of a screen at 1280×720 and 30 frames a second.
	Mbits = 2.5
)

// Screen is a moving test picture with noise, so that it costs the bits of a real one.
func Screen(ctx context.Context) (*loadgen.Source, error) {
	return Encode(ctx, "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=10", "-f", "lavfi", "-i", "sine=d=10", "-vf", "noise=alls=12:allf=t",
		"-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "2436k", "-maxrate", "2436k", "-bufsize", "2436k",
		"-g", "60", "-x264-params", "repeat-headers=1", "-c:a", "libopus", "-b:a", "64k", "-ar", "48000")
}

// Encode makes a recording by ffmpeg, as the arguments say.
func Encode(ctx context.Context, args ...string) (*loadgen.Source, error) {
	var out, said bytes.Buffer
	c := exec.CommandContext(ctx, "ffmpeg", append(append([]string{"-nostdin", "-v", "error"}, args...), "-f", "matroska", "-")...)
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("make a recording: %w: %s", err, said.Bytes())
	}
	return loadgen.Load(out.Bytes())
}

// Loopback lets pion find this machine without asking its network.
func Loopback() *webrtc.SettingEngine {
	s := &webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return s
}
