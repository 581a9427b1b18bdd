// Going to a place in a video exactly enough: the picture that belongs to a moment, not the one before it.

/** Half a millisecond: times are rounded to milliseconds, and a seek to just before a frame's start shows the frame before it. */
const nudge = 0.0005;

/** A time in milliseconds as seconds within what can be played. At the end the last picture stays. */
export function placeOf(ms: number, durationMs: number): number {
  if (ms <= 0) return 0;
  const end = durationMs > 0 ? Math.max(0, durationMs / 1000 - 0.05) : Infinity;
  return Math.min(ms / 1000 + nudge, end);
}

/** A place as a slider sends it (pixels) → milliseconds. */
export function msAt(x: number, left: number, width: number, durationMs: number): number {
  if (width <= 0) return 0;
  return Math.round(Math.min(1, Math.max(0, (x - left) / width)) * durationMs);
}

/** One frame on or back in a media that long (seconds; NaN: not known). Screens are recorded at about 30 frames a second; exact rates are not known here. */
export function frameStep(seconds: number, step: -1 | 1, end: number, framesPerSecond = 30): number {
  return Math.min(Math.max(0, (Math.round(seconds * framesPerSecond) + step) / framesPerSecond + nudge), end || Infinity);
}
