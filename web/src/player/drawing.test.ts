import { describe, expect, it } from "vitest";
import { beginStroke, inPicture, isDrawn, moveStroke, strokePath, type Stroke } from "./drawing";
import { heatLine, heatPath, thinned } from "./heat";

describe("strokes", () => {
  const draw = (tool: Stroke["tool"], ...points: [number, number][]): Stroke => {
    const [first = [0, 0], ...rest] = points;
    return rest.reduce(moveStroke, beginStroke(tool, "#ff0000", first));
  };
  it("keep their first and last point, and a pen its way", () => {
    expect(draw("arrow", [0.1, 0.1], [0.5, 0.5], [0.9, 0.2]).points).toEqual([
      [0.1, 0.1],
      [0.9, 0.2],
    ]);
    expect(draw("pen", [0, 0], [0.1, 0], [0.1005, 0], [0.2, 0]).points).toHaveLength(3);
    expect(draw("text", [0, 0], [0.4, 0.4]).points).toEqual([[0.4, 0.4]]);
  });
  it("end somewhere, however long a pen goes on", () => {
    let s = beginStroke("pen", "#ff0000", [0, 0]);
    for (let i = 1; i < 3000; i++) s = moveStroke(s, [(i % 100) / 100, ((i * 7) % 100) / 100]);
    expect(s.points).toHaveLength(1000);
  });
  it("show nothing when they were only pressed", () => {
    expect(isDrawn(draw("arrow", [0.2, 0.2]))).toBe(false);
    expect(isDrawn(draw("box", [0.2, 0.2], [0.3, 0.3]))).toBe(true);
    expect(isDrawn(draw("pen", [0.2, 0.2]))).toBe(true);
    expect(isDrawn({ ...draw("text", [0.2, 0.2]), text: " " })).toBe(false);
  });
  it("are laid over a picture of any ratio", () => {
    expect(strokePath(draw("box", [0, 0], [1, 1]), 2)).toBe("M0.0 0.0H2000.0V1000.0H0.0Z");
    expect(strokePath(draw("arrow", [0, 0.5], [0.5, 0.5]), 2)).toMatch(/^M0\.0 500\.0L1000\.0 500\.0M/);
    expect(strokePath(draw("pen", [0.5, 0.5]), 1)).toBe("M500.0 500.0h.1");
    expect(strokePath(draw("text", [0, 0]), 1)).toBe("");
  });
  it("stay in the picture", () => {
    expect(inPicture([-1, 2])).toEqual([0, 1]);
    expect(inPicture([0.123456, 0.5])).toEqual([0.1235, 0.5]);
  });
});

describe("heat", () => {
  it("is highest where most happened, and flat where nothing did", () => {
    const line = heatLine(
      [
        { at_ms: 2000, count: 1 },
        { at_ms: 8000, count: 4 },
      ],
      10_000,
      101,
    );
    expect(line[80]).toBe(1);
    expect(line[20]).toBeCloseTo(0.25);
    expect(line[50]).toBeLessThan(0.01);
    expect(heatLine([], 10_000)).toEqual(Array.from({ length: 100 }, () => 0));
    expect(heatLine([{ at_ms: 5, count: 1 }], 0, 3)).toEqual([0, 0, 0]);
  });
  it("is drawn as an area", () => {
    expect(heatPath([0, 1], 10)).toBe("M0 10L0.0 10.0L100.0 0.0L100 10Z");
  });
  it("keeps the height of a single second of hours", () => {
    const hours = Array.from({ length: 14_400 }, (_, i) => (i === 9_999 ? 7 : 1));
    const line = thinned(hours);
    expect(line).toHaveLength(300);
    expect(line.filter((h) => h === 7)).toHaveLength(1);
    expect(line[Math.floor((9_999 * 300) / 14_400)]).toBe(7);
    expect(thinned([1, 2, 3])).toEqual([1, 2, 3]);
  });
});
