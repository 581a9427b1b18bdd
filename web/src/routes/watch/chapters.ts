// What may be done to a list of chapters: they are in order, none begins where another does or after the end.

interface Begins {
  readonly start_ms: number;
}

/** Chapters lie at least this far from each other. */
const apartMs = 1000;

/** The time nearest to ms, in whole seconds, at which chapter i may begin between its neighbours. */
export function between(chapters: readonly Begins[], i: number, ms: number, durationMs: number): number {
  const low = i === 0 ? 0 : (chapters[i - 1]?.start_ms ?? 0) + apartMs;
  const high = (chapters[i + 1]?.start_ms ?? durationMs) - apartMs;
  if (high < low) return chapters[i]?.start_ms ?? low; // no room to move
  return Math.min(Math.max(Math.round(ms / 1000) * 1000, low), high);
}

/** Whether a chapter may begin at ms, beside all others but the one that began at except. */
export function free(chapters: readonly Begins[], ms: number, durationMs: number, except?: number): boolean {
  if (ms < 0 || ms > durationMs - 500) return false;
  return chapters.every((c) => c.start_ms === except || Math.abs(c.start_ms - ms) >= apartMs);
}
