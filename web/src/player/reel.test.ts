import { describe, expect, it } from "vitest";
import { between, goOnAt, inWords, keepBookmark, lengthOf, placeAt, playedOf, readBookmark, within } from "./reel";
import { Skipper, type Span } from "./silence";

/** A small generator of numbers, so that every run tries the same. */
function dice(seed: number): (most: number) => number {
  let s = seed;
  return (most) => {
    s = (s * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((s / 2 ** 31) * most);
  };
}

/** Stretches as the server plans them: none shorter than 400 ms, what is left out between them is at least as long. */
function stretches(roll: (most: number) => number): Span[] {
  let at = roll(5000);
  return Array.from({ length: 1 + roll(6) }, () => {
    const start = at + 400 + roll(4000);
    at = start + 400 + roll(9000);
    return { start_ms: start, end_ms: at };
  });
}

/** Plays a piece as the player does: a look every few milliseconds of the clip, a jump where something is left out. */
function playOut(play: readonly Span[], frameMs: number, rate: number): { wallMs: number; jumps: number; outside: number } {
  const skipper = new Skipper();
  skipper.spans = between(play);
  const end = play.at(-1)?.end_ms ?? 0;
  let ms = play[0]?.start_ms ?? 0;
  skipper.went(ms);
  const out = { wallMs: 0, jumps: 0, outside: 0 };
  while (ms < end) {
    const to = skipper.next(ms);
    if (to !== undefined && to - ms >= 200) {
      ms = to;
      out.jumps++;
    }
    if (!play.some((s) => ms >= s.start_ms && ms < s.end_ms)) out.outside += frameMs * rate;
    ms += frameMs * rate;
    out.wallMs += frameMs;
  }
  return out;
}

describe("a reel", () => {
  it("takes as long as was promised, and plays nothing that is left out", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const roll = dice(seed);
      const play = stretches(roll);
      const rate = [0.5, 1, 1.5, 2, 3][roll(5)] ?? 1;
      const { wallMs, jumps, outside } = playOut(play, 16, rate);
      expect(jumps).toBe(play.length - 1);
      // Each stretch ends with the frame in which its end lies.
      expect(Math.abs(wallMs - lengthOf(play) / rate)).toBeLessThanOrEqual(16 * play.length);
      expect(outside).toBeLessThanOrEqual(16 * rate * play.length);
    }
  });

  it("knows places and how much was played, both ways", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const play = stretches(dice(seed));
      for (let played = 0; played < lengthOf(play); played += 137) {
        const ms = placeAt(play, played);
        if (playedOf(play, ms) !== played) expect.fail(`${played} at ${ms} of seed ${seed}`);
        expect(goOnAt(play, ms)).toBe(ms);
      }
      expect(placeAt(play, 1e9)).toBe(play.at(-1)?.end_ms);
      expect(goOnAt(play, 1e9)).toBeUndefined();
      expect(goOnAt(play, 0)).toBe(play[0]?.start_ms);
    }
    expect(between([])).toEqual([]);
  });

  it("knows what was heard between two places", () => {
    const play = [
      { start_ms: 1000, end_ms: 2000 },
      { start_ms: 3000, end_ms: 4000 },
    ];
    expect(within(play, 1500, 3200)).toEqual([
      { start_ms: 1500, end_ms: 2000 },
      { start_ms: 3000, end_ms: 3200 },
    ]);
    expect(within(play, 2000, 3000)).toEqual([]);
    expect(within(play, 0, 9000)).toEqual(play);
  });

  it("says lengths as people do", () => {
    expect([999, 45_200, 60_000, 560_000].map(inWords)).toEqual(["1 s", "45 s", "1 min", "9 min 20 s"]);
  });

  it("keeps where one was, for a day, for this reel", () => {
    const b = { of: "me", piece: "ask x", ms: 12_345, when: 1000, kept: "" };
    keepBookmark(b, localStorage);
    expect(readBookmark("me", undefined, localStorage, 2000)).toEqual(b);
    expect(readBookmark("another", undefined, localStorage, 2000)).toBeUndefined();
    expect(readBookmark("me", undefined, localStorage, 90_000_000)).toBeUndefined();
    localStorage.setItem("baton.reel", "{");
    expect(readBookmark("me", undefined, localStorage)).toBeUndefined();
    // What another browser told the server meanwhile is newer than what this one knows, whatever their clocks say.
    keepBookmark({ ...b, kept: "monday" }, localStorage);
    const kept = { piece: "rest x", ms: 7, at: "monday" };
    expect(readBookmark("me", kept, localStorage, 2000)).toMatchObject({ piece: b.piece, ms: b.ms });
    expect(readBookmark("me", { ...kept, at: "tuesday" }, localStorage, 2000)).toMatchObject({ piece: "rest x", ms: 7 });
    expect(readBookmark("me", undefined, localStorage, 2000)).toBeUndefined(); // it was heard to its end elsewhere
    keepBookmark(undefined, localStorage);
    expect(readBookmark("me", undefined, localStorage)).toBeUndefined();
  });
});
