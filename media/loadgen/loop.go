package loadgen

import (
	"errors"
	"time"

	"github.com/pion/webrtc/v4"

	"baton/media/internal/codec"
	"baton/media/internal/container"
)

// Loop makes a long recording of short ones, as Chromium writes it: Matroska, H.264 in band, a cluster for each
// key frame. Picture and sound are repeated each by itself; sound may be nil.
func Loop(video, sound *Source, long time.Duration) (*Source, error) {
	if video.VideoMime != webrtc.MimeTypeH264 || sound != nil && sound.AudioMime != webrtc.MimeTypeOpus {
		return nil, errors.New("loop: wants H.264, and Opus or nothing")
	}
	out := &Source{VideoMime: video.VideoMime, Video: repeat(video.Video, long), Duration: long}
	tracks := []container.WriterTrack{{CodecID: "V_MPEG4/ISO/AVC", Kind: codec.Video}}
	if sound != nil {
		out.AudioMime, out.Audio = sound.AudioMime, repeat(sound.Audio, long)
		tracks = append(tracks, container.WriterTrack{CodecID: "A_OPUS", Kind: codec.Audio})
	}
	out.Bytes = container.StreamHeader(tracks)
	var w container.ClusterWriter
	audio := out.Audio
	for _, f := range out.Video {
		for len(audio) > 0 && audio[0].At < f.At {
			w.Add(1, audio[0].At, true, audio[0].Data)
			audio = audio[1:]
		}
		if f.Key || !w.Fits(f.At) {
			out.Bytes = append(out.Bytes, w.Close()...)
		}
		w.Add(0, f.At, f.Key, f.Data)
	}
	out.Bytes = append(out.Bytes, w.Close()...)
	return out, nil
}

// repeat plays frames again and again, each round one mean frame behind the last.
func repeat(frames []Frame, long time.Duration) []Frame {
	if len(frames) < 2 {
		return frames
	}
	span := frames[len(frames)-1].At - frames[0].At
	round := span + span/time.Duration(len(frames)-1)
	var out []Frame
	for begin := time.Duration(0); ; begin += round {
		for _, f := range frames {
			f.At += begin - frames[0].At
			if f.At >= long {
				return out
			}
			out = append(out, f)
		}
	}
}
