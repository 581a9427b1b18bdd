// Skipping silences while watching: nothing is cut, the player jumps over the stretches in which nobody speaks.

export interface Span {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** Left at both sides of a silence, so that no breath or last consonant is lost. */
const keepMs = 250;
/** Shorter pauses are how people talk. */
const leastMs = 900;

/**
 * The stretches to jump over, from the stretches of speech. Speech may be unsorted and may overlap. Without any speech
 * there is nothing to jump over: the clip may show something without words.
 */
export function silences(speech: readonly Span[], durationMs: number): Span[] {
  if (speech.length === 0) return [];
  const sorted = speech.toSorted((a, b) => a.start_ms - b.start_ms);
  const found: Span[] = [];
  let spoken = 0; // until here it is known what happens
  let first = true;
  const add = (from: number, to: number) => {
    const span = { start_ms: first ? 0 : from + keepMs, end_ms: to };
    if (span.end_ms - span.start_ms >= leastMs) found.push(span);
  };
  for (const s of sorted) {
    add(spoken, s.start_ms - keepMs);
    spoken = Math.max(spoken, s.end_ms);
    first = false;
  }
  add(spoken, durationMs);
  return found;
}

/** What skipping saves, in milliseconds at normal speed. */
export function savedMs(all: readonly Span[]): number {
  return all.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
}

/** Decides when to jump. A silence that somebody went into on purpose is played. */
export class Skipper {
  #silences: readonly Span[] = [];
  #wanted: Span | undefined;

  set silences(all: readonly Span[]) {
    this.#silences = all;
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
    let high = this.#silences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const s = this.#silences[middle];
      if (s && s.end_ms <= ms) low = middle + 1;
      else high = middle;
    }
    const s = this.#silences[low];
    return s && s.start_ms <= ms ? s : undefined;
  }
}
