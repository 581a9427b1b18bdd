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
  it("takes time by the clock: less at double speed, none while it waits or jumps", () => {
    const p = new PlayedStretches();
    let clock = 50_000;
    const play = (fromMs: number, wallMs: number, rate: number): void => {
      for (let t = 0; t <= wallMs; t += 250) p.at(fromMs + t * rate, rate, clock + t);
      clock += wallMs;
    };
    play(0, 4000, 1);
    play(4000, 3000, 2);
    expect(p.takeTime()).toBe(7000);
    clock += 60_000; // it waited for data
    play(10_000, 1000, 2);
    expect(p.takeTime()).toBe(1000);
    p.stop(); // a silence was skipped, or it was paused
    clock += 5000;
    play(30_000, 2000, 1);
    p.at(90_000, 1, clock + 250); // a press on the timeline
    expect(p.takeTime()).toBe(2250);
    p.take();
    p.at(92_000, 1, clock + 2250); // a busy page: two seconds in one step
    expect(p.takeTime()).toBe(2000);
    expect(p.takeTime()).toBe(0);
  });
});
