import { describe, expect, it } from "vitest";
import { cadenceOf, cadenceWords, ruleOf } from "./cadence";

describe("cadences", () => {
  const known: readonly (readonly [rule: string, words: string])[] = [
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day"],
    ["FREQ=WEEKLY;BYDAY=MO,WE", "every Monday and Wednesday"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every second week on Friday"],
    ["FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR", "every 3 weeks on weekdays"],
    ["FREQ=MONTHLY;BYDAY=1MO", "on the first Monday of each month"],
    ["FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "on the last Friday of every second month"],
  ];
  it.each(known)("says %s in words and keeps it", (rule, words) => {
    expect(cadenceWords(rule)).toBe(words);
    expect(ruleOf(cadenceOf(rule))).toBe(rule);
  });
  it("reads a daily rule as days of the week", () => {
    expect(cadenceWords("FREQ=DAILY")).toBe("every day");
    expect(ruleOf(cadenceOf("RRULE:FREQ=DAILY;BYDAY=MO,SU"))).toBe("FREQ=WEEKLY;BYDAY=MO,SU");
  });
  it.each(["FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "FREQ=DAILY;INTERVAL=3", "FREQ=YEARLY", ""])(
    "leaves %s as it is",
    (rule) => {
      expect(cadenceOf(rule)).toEqual({ kind: "rule", rule });
      expect(ruleOf(cadenceOf(rule))).toBe(rule);
    },
  );
});
