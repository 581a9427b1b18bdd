import { describe, expect, it } from "vitest";
import { between, free } from "./chapters";

const chapters = [0, 10_000, 12_000, 60_000].map((start_ms) => ({ start_ms }));

describe("between", () => {
  it("keeps a border between its neighbours, at whole seconds", () => {
    expect(between(chapters, 3, 42_400, 90_000)).toBe(42_000);
    expect(between(chapters, 3, 2000, 90_000)).toBe(13_000);
    expect(between(chapters, 3, 200_000, 90_000)).toBe(89_000);
    expect(between(chapters, 1, 11_700, 90_000)).toBe(11_000);
    expect(between(chapters, 0, -5, 90_000)).toBe(0);
  });
  it("does not move where there is no room", () => {
    expect(between([{ start_ms: 0 }, { start_ms: 400 }, { start_ms: 900 }], 1, 5000, 90_000)).toBe(400);
  });
});

it("tells where a chapter may begin", () => {
  expect(free(chapters, 30_000, 90_000)).toBe(true);
  expect(free(chapters, 10_500, 90_000)).toBe(false);
  expect(free(chapters, 10_500, 90_000, 10_000)).toBe(true);
  expect(free(chapters, 90_000, 90_000)).toBe(false);
});
