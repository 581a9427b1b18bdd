package main

import (
	"io"

	"baton/api"
	"baton/domain"
	"baton/transcode/hls"
	"baton/transcribe"
	"baton/transcribe/captions"
)

// formats shows the stages' writers to the API.
func formats() api.Formats {
	return api.Formats{
		MasterPlaylist: hls.Master, MediaPlaylist: hls.Media, Captions: captions.WriteVTT, Chapters: hls.ChaptersVTT,
		Transcript: func(w io.Writer, format string, t domain.Transcript) error {
			return captions.Write(w, captions.Format(format), t)
		},
		Silences: func(t domain.Transcript, end int64) []domain.Span {
			return transcribe.Silences(t.Speech, end, transcribe.LeastSilenceMS)
		},
		Fillers: func(t domain.Transcript) []domain.Filler {
			var out []domain.Filler
			for _, f := range transcribe.Fillers(t) {
				out = append(out, domain.Filler(f))
			}
			return out
		},
	}
}
