// Playing a stretch again and again.

export interface Loop {
  readonly start_ms: number;
  /** undefined: to the end of the clip. */
  readonly end_ms: number | undefined;
}

/** Sets where the loop begins; an end before it is dropped. */
export function loopFrom(loop: Loop | undefined, ms: number): Loop {
  const end = loop?.end_ms;
  return { start_ms: ms, end_ms: end !== undefined && end > ms ? end : undefined };
}

/** Sets where the loop ends; a start after it becomes the clip's start. */
export function loopTo(loop: Loop | undefined, ms: number): Loop {
  const start = loop?.start_ms ?? 0;
  return { start_ms: start < ms ? start : 0, end_ms: ms };
}

/** Where to go on from a place that was reached by playing; undefined: play on. */
export function loopNext(loop: Loop | undefined, ms: number, durationMs: number): number | undefined {
  if (!loop) return undefined;
  // A little before the very end: at the end itself the video stops by itself.
  const end = loop.end_ms ?? durationMs - 60;
  return ms >= end && end > loop.start_ms ? loop.start_ms : undefined;
}
