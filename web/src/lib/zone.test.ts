import { describe, expect, it } from "vitest";
import { clockIn, dayWords, momentIn, nearDay, placeOf, untilIn } from "./zone";

describe("moments on a person's own clock", () => {
  const now = new Date("2026-11-22T23:30:00Z"); // in Kolkata it is the 23rd already
  it("counts days in the person's zone", () => {
    expect(momentIn("2026-11-23T05:00:00Z", "UTC", now, "en-GB")).toBe("tomorrow at 05:00");
    expect(momentIn("2026-11-23T05:00:00Z", "Asia/Kolkata", now, "en-GB")).toBe("today at 10:30");
    expect(momentIn("2026-11-22T05:00:00Z", "Asia/Kolkata", now, "en-GB")).toBe("yesterday at 10:30");
  });
  it("ends with the day what ends at midnight", () => {
    expect(untilIn("2026-11-23T00:00:00Z", "UTC", now, "en-US")).toBe("the end of today");
    expect(untilIn("2026-11-28T18:30:00Z", "Asia/Kolkata", now, "en-US")).toBe("the end of Sat");
    expect(untilIn("2026-11-23T05:00:00Z", "UTC", now, "en-GB")).toBe("tomorrow at 05:00");
  });
  it("names days by how far they are", () => {
    expect(nearDay("2026-11-27", "2026-11-22", "en-GB")).toBe("Fri");
    expect(nearDay("2026-12-03", "2026-11-22", "en-GB")).toBe("Thu 3 Dec");
    expect(nearDay("2026-11-19", "2026-11-22", "en-GB")).toBe("Thu 19 Nov");
    expect(nearDay("2027-01-04", "2026-11-22", "en-GB")).toBe("Mon, 4 Jan 2027");
  });
  it("knows clocks, days and places", () => {
    expect(clockIn("2026-11-22T16:00:00Z", "Europe/Zagreb", "en-GB")).toBe("17:00");
    expect(dayWords("2026-11-22", undefined, "en-GB")).toBe("Sunday 22 November");
    expect(placeOf("America/Argentina/Buenos_Aires")).toBe("Buenos Aires");
  });
});
