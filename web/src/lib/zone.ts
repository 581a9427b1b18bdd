// Moments and days on a person's own clock, as people say them.
import { account } from "./account.svelte";

/** The zone in which somebody works; until they said, the browser's. */
export const myZone = (): string => account.me?.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone;

const dayKey = (t: Date, zone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(t);

/** "09:14" on the clock of a zone. */
export function clockIn(iso: string, zone: string = myZone(), locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(iso));
}

/** "today at 17:00", "tomorrow at 09:00", "Fri at 09:00", "Thu 3 Dec at 09:00", on the clock of a zone. */
export function momentIn(iso: string, zone: string = myZone(), now: Date = new Date(), locale?: string): string {
  return `${nearDay(dayKey(new Date(iso), zone), dayKey(now, zone), locale)} at ${clockIn(iso, zone, locale)}`;
}

/** Up to when: as momentIn, but what ends with a day ends at "the end of Friday" and not at the first moment of Saturday. */
export function untilIn(iso: string, zone: string = myZone(), now: Date = new Date(), locale?: string): string {
  const before = new Date(Date.parse(iso) - 60_000);
  if (dayKey(before, zone) === dayKey(new Date(iso), zone) || clockIn(iso, zone, "en-GB") !== "00:00")
    return momentIn(iso, zone, now, locale);
  return `the end of ${nearDay(dayKey(before, zone), dayKey(now, zone), locale)}`;
}

/** A day of the calendar ("2026-11-22") beside today: "today", "yesterday", "Fri", "Thu 3 Dec". */
export function nearDay(day: string, today: string = dayKey(new Date(), myZone()), locale?: string): string {
  const apart = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
  if (Math.abs(apart) <= 1) return ["yesterday", "today", "tomorrow"][apart + 1] ?? "";
  if (apart > 0 && apart < 7) return dayWords(day, { weekday: "short" }, locale);
  const year = day.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" as const };
  return dayWords(day, { weekday: "short", day: "numeric", month: "short", ...year }, locale);
}

/** A day of the calendar in words: "Sunday 22 November". */
export function dayWords(
  day: string,
  how: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" },
  locale?: string,
): string {
  return new Intl.DateTimeFormat(locale, { ...how, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/** "Europe/Zagreb" → "Zagreb". */
export const placeOf = (zone: string): string => (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");

/** Today on the clock of a zone: "2026-11-22". */
export const todayIn = (zone: string = myZone()): string => dayKey(new Date(), zone);
