import { describe, expect, it } from "vitest";
import { ago, bytes, clock, parseTime } from "./time";

describe("clock", () => {
  it.each([
    [0, "0:00"],
    [83_900, "1:23"],
    [3_723_000, "1:02:03"],
    [-5, "0:00"],
  ])("%d ms is %s", (ms, text) => {
    expect(clock(ms)).toBe(text);
  });
});

describe("parseTime", () => {
  it.each([
    ["83", 83_000],
    ["90.5", 90_500],
    ["1:23", 83_000],
    ["1:02:03", 3_723_000],
    ["1h2m3s", 3_723_000],
    ["2m", 120_000],
  ])("%s", (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });
  it.each([null, "", "abc", "-5", "1:2:3:4", "1e9x"])("refuses %s", (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe("ago", () => {
  const now = new Date("2026-03-10T12:00:00");
  it.each([
    ["2026-03-10T11:59:50", "just now"],
    ["2026-03-10T11:55:00", "5 minutes ago"],
    ["2026-03-10T09:14:00", "today at 09:14"],
    ["2026-03-09T09:14:00", "yesterday at 09:14"],
    ["2026-02-01T09:14:00", "1 Feb"],
    ["2025-02-01T09:14:00", "1 Feb 2025"],
  ])("%s is %s", (at, text) => {
    expect(ago(at, now, "en-GB")).toBe(text);
  });
});

describe("bytes", () => {
  it.each([
    [999, "999 B"],
    [1500, "1.5 kB"],
    [25_000_000, "25 MB"],
  ])("%d is %s", (n, text) => {
    expect(bytes(n)).toBe(text);
  });
});
