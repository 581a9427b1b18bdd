import { describe, expect, it } from "vitest";
import { missing } from "./missing";

const span = (start_ms: number, end_ms: number) => ({ start_ms, end_ms });

describe("what a clip lacks", () => {
  it("is not spoken of when it lacks nothing", () => {
    expect(missing([], [])).toEqual([]);
  });
  it("is told with its length and its places", () => {
    expect(missing([span(3000, 5400)], [])).toEqual(["2.4 s of this recording never arrived: at 0:03."]);
    expect(missing([], [span(1000, 2000), span(61_000, 62_000)])).toEqual([
      "2.0 s of speech could not be written down: at 0:01 and 1:01.",
    ]);
  });
  it("tells interruptions apart: what happened meanwhile has no length here", () => {
    expect(missing([span(3000, 5400), span(9000, 9000)], [])).toEqual([
      "2.4 s of this recording never arrived: at 0:03.",
      "The recording was interrupted and went on later: at 0:09.",
    ]);
  });
  it("names three places at most", () => {
    const many = [0, 1, 2, 3, 4].map((n) => span(n * 60_000, n * 60_000 + 20_000));
    expect(missing(many, [])).toEqual(["1:40 min of this recording never arrived: at 0:00, 1:00, 2:00 and 2 more."]);
  });
});
