import { expect, it } from "vitest";
import { daysWords, hoursWords } from "./hours";

it("says days as people do", () => {
  expect(daysWords(["fri", "mon", "tue", "wed", "thu"])).toBe("Mon to Fri");
  expect(daysWords(["mon", "wed"])).toBe("Mon, Wed");
  expect(daysWords(["sun", "mon", "tue"])).toBe("Mon, Tue, Sun");
  expect(daysWords(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])).toBe("every day");
});

it("says core hours only when there are some", () => {
  const plain = { time_zone: "UTC", days: ["mon" as const], from: "09:00", to: "17:00" };
  expect(hoursWords(plain)).toBe("Mon, 09:00 to 17:00");
  expect(hoursWords({ ...plain, core_from: "10:00", core_to: "12:00" })).toBe("Mon, 09:00 to 17:00; core hours 10:00 to 12:00");
});
