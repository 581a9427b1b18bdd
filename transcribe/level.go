package transcribe

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// The loudness that voice detection likes, in dB below full scale.
const (
	levelTargetDB = -20 // of the louder tenth of all frames
	levelPeakDB   = -8  // of the loudest half second
	maxGainDB     = 36
)

// Loudness measures 16-bit PCM by frames of 20 ms. It needs 1 kB for any length.
//
// Quiet microphones make voice detection miss speech: 30 dB too quiet raised the
// error rate from 7.5 to 31 %, and one constant gain brought it back to 6.8 %, while
// filters that change their gain lift the noise between words (12 to 16 %).
type Loudness struct {
	counts [128]int64 // frames by level: one for each dB from -127 up to 0
	frames int64
	energy float64
	filled int
}

const loudnessFrame = SampleRate / 50

// Add measures samples, two bytes each.
func (l *Loudness) Add(pcm []byte) {
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		v := float64(int16(binary.LittleEndian.Uint16(pcm))) / 32768 //nolint:gosec // two's complement
		l.energy += v * v
		if l.filled++; l.filled == loudnessFrame {
			db := 10 * math.Log10(l.energy/loudnessFrame+1e-13) // digital silence falls into the last count
			l.counts[min(127, max(0, int(math.Round(db))+127))]++
			l.frames++
			l.energy, l.filled = 0, 0
		}
	}
}

// GainDB is the constant gain that makes the sound fit for an engine, 0 to 36 dB. It
// brings the louder tenth of the frames to -20 dB, but the loudest half second not above
// -8 dB: a long recording with little speech in it must not have its noise lifted until
// the speech is clipped. Digital silence does not count.
func (l *Loudness) GainDB() float64 {
	sounding := l.frames - l.counts[0]
	if sounding == 0 {
		return 0
	}
	target := levelTargetDB - l.percentile(sounding/10)
	peak := levelPeakDB - l.percentile(min(25, sounding/10))
	return min(maxGainDB, max(0, min(target, peak)))
}

// percentile is the level that n frames are above.
func (l *Loudness) percentile(n int64) float64 {
	for i := len(l.counts) - 1; i > 0; i-- {
		if n -= l.counts[i]; n < 0 {
			return float64(i - 127)
		}
	}
	return -127
}

// How Level listens: long enough to hear somebody speak, and then it only follows
// slowly, so that the gain stays as good as constant.
const (
	levelAheadMS = 20_000
	levelPartMS  = 1000
	levelUpDB    = 0.5 // at most, each second
	levelDownDB  = 3   // done before the loud part comes, which was heard 20 s ahead
	levelSlackDB = 3   // changes smaller than that are not worth one
	// Live, words are awaited: less lies ahead, and the gain falls as fast as that wants. Where it is so small that it clips nothing, no more than the
	// next part does.
	liveAheadMS = 1000
	liveSafeDB  = 6
	livePartMS  = 250
	liveUpDB    = levelUpDB * livePartMS / levelPartMS
	liveDownDB  = 12
)

// Level is a reader that amplifies PCM that is too quiet, in one pass. It reads 20 s
// ahead (640 kB) before it gives anything, so that the gain is right from the first word.
func Level(pcm io.Reader) io.Reader {
	return &leveller{from: pcm, partBytes: levelPartMS * BytesPerMS, aheadBytes: levelAheadMS * BytesPerMS, upDB: levelUpDB, downDB: levelDownDB}
}

// LevelLive is Level for sound that comes while it is made: it reads only 1 s ahead, and less where little is amplified.
func LevelLive(pcm io.Reader) io.Reader {
	return &leveller{from: pcm, partBytes: livePartMS * BytesPerMS, aheadBytes: liveAheadMS * BytesPerMS, upDB: liveUpDB, downDB: liveDownDB, safeDB: liveSafeDB}
}

type leveller struct {
	from       io.Reader
	partBytes  int
	aheadBytes int
	upDB       float64 // most that the gain changes from a part to the next
	downDB     float64
	safeDB     float64 // up to which gain nothing has to lie ahead once it is known; 0: always something has

	loud   Loudness
	gain   float64 // dB
	ahead  []byte  // measured, not amplified yet
	ready  []byte  // amplified, not read yet
	buffer []byte
	err    error
}

func (l *leveller) Read(b []byte) (int, error) {
	for len(l.ready) == 0 {
		if l.err != nil && len(l.ahead) == 0 {
			return 0, l.err
		}
		l.fill()
		l.release()
	}
	n := copy(b, l.ready)
	l.ready = l.ready[n:]
	return n, nil
}

// fill reads until enough lies ahead.
func (l *leveller) fill() {
	first := l.loud.frames == 0
	wanted := l.aheadBytes
	if !first && l.gain < l.safeDB {
		wanted = l.partBytes
	}
	for l.err == nil && len(l.ahead) < wanted {
		if l.buffer == nil {
			l.buffer = make([]byte, l.partBytes)
		}
		n, err := io.ReadFull(l.from, l.buffer)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		l.err = err
		l.loud.Add(l.buffer[:n])
		l.ahead = append(l.ahead, l.buffer[:n]...)
	}
	if first {
		l.gain = l.loud.GainDB()
	}
}

// release amplifies the next part.
func (l *leveller) release() {
	if wanted := l.loud.GainDB(); math.Abs(wanted-l.gain) > levelSlackDB {
		l.gain += max(-l.downDB, min(l.upDB, wanted-l.gain))
	}
	n := min(len(l.ahead), l.partBytes)
	l.ready = append(l.ready[:0:0], l.ahead[:n]...)
	l.ahead = append(l.ahead[:0], l.ahead[n:]...)
	amplify(l.ready, l.gain)
}

// amplify changes samples in place and clips them at full scale.
func amplify(pcm []byte, gainDB float64) {
	if gainDB == 0 {
		return
	}
	factor := math.Pow(10, gainDB/20)
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		v := factor * float64(int16(binary.LittleEndian.Uint16(pcm)))                 //nolint:gosec // two's complement
		binary.LittleEndian.PutUint16(pcm, uint16(int16(max(-32768, min(32767, v))))) //nolint:gosec // clipped just here
	}
}
