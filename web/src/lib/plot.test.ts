import { describe, expect, it } from "vitest";
import { every, scale, ticks } from "./plot";

describe("ticks", () => {
  it.each([
    [0, 38.6, [0, 10, 20, 30, 40]],
    [-2.5, 0, [-3, -2, -1, 0]],
    [-12, 31, [-20, 0, 20, 40]],
    [0, 0, [0, 0.5, 1]],
    [0, 0.7, [0, 0.2, 0.4, 0.6, 0.8]],
  ])("from %d to %d", (min, max, want) => {
    const got = ticks(min, max);
    expect(got[0]).toBeLessThanOrEqual(Math.min(0, min));
    expect(got.at(-1)).toBeGreaterThanOrEqual(Math.max(0, max));
    expect(got).toContain(0);
    if (max - min > 0) expect(got).toEqual(want);
  });
});

it("scales straight, also upside down", () => {
  const y = scale([0, 10], [200, 0]);
  expect([y(0), y(5), y(10)]).toEqual([200, 100, 0]);
});

it("writes as many labels as fit", () => {
  expect(every(13, 650, 50)).toBe(1);
  expect(every(13, 300, 50)).toBe(3);
});
