import { describe, expect, it } from "vitest";
import { inside, joined, Steps, stretchOf, without, type Cut } from "./cuts";
import { kept, Timeline } from "./timeline";

const cut = (start_ms: number, end_ms: number, kind: Cut["kind"] = "hand"): Cut => ({ start_ms, end_ms, kind });

describe("cuts", () => {
  it("joins what overlaps, and what a person cut stays a person's", () => {
    expect(joined([cut(50, 80, "filler"), cut(10, 60), cut(80, 90, "silence")])).toEqual([cut(10, 80), cut(80, 90, "silence")]);
  });
  it("brings a stretch back", () => {
    expect(without([cut(0, 100)], { start_ms: 40, end_ms: 60 })).toEqual([cut(0, 40), cut(60, 100)]);
    expect(without([cut(0, 100)], { start_ms: 0, end_ms: 200 })).toEqual([]);
  });
  it("takes words with room around them, but never a neighbour's", () => {
    const words = [
      { start_ms: 0, end_ms: 300 },
      { start_ms: 350, end_ms: 600 },
      { start_ms: 900, end_ms: 1200 },
    ];
    expect(stretchOf(words, 1, 1)).toEqual({ start_ms: 300, end_ms: 720 });
    expect(stretchOf(words, 2, 2)).toEqual({ start_ms: 780, end_ms: 1320 });
    expect(inside([cut(300, 720)], words[0] ?? cut(0, 0))).toBe(false);
  });
  it("goes back and forth", () => {
    const one = new Steps("a").to("b").undo();
    expect([one.now, one.past, one.future]).toEqual(["a", [], ["b"]]);
    const two = one.redo().to("c");
    expect([two.now, two.past, two.future, two.redo().now]).toEqual(["c", ["a", "b"], [], "c"]);
  });
});

describe("timeline", () => {
  const t = kept([cut(1000, 2000), cut(5000, 6000)], 8000);
  it("maps both ways", () => {
    expect(t.durationMs).toBe(6000);
    for (const ms of [0, 999, 2000, 4999, 6000, 7999]) expect(t.recorded(t.played(ms))).toBe(ms);
    for (let ms = 0; ms < 6000; ms += 7) expect(t.played(t.recorded(ms))).toBe(ms);
    expect(t.played(1500)).toBe(1000);
    expect([t.next(1500), t.next(500), t.next(9000)]).toEqual([2000, 500, undefined]);
  });
  it("gives the recording's stretches of what is played", () => {
    expect(t.parts(500, 1500)).toEqual([
      { start_ms: 500, end_ms: 1000 },
      { start_ms: 2000, end_ms: 2500 },
    ]);
    expect(new Timeline([]).parts(0, 10)).toEqual([]);
  });
});
