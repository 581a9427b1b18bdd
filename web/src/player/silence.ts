// Jumping over silences and hesitations while watching: nothing is cut, the player leaves them out.

export interface Span {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** Left at both sides of a silence, so that no breath or last consonant is lost. */
const keepMs = 250;
/** Shorter pauses are how people talk. */
const leastMs = 900;

/** What is jumped over of the silences: all but a margin, where enough is left. The clip's own ends have no margin. */
export function pauses(silences: readonly Span[], durationMs: number): Span[] {
  return silences
    .map(({ start_ms, end_ms }) => ({
      start_ms: start_ms <= 0 ? 0 : start_ms + keepMs,
      end_ms: end_ms >= durationMs ? durationMs : end_ms - keepMs,
    }))
    .filter((s) => s.end_ms - s.start_ms >= leastMs);
}

/** Several lists of spans as one, in order and without overlaps. */
export function united(...lists: readonly (readonly Span[])[]): Span[] {
  const found: { start_ms: number; end_ms: number }[] = [];
  for (const { start_ms, end_ms } of lists.flat().sort((a, b) => a.start_ms - b.start_ms)) {
    const last = found.at(-1);
    if (last && start_ms <= last.end_ms) last.end_ms = Math.max(last.end_ms, end_ms);
    else found.push({ start_ms, end_ms });
  }
  return found;
}

/** What skipping saves, in milliseconds at normal speed. */
export function savedMs(all: readonly Span[]): number {
  return all.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
}

/** Decides when to jump. A stretch that somebody went into on purpose is played. */
export class Skipper {
  #spans: readonly Span[] = [];
  #wanted: Span | undefined;

  /** What to jump over; in order, without overlaps. */
  set spans(all: readonly Span[]) {
    this.#spans = all;
    this.#wanted = undefined;
  }

  /** The watcher went to a place. */
  went(ms: number): void {
    this.#wanted = this.#at(ms);
  }

  /** Where to jump from here while playing; undefined: play on. */
  next(ms: number): number | undefined {
    const here = this.#at(ms);
    if (!here) {
      this.#wanted = undefined;
      return undefined;
    }
    if (here === this.#wanted) return undefined;
    return here.end_ms;
  }

  #at(ms: number): Span | undefined {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const s = this.#spans[middle];
      if (s && s.end_ms <= ms) low = middle + 1;
      else high = middle;
    }
    const s = this.#spans[low];
    return s && s.start_ms <= ms ? s : undefined;
  }
}
