// Figures of the ledger in words.
import type { Schemas } from "../../api/client";

export type Ledger = Schemas["Ledger"];
export type Step = Schemas["LedgerStep"];

const one = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** "38.6", "−2.5": with a real minus. */
export const figure = (v: number): string => one.format(v).replace("-", "−");
export const hours = (v: number): string => `${figure(v)} h`;

/** With what is behind the point as it was given: how often a year. */
export const exact = (v: number): string => new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(v);

/** A share of nothing is not 0. */
export const share = (part: number, of: number): number | undefined => (of > 0 ? part / of : undefined);
export const percent = (s: number | undefined): string => (s === undefined ? "–" : `${Math.round(s * 100)} %`);

export function money(v: number, currency: string | undefined): string {
  try {
    return new Intl.NumberFormat(undefined, {
      style: "currency",
      currency: currency ?? "",
      maximumFractionDigits: 0,
    })
      .format(v)
      .replace("-", "−");
  } catch {
    return `${figure(v)} ${currency ?? ""}`.trim(); // not one that everybody knows
  }
}

/** A day without a zone: "9 Mar". */
export function dayName(date: string): string {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

/** The day in so many days, as the server writes days, on the clock of the reader. */
export function dayFrom(now: Date, days: number): string {
  const d = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

export const zoneName = (zone: string): string => zone.replaceAll("_", " ");

/** What the balance comes to, in a sentence that is as honest when it is negative. */
export function verdict(l: Ledger): string {
  if (l.avoided_hours === 0 && l.spent_hours === 0) return "Nothing to reckon in these days yet.";
  if (l.net_hours > 0) return `Rounds saved ${hours(l.net_hours)} of people's time.`;
  if (l.net_hours < 0) return `Rounds took ${hours(-l.net_hours)} more than the meetings would have.`;
  return "Rounds took as much as the meetings would have.";
}

/** What the fairness figure means. */
export function fairnessWords(l: Ledger): string {
  const worst = l.zones[0];
  const best = l.zones.at(-1);
  if (!worst || !best || l.zones.length < 2) return "All who ask are in one time zone.";
  if (l.fairness >= 0.8) return "Everybody waits about as long, wherever they are.";
  const times = l.fairness > 0 ? ` ${figure(1 / l.fairness)} times as long as` : " far longer than";
  return `Who asks from ${zoneName(worst.time_zone)} waits${times} who asks from ${zoneName(best.time_zone)}.`;
}
