package transcode

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"baton/domain"
)

// Format is a container that Baton takes, named as people name it.
type Format string

// The formats.
const (
	FormatMP4      Format = "mp4" // ISO base media: MP4, MOV, M4A, 3GP, fragmented or not
	FormatMatroska Format = "matroska"
	FormatWebM     Format = "webm"
	FormatMP3      Format = "mp3"
	FormatADTS     Format = "aac"
	FormatWAV      Format = "wav"
	FormatAIFF     Format = "aiff"
	FormatFLAC     Format = "flac"
	FormatOgg      Format = "ogg"
	FormatAVI      Format = "avi"
	FormatMPEGTS   Format = "mpegts"
)

// Accepted is the list for messages and file pickers.
const Accepted = "MP4, MOV, M4A, WebM, MKV, AVI, TS, MP3, AAC, WAV, AIFF, FLAC or Ogg"

// demuxers are the names that ffmpeg's format_whitelist may hold for the format.
func (f Format) demuxers() string {
	switch f { //nolint:exhaustive // the others go by their own names
	case FormatMP4:
		return "mov,mp4,m4a,3gp,3g2,mj2"
	case FormatMatroska, FormatWebM:
		return "matroska,webm"
	default:
		return string(f)
	}
}

// decoders is every decoder that an input may use. Anything rarer is a way into
// ffmpeg that nobody needs.
const decoders = "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,msmpeg4v3,mpeg2video,mpeg1video,mjpeg,prores,h263,vp6,vp6f,theora,png," +
	"aac,aac_latm,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,wmav2,amrnb,amrwb,libopencore_amrnb,libopencore_amrwb," +
	"pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_u8,pcm_s8,pcm_mulaw,pcm_alaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"

// SniffLen is how many bytes Sniff looks at.
const SniffLen = 4096

// Sniff recognises a file by its first bytes (at most SniffLen are looked at);
// neither its name nor its declared type counts. KindUnsupported says what the
// file seems to be when it is not taken, KindInvalid that it is empty.
func Sniff(head []byte) (Format, error) {
	head = head[:min(len(head), SniffLen)]
	if len(head) == 0 {
		return "", domain.Errorf(domain.KindInvalid, "the file is empty")
	}
	for _, m := range magics {
		if m.is(head) {
			return m.format, nil
		}
	}
	return "", domain.Errorf(domain.KindUnsupported, "this is %s, not a video or audio file; send %s", describe(head), Accepted)
}

var magics = []struct { //nolint:gochecknoglobals // a table
	format Format
	is     func([]byte) bool
}{
	{FormatMP4, isISOBMFF},
	{FormatWebM, func(b []byte) bool { return isEBML(b) && bytes.Contains(b[:min(len(b), 64)], []byte("webm")) }},
	{FormatMatroska, isEBML},
	{FormatWAV, func(b []byte) bool { return riff(b, "WAVE") }},
	{FormatAVI, func(b []byte) bool { return riff(b, "AVI ") }},
	{FormatAIFF, func(b []byte) bool { return at(b, 0, "FORM") && (at(b, 8, "AIFF") || at(b, 8, "AIFC")) }},
	{FormatFLAC, func(b []byte) bool { return at(b, 0, "fLaC") }},
	{FormatOgg, func(b []byte) bool { return at(b, 0, "OggS") }},
	{FormatMP3, func(b []byte) bool { return at(b, 0, "ID3") && len(b) > 10 }},
	{FormatADTS, isADTS},
	{FormatMP3, isMPEGAudio},
	{FormatMPEGTS, func(b []byte) bool {
		return len(b) > 376 && b[0] == 0x47 && b[188] == 0x47 && b[376] == 0x47
	}},
}

func at(b []byte, offset int, s string) bool {
	return len(b) >= offset+len(s) && string(b[offset:offset+len(s)]) == s
}

func riff(b []byte, kind string) bool { return at(b, 0, "RIFF") && at(b, 8, kind) }

func isEBML(b []byte) bool { return at(b, 0, "\x1a\x45\xdf\xa3") }

// isISOBMFF wants a first box that files start with and a size it can have.
func isISOBMFF(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	size := binary.BigEndian.Uint32(b)
	switch string(b[4:8]) {
	case "ftyp", "styp":
		return size >= 16 && size <= 4096
	case "moov", "mdat", "wide", "free", "skip", "pnot":
		return size == 0 || size == 1 || size >= 8
	}
	return false
}

// isADTS checks the sync word with layer 0 twice: at the start and where the first frame says it ends.
func isADTS(b []byte) bool {
	sync := func(b []byte) bool { return len(b) >= 7 && b[0] == 0xff && b[1]&0xf6 == 0xf0 }
	if !sync(b) {
		return false
	}
	n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5)
	return n >= 7 && (n >= len(b) || sync(b[n:]))
}

// isMPEGAudio checks an MPEG-1/2 layer II or III frame header (ISO 11172-3, 2.4.2.3).
func isMPEGAudio(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x18 != 0x08 && // version not reserved
		(b[1]&0x06 == 0x02 || b[1]&0x06 == 0x04) && // layer III or II
		b[2]&0xf0 != 0xf0 && b[2]&0xf0 != 0 && b[2]&0x0c != 0x0c // bit rate and sampling rate given
}

// describe says in words what an unwanted file seems to be.
func describe(b []byte) string {
	text := strings.ToLower(string(bytes.TrimLeft(b, "\ufeff \t\r\n")))
	for _, d := range []struct{ prefix, words string }{
		{"#extm3u", "a playlist (HLS)"},
		{"ffconcat", "a playlist (ffconcat)"},
		{"[playlist]", "a playlist"},
		{"<?xml", "an XML document"},
		{"<mpd", "a playlist (DASH)"},
		{"<!doctype html", "a web page"},
		{"<html", "a web page"},
		{"<svg", "a drawing (SVG)"},
		{"%pdf", "a PDF document"},
		{"pk\x03\x04", "a ZIP archive or office document"},
		{"\x89png", "a picture (PNG)"},
		{"gif8", "a picture (GIF)"},
		{"\x1f\x8b", "a compressed archive"},
	} {
		if strings.HasPrefix(text, d.prefix) {
			return d.words
		}
	}
	switch {
	case at(b, 0, "\xff\xd8\xff"):
		return "a picture (JPEG)"
	case riff(b, "WEBP"):
		return "a picture (WebP)"
	case isText(b):
		return "a text file"
	}
	return "a file of a kind we do not know"
}

func isText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 && len(b) >= utf8.UTFMax || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		b = b[n:]
	}
	return true
}
