// Words about when people work.
import type { Schemas } from "../api/client";
import { momentIn } from "./zone";

export type Hours = Schemas["Hours"];
export type Weekday = Schemas["Weekday"];

/** In the order of a week that begins on Monday. */
export const weekdayNames: readonly (readonly [day: Weekday, name: string])[] = [
  ["mon", "Monday"],
  ["tue", "Tuesday"],
  ["wed", "Wednesday"],
  ["thu", "Thursday"],
  ["fri", "Friday"],
  ["sat", "Saturday"],
  ["sun", "Sunday"],
];

/** "Mon to Fri", "Mon, Wed", "every day". */
export function daysWords(days: readonly Weekday[]): string {
  const on = weekdayNames.filter(([d]) => days.includes(d));
  const short = on.map(([, name]) => name.slice(0, 3));
  if (on.length === 7) return "every day";
  const from = weekdayNames.findIndex(([d]) => d === on[0]?.[0]);
  const inRow = on.length > 2 && on.every(([d], i) => weekdayNames[from + i]?.[0] === d);
  return inRow ? `${short[0] ?? ""} to ${short.at(-1) ?? ""}` : short.join(", ");
}

/** "Mon to Fri, 09:00 to 17:00; core hours 10:00 to 15:00". */
export function hoursWords(h: Hours): string {
  const core = h.core_from && h.core_to ? `; core hours ${h.core_from} to ${h.core_to}` : "";
  return `${daysWords(h.days)}, ${h.from} to ${h.to}${core}`;
}

/** "at work now", "back tomorrow at 09:00 (your time)". */
export function nextWords(s: Schemas["Schedule"]): string {
  if (s.working_now) return "within working hours";
  return s.next_working_at ? `back ${momentIn(s.next_working_at)}, your time` : "away for long";
}
