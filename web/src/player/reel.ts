// Playing a reel: stretches of many clips one after the other. Pure, so that how long it takes can be proved without a browser.
import { lastStarted } from "./lookup";
import type { Span } from "./silence";

/** What is left out between the stretches of a piece. They are in order and do not overlap. */
export function between(play: readonly Span[]): Span[] {
  return play.flatMap((s, i) => {
    const next = play[i + 1];
    return next && next.start_ms > s.end_ms ? [{ start_ms: s.end_ms, end_ms: next.start_ms }] : [];
  });
}

/** How long all stretches take at normal speed, in milliseconds. */
export function lengthOf(play: readonly Span[]): number {
  return play.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
}

/** How much of a piece lies before a place, at normal speed. */
export function playedOf(play: readonly Span[], ms: number): number {
  return play.reduce((sum, s) => sum + Math.min(Math.max(0, ms - s.start_ms), s.end_ms - s.start_ms), 0);
}

/** The place in the clip at which so much of a piece is over; the piece's end when that is more than all. */
export function placeAt(play: readonly Span[], played: number): number {
  let left = Math.max(0, played);
  for (const s of play) {
    if (left < s.end_ms - s.start_ms) return s.start_ms + left;
    left -= s.end_ms - s.start_ms;
  }
  return play.at(-1)?.end_ms ?? 0;
}

/** What of the stretches lies between two places: what was heard when playing went from one to the other. */
export function within(play: readonly Span[], from: number, to: number): Span[] {
  return play
    .map((s) => ({ start_ms: Math.max(s.start_ms, from), end_ms: Math.min(s.end_ms, to) }))
    .filter((s) => s.end_ms > s.start_ms);
}

/** Where to begin when somebody was at a place: there if it is of the piece, else at what comes next; undefined: all was played. */
export function goOnAt(play: readonly Span[], ms: number): number | undefined {
  const here = play[lastStarted(play, ms)];
  if (here && ms < here.end_ms) return ms;
  return play[lastStarted(play, ms) + 1]?.start_ms;
}

/** Minutes and seconds in words: "9 min 20 s", "45 s". */
export function inWords(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

/** Where somebody was in a reel. The server keeps it for every browser, as of a few seconds ago; this one knows it to the second. */
export interface Bookmark {
  /** What the reel is of: "me", or an occurrence's or a space's id. */
  readonly of: string;
  /** Which piece. */
  readonly piece: string;
  readonly ms: number;
  readonly when: number;
  /** When the server kept the last one of this browser; empty: not yet. */
  readonly kept: string;
}
/** What the server says of it. */
export interface Kept {
  readonly piece: string;
  readonly ms: number;
  readonly at: string;
}

const key = "baton.reel";
/** Older bookmarks of this browser say nothing any more. */
const longestMs = 24 * 3600_000;

function ownBookmark(of: string, storage: Storage, now: number): Bookmark | undefined {
  try {
    const b = JSON.parse(storage.getItem(key) ?? "null") as Partial<Bookmark> | null;
    if (b?.of !== of || typeof b.piece !== "string" || typeof b.ms !== "number" || typeof b.when !== "number") return undefined;
    return now - b.when < longestMs ? { of, piece: b.piece, ms: b.ms, when: b.when, kept: b.kept ?? "" } : undefined;
  } catch {
    return undefined; // no storage, or not ours
  }
}

/** Where to go on: this browser knows better than the server only where the server's word came from it. Clocks are not compared. */
export function readBookmark(
  of: string,
  kept: Kept | undefined,
  storage: Storage,
  now = Date.now(),
): Pick<Kept, "piece" | "ms"> | undefined {
  const own = ownBookmark(of, storage, now);
  return own && own.kept === (kept?.at ?? "") ? own : kept;
}

/** Keeps a bookmark, or takes it away. */
export function keepBookmark(b: Bookmark | undefined, storage: Storage): void {
  try {
    if (b) storage.setItem(key, JSON.stringify(b));
    else storage.removeItem(key);
  } catch {
    // No storage: the server knows where it was, to a few seconds.
  }
}
