// Which encoder to use, and how. The order is measured: frame-fine Matroska first; never avc1 in MP4, which corrupts
// silently when the picture changes its size (avc3 carries its parameters in band).

const video = [
  "video/x-matroska;codecs=avc1,opus",
  "video/mp4;codecs=avc3.640028,opus",
  "video/mp4;codecs=avc3.640028,mp4a.40.2",
  "video/webm;codecs=vp9,opus",
  "video/webm;codecs=vp8,opus",
  "video/mp4",
  "video/webm",
] as const;
const audio = [
  "audio/webm;codecs=opus",
  "audio/mp4;codecs=opus",
  "audio/mp4;codecs=mp4a.40.2",
  "audio/mp4",
  "audio/webm",
] as const;

/** The first type that this browser can make, or undefined. */
export function chooseType(hasVideo: boolean, isSupported: (type: string) => boolean): string | undefined {
  return (hasVideo ? video : audio).find(isSupported);
}

/** Bits per second for a picture: 2.5 Mbit/s at 1080p30, less for less, at least 0.6. */
export function videoBits(width: number, height: number): number {
  return Math.round(Math.min(4e6, Math.max(6e5, 2.5e6 * Math.sqrt((width * height) / (1920 * 1080)))));
}

/** MediaRecorder emits this often; a chunk is what it emits, so this bounds what a crash can lose. */
export const timesliceMs = 400;

/** A key frame at least this often: a segment starts with one. */
export const keyFrameMs = 2000;
