// Package transcode turns media files into what Baton plays: it looks at a file
// (Probe), decides what to do with it (PlanImport, PlanLadder: pure), and has
// ffmpeg do it in a sandbox: CMAF segments, posters, storyboards, peaks, PCM for
// the speech engine, screen changes. No other package starts ffmpeg.
//
// Every file that ffmpeg opens is hostile until proven otherwise. It lies under a
// generated name in a Box, was recognised by its first bytes, and is opened with
// the protocols, demuxers and decoders that its format needs and no others; the
// process has no network, no root, no secrets in its environment, and limits on
// time, memory and output.
package transcode
