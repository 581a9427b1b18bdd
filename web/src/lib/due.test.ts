import { describe, expect, it } from "vitest";
import { atWork, roughly, when, workingHours } from "./due";

const now = new Date("2026-03-10T12:00:00Z"); // a Tuesday

describe("when", () => {
  it.each([
    ["2026-03-10T16:00:00Z", "today 16:00"],
    ["2026-03-11T09:30:00Z", "tomorrow 09:30"],
    ["2026-03-09T09:30:00Z", "yesterday 09:30"],
    ["2026-03-12T16:00:00Z", "Thursday 16:00"],
    ["2026-03-17T16:00:00Z", "17 Mar 16:00"],
    ["2027-03-17T16:00:00Z", "17 Mar 2027 16:00"],
  ])("%s is %s", (iso, text) => {
    expect(when(iso, now, "en-GB", "UTC")).toBe(text);
  });
  it("has the day of the zone it is told in", () => {
    expect(when("2026-03-10T16:00:00Z", now, "en-GB", "Asia/Tokyo")).toBe("tomorrow 01:00");
  });
});

describe("lengths", () => {
  it.each([
    [10_000, "1 min"],
    [20 * 60_000, "20 min"],
    [3 * 3_600_000, "3 h"],
    [60 * 3_600_000, "3 days"],
  ])("%d ms are %s", (ms, text) => {
    expect(roughly(ms)).toBe(text);
  });
  it.each([
    [0.4, "under a working hour"],
    [1, "1 working hour"],
    [2.6, "2.5 working hours"],
    [41.3, "41 working hours"],
  ])("%d are %s", (h, text) => {
    expect(workingHours(h)).toBe(text);
  });
});

describe("atWork", () => {
  it("says what is known", () => {
    expect(atWork("Mira Member", undefined, now)).toBe("");
    expect(atWork("Mira Member", { working_now: true }, now)).toBe("Mira is at work now");
    expect(atWork("Mira", { working_now: false, next_working_at: "2026-03-10T15:00:00Z" }, now)).toBe("Mira starts work in 3 h");
    expect(atWork("Mira", { working_now: false }, now)).toBe("Mira is away");
  });
});
