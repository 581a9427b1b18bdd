// The list of what is cut out while it is being edited. The server keeps the same rules (domain.CleanCuts).
import type { Span } from "./silence";

export type CutKind = "hand" | "filler" | "silence";
export interface Cut extends Span {
  readonly kind: CutKind;
}

/** In order and without overlaps; of two that overlap the one that a person made decides the kind of both. */
export function joined(cuts: readonly Cut[]): Cut[] {
  const out: { start_ms: number; end_ms: number; kind: CutKind }[] = [];
  for (const c of cuts.toSorted((a, b) => a.start_ms - b.start_ms)) {
    const last = out.at(-1);
    if (!last || c.start_ms > last.end_ms || (c.start_ms === last.end_ms && c.kind !== last.kind)) out.push({ ...c });
    else {
      last.end_ms = Math.max(last.end_ms, c.end_ms);
      if (c.kind === "hand") last.kind = "hand";
    }
  }
  return out;
}

/** Brings a stretch back. */
export function without(cuts: readonly Cut[], gone: Span): Cut[] {
  return cuts.flatMap((c) => {
    if (c.end_ms <= gone.start_ms || gone.end_ms <= c.start_ms) return [c];
    return [
      { ...c, end_ms: gone.start_ms },
      { ...c, start_ms: gone.end_ms },
    ].filter((p) => p.end_ms > p.start_ms);
  });
}

export const inside = (cuts: readonly Span[], s: Span): boolean =>
  cuts.some((c) => c.start_ms < Math.max(s.end_ms, s.start_ms + 1) && s.start_ms < c.end_ms);

/** Room left around words: their times are exact to about 100 ms, and what was cut must not be heard. Neighbours stay whole. */
const roomMs = 120;

/** The stretch to cut for words first to last of all. */
export function stretchOf(words: readonly Span[], first: number, last: number): Span | undefined {
  const [a, b] = [words[first], words[last]];
  if (!a || !b) return undefined;
  const before = words[first - 1]?.end_ms ?? 0;
  const after = words[last + 1]?.start_ms ?? Infinity;
  return {
    start_ms: Math.max(Math.min(before, a.start_ms), a.start_ms - roomMs),
    end_ms: Math.min(Math.max(after, b.end_ms), b.end_ms + roomMs),
  };
}

/** States that can be gone back and forth between; each way gives another object. */
export class Steps<T> {
  constructor(
    readonly now: T,
    readonly past: readonly T[] = [],
    readonly future: readonly T[] = [],
  ) {}
  to(next: T): Steps<T> {
    return new Steps(next, [...this.past, this.now]);
  }
  undo(): Steps<T> {
    const last = this.past.at(-1);
    return last === undefined ? this : new Steps(last, this.past.slice(0, -1), [this.now, ...this.future]);
  }
  redo(): Steps<T> {
    const [next, ...rest] = this.future;
    return next === undefined ? this : new Steps(next, [...this.past, this.now], rest);
  }
}
