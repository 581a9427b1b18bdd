package transcribe_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"baton/transcribe"
)

// tone is a sine of so many dB RMS below full scale.
func tone(seconds int, db float64) []byte {
	b := make([]byte, 2*seconds*transcribe.SampleRate)
	amplitude := 32768 * math.Sqrt2 * math.Pow(10, db/20)
	for i := range len(b) / 2 {
		v := amplitude * math.Sin(2*math.Pi*400*float64(i)/transcribe.SampleRate)
		binary.LittleEndian.PutUint16(b[2*i:], uint16(int16(v)))
	}
	return b
}

func TestGain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pcm  []byte
		want float64
	}{
		{"nothing", nil, 0},
		{"silence", make([]byte, 64000), 0},
		{"loud enough", tone(5, -15), 0},
		{"quiet", tone(5, -50), 30},
		{"hardly there", tone(5, -75), 36},
		{"a little speech in much noise", append(tone(200, -60), tone(3, -20)...), 12},
	} {
		var l transcribe.Loudness
		l.Add(c.pcm)
		if got := l.GainDB(); math.Abs(got-c.want) > 1 {
			t.Errorf("%s: %.1f dB, want %.1f", c.name, got, c.want)
		}
	}
}

func rms(pcm []byte) float64 {
	var sum float64
	for i := 0; i+1 < len(pcm); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(pcm[i:]))) / 32768
		sum += v * v
	}
	return 10 * math.Log10(sum/float64(len(pcm)/2)+1e-12)
}

func TestLevel(t *testing.T) {
	t.Parallel()
	in := append(tone(60, -50), 7) // half a sample too much
	out, err := io.ReadAll(transcribe.Level(iotest.HalfReader(bytes.NewReader(in))))
	if err != nil || len(out) != len(in) {
		t.Fatalf("%d of %d bytes, %v", len(out), len(in), err)
	}
	if got := rms(out); math.Abs(got+20) > 1 {
		t.Errorf("%.1f dB", got)
	}
}

// Loud speech after a long quiet room is not clipped: the gain went down before it came.
func TestLevelSeesAhead(t *testing.T) {
	t.Parallel()
	in := append(tone(60, -70), tone(20, -20)...)
	out, err := io.ReadAll(transcribe.Level(bytes.NewReader(in)))
	if err != nil {
		t.Fatal(err)
	}
	if got := rms(out[62*2*transcribe.SampleRate:]); got > -7 {
		t.Errorf("%.1f dB", got)
	}
}

// Live, sound of a usual loudness is passed on as it comes; quiet sound waits until it is known what follows.
func TestLevelLiveHoldsLittleBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		db     float64
		heldMS int
	}{{-20, 0}, {-50, 750}} {
		in := tone(4, c.db)
		given := 0
		out := transcribe.LevelLive(io.MultiReader(bytes.NewReader(in), readerFunc(func([]byte) (int, error) {
			if held := (len(in) - given) / transcribe.BytesPerMS; held != c.heldMS {
				t.Errorf("%.0f dB: %d ms are held back", c.db, held)
			}
			return 0, io.EOF
		})))
		part := make([]byte, 1000)
		for {
			n, err := out.Read(part)
			if given += n; err != nil {
				break
			}
		}
		if given != len(in) {
			t.Errorf("%.0f dB: %d of %d bytes", c.db, given, len(in))
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestLevelPassesErrorsOn(t *testing.T) {
	t.Parallel()
	want := errors.New("the decoder failed")
	in := io.MultiReader(bytes.NewReader(tone(3, -20)), iotest.ErrReader(want))
	out, err := io.ReadAll(transcribe.Level(in))
	if !errors.Is(err, want) || len(out) != 3*2*transcribe.SampleRate {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}
