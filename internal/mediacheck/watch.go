package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// What ffmpeg cuts out of each frame, after scaling it to the page's own 1280×720: the bars above, the field below.
const (
	cell   = 24
	bits   = 20
	width  = cell * (bits + 6)
	height = cell*2 + 100
	filter = "scale=1280:720,format=gray,split[a][b];[a]crop=624:48:0:0,pad=624:148:0:0[bars];" +
		"[b]crop=200:100:1060:60[field];[bars][field]overlay=0:48,showinfo=checksum=0"
	rate = 48000
)

// frame is one picture of a recording.
type frame struct {
	at    float64 // seconds
	count int     // the number in the bars; -1 when they cannot be read
	lit   bool
}

// ptsLine is what the filter showinfo writes for each frame.
var ptsLine = regexp.MustCompile(`pts_time:\s*([-0-9.]+)`)

// watch decodes the first video stream.
func watch(ctx context.Context, cookie, source string) ([]frame, error) {
	cmd := decoder(ctx, cookie, source, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", filter, "-f", "rawvideo", "-pix_fmt", "gray")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	frames, err := readFrames(bufio.NewReaderSize(out, 1<<20))
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return nil, fmt.Errorf("decode video: %w: %s", err, tail(log.Bytes()))
	}
	times := ptsLine.FindAllSubmatch(log.Bytes(), -1)
	if len(times) != len(frames) {
		return nil, fmt.Errorf("%d frames have %d times", len(frames), len(times))
	}
	for i, m := range times {
		if frames[i].at, err = strconv.ParseFloat(string(m[1]), 64); err != nil {
			return nil, fmt.Errorf("time of frame %d: %w", i, err)
		}
	}
	return frames, nil
}

func readFrames(r io.Reader) ([]frame, error) {
	var frames []frame
	picture := make([]byte, width*height)
	for {
		_, err := io.ReadFull(r, picture)
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return frames, fmt.Errorf("read frame %d: %w", len(frames), err)
		}
		frames = append(frames, frame{count: readBars(picture), lit: mean(picture, 20, 70, 160, 56) > 128})
	}
}

// readBars reads the counter: a marker, 20 bits with the highest first, and a bar that makes the number of ones odd.
func readBars(picture []byte) int {
	bar := func(i int) int {
		if mean(picture, cell*(1+i)+8, 20, 8, 8) > 128 {
			return 1
		}
		return 0
	}
	count, ones := 0, 0
	for i := range bits {
		b := bar(1 + i)
		count = count<<1 | b
		ones += b
	}
	if bar(0) == 0 || (ones+bar(1+bits))%2 == 0 {
		return -1
	}
	return count
}

// mean is the mean brightness of a rectangle.
func mean(picture []byte, x, y, w, h int) int {
	sum := 0
	for row := y; row < y+h; row++ {
		for _, v := range picture[row*width+x : row*width+x+w] {
			sum += int(v)
		}
	}
	return sum / (w * h)
}

// track is the sound of a recording: its samples and the time of the first.
type track struct {
	from    float64
	samples []int16
}

// listen decodes the first audio stream; silence stands where the recording has a hole.
func listen(ctx context.Context, cookie, source string) (track, error) {
	cmd := decoder(ctx, cookie, source, "-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar",
		strconv.Itoa(rate), "-f", "s16le")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		return track{}, fmt.Errorf("decode sound: %w: %s", err, tail(log.Bytes()))
	}
	samples := make([]int16, len(out)/2)
	if err := binary.Read(bytes.NewReader(out), binary.LittleEndian, samples); err != nil {
		return track{}, fmt.Errorf("read samples: %w", err)
	}
	return track{samples: samples}, nil
}

// decoder is ffmpeg reading source with its own times and writing to standard output.
func decoder(ctx context.Context, cookie, source string, output ...string) *exec.Cmd {
	args := []string{"-nostdin", "-hide_banner", "-loglevel", "info", "-copyts"}
	if strings.HasPrefix(source, "http") && cookie != "" {
		args = append(args, "-headers", "Cookie: "+cookie+"\r\n")
	}
	args = append(append(append(args, "-i", source), output...), "-")
	return exec.CommandContext(ctx, "ffmpeg", args...)
}

func tail(log []byte) []byte {
	return log[max(0, len(log)-600):]
}
