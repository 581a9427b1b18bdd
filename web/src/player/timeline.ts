// What is played of a recording: stretches of its time, end to end. All times that are stored are the recording's.
import type { Span } from "./silence";

export class Timeline {
  constructor(readonly spans: readonly Span[]) {}

  get durationMs(): number {
    return this.spans.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
  }

  /** Where a moment of the recording is in what is played; one that is left out is at the place where it would be. */
  played(ms: number): number {
    let before = 0;
    for (const s of this.spans) {
      if (ms < s.end_ms) return before + Math.max(0, ms - s.start_ms);
      before += s.end_ms - s.start_ms;
    }
    return before;
  }

  /** The moment of the recording that is played at a place: at a joint what follows, beyond the end the end. */
  recorded(ms: number): number {
    let before = 0;
    for (const s of this.spans) {
      const length = s.end_ms - s.start_ms;
      if (ms < before + length) return s.start_ms + Math.max(0, ms - before);
      before += length;
    }
    return this.spans.at(-1)?.end_ms ?? 0;
  }

  keeps(ms: number): boolean {
    return this.spans.some((s) => s.start_ms <= ms && ms < s.end_ms);
  }

  /** Whether some of a stretch is played; one without length counts as the moment. */
  shows(s: Span): boolean {
    return this.keeps(s.start_ms) || this.spans.some((o) => o.start_ms < s.end_ms && s.start_ms < o.end_ms);
  }

  /** A stretch of what is played as the stretches of the recording that it consists of. */
  parts(from: number, to: number): Span[] {
    const out: Span[] = [];
    let before = 0;
    for (const s of this.spans) {
      const length = s.end_ms - s.start_ms;
      const a = Math.max(0, from - before);
      const b = Math.min(length, to - before);
      if (a < b) out.push({ start_ms: s.start_ms + a, end_ms: s.start_ms + b });
      before += length;
    }
    return out;
  }

  /** The first kept moment at or after one; undefined: there is none. */
  next(ms: number): number | undefined {
    for (const s of this.spans) if (ms < s.end_ms) return Math.max(ms, s.start_ms);
    return undefined;
  }
}

/** What some stretches leave of a recording. They are in order and do not overlap. */
export function kept(cuts: readonly Span[], durationMs: number): Timeline {
  const out: Span[] = [];
  let at = 0;
  for (const c of cuts) {
    if (c.start_ms > at) out.push({ start_ms: at, end_ms: c.start_ms });
    at = Math.max(at, c.end_ms);
  }
  if (at < durationMs) out.push({ start_ms: at, end_ms: durationMs });
  return new Timeline(out);
}
