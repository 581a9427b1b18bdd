import { describe, expect, it } from "vitest";
import { dayFrom, fairnessWords, figure, money, percent, share, verdict, type Ledger } from "./words";

const nothing: Ledger = {
  from: "2026-03-01",
  to: "2026-03-31",
  avoided_hours: 0,
  spent_hours: 0,
  recorded_hours: 0,
  watched_hours: 0,
  written_hours: 0,
  net_hours: 0,
  occurrences: 0,
  expected: 0,
  answered: 0,
  late: 0,
  asks: 0,
  asks_answered: 0,
  asks_in_time: 0,
  median_wait_hours: 0,
  fairness: 1,
  zones: [],
  trend: [],
  rotation: [],
};

describe("the ledger in words", () => {
  it("is honest both ways", () => {
    expect(verdict(nothing)).toMatch(/Nothing to reckon/);
    expect(verdict({ ...nothing, avoided_hours: 64.7, spent_hours: 26.2, net_hours: 38.6 })).toBe(
      "Rounds saved 38.6 h of people's time.",
    );
    expect(verdict({ ...nothing, spent_hours: 2.5, net_hours: -2.5 })).toBe(
      "Rounds took 2.5 h more than the meetings would have.",
    );
  });
  it("says who waits", () => {
    const zones = [
      { time_zone: "Asia/Kolkata", median_wait_hours: 20, asks: 3 },
      { time_zone: "Europe/Berlin", median_wait_hours: 5, asks: 4 },
    ];
    expect(fairnessWords({ ...nothing, zones, fairness: 0.25 })).toBe(
      "Who asks from Asia/Kolkata waits 4 times as long as who asks from Europe/Berlin.",
    );
    expect(fairnessWords(nothing)).toMatch(/one time zone/);
  });
  it("writes figures", () => {
    expect(figure(-2.5)).toBe("−2.5");
    expect(percent(share(0, 0))).toBe("–");
    expect(percent(share(1, 3))).toBe("33 %");
    expect(money(-150, "XYZQ")).toBe("−150 XYZQ");
    expect(dayFrom(new Date(2026, 2, 1), -1)).toBe("2026-02-28");
  });
});
