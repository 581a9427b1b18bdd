import { describe, expect, it } from "vitest";
import { PlayedStretches } from "./watched";

describe("PlayedStretches", () => {
  it("counts what was played, and not what was jumped over", () => {
    const p = new PlayedStretches();
    for (const ms of [0, 250.4, 500, 750, 5000, 5250]) p.at(ms);
    p.stop();
    p.at(100);
    p.at(300);
    expect(p.take()).toEqual([
      { start_ms: 0, end_ms: 750 },
      { start_ms: 5000, end_ms: 5250 },
      { start_ms: 100, end_ms: 300 },
    ]);
    p.at(500);
    expect(p.take()).toEqual([{ start_ms: 300, end_ms: 500 }]);
    expect(p.take()).toEqual([]);
  });
  it("takes longer steps for granted when it plays faster", () => {
    const p = new PlayedStretches();
    p.at(0, 3);
    p.at(2500, 3);
    expect(p.take()).toEqual([{ start_ms: 0, end_ms: 2500 }]);
  });
});
