// The cadence of a round (RFC 5545, the part that speaks of days) as a form has it, and in words.

export const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Weekday = (typeof weekdays)[number];
const names: Readonly<Record<Weekday, string>> = {
  MO: "Monday",
  TU: "Tuesday",
  WE: "Wednesday",
  TH: "Thursday",
  FR: "Friday",
  SA: "Saturday",
  SU: "Sunday",
};
const working: readonly Weekday[] = weekdays.slice(0, 5);

/** What the form can say; everything else is a rule of one's own. */
export type Cadence =
  | { readonly kind: "weeks"; readonly every: number; readonly days: readonly Weekday[] }
  /** The first, second … or last (-1) such weekday of a month. */
  | { readonly kind: "months"; readonly every: number; readonly nth: number; readonly day: Weekday }
  | { readonly kind: "rule"; readonly rule: string };

const isWeekday = (s: string): s is Weekday => (weekdays as readonly string[]).includes(s);

function partsOf(rule: string): Map<string, string> {
  const parts = rule
    .toUpperCase()
    .replace(/^RRULE:/, "")
    .split(";");
  return new Map(
    parts.map((p) => {
      const [name = "", value = ""] = p.split("=");
      return [name, value];
    }),
  );
}

/** Reads a rule into what the form has. */
export function cadenceOf(rule: string): Cadence {
  const p = partsOf(rule);
  const every = Number(p.get("INTERVAL") ?? 1);
  const days = (p.get("BYDAY") ?? "").split(",").filter(Boolean);
  const only = (...known: string[]): boolean => [...p.keys()].every((k) => ["FREQ", "INTERVAL", "WKST", ...known].includes(k));
  if (p.get("FREQ") === "DAILY" && every === 1 && only("BYDAY") && days.every(isWeekday))
    return { kind: "weeks", every: 1, days: days.length > 0 ? days : weekdays };
  if (p.get("FREQ") === "WEEKLY" && only("BYDAY") && days.length > 0 && days.every(isWeekday))
    return { kind: "weeks", every, days };
  const nth = /^(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)$/.exec(days[0] ?? "");
  if (p.get("FREQ") === "MONTHLY" && only("BYDAY") && days.length === 1 && nth?.[2] && isWeekday(nth[2]))
    return { kind: "months", every, nth: Number(nth[1]), day: nth[2] };
  return { kind: "rule", rule };
}

/** The rule of what the form has. */
export function ruleOf(c: Cadence): string {
  if (c.kind === "rule") return c.rule.trim();
  const interval = c.every > 1 ? `;INTERVAL=${c.every}` : "";
  if (c.kind === "months") return `FREQ=MONTHLY${interval};BYDAY=${c.nth}${c.day}`;
  return `FREQ=WEEKLY${interval};BYDAY=${weekdays.filter((d) => c.days.includes(d)).join(",")}`;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && b.every((d) => a.includes(d));
const nths: Readonly<Record<number, string>> = { 1: "first", 2: "second", 3: "third", 4: "fourth", [-1]: "last" };

/** "every weekday", "every second week on Friday", "on the first Monday of each month"; a rule of one's own stays as it is. */
export function cadenceWords(rule: string): string {
  const c = cadenceOf(rule);
  if (c.kind === "rule") return c.rule;
  if (c.kind === "months") {
    const of = c.every === 1 ? "each month" : c.every === 2 ? "every second month" : `every ${c.every} months`;
    return `on the ${nths[c.nth] ?? ""} ${names[c.day]} of ${of}`;
  }
  if (c.every === 1 && same(c.days, weekdays)) return "every day";
  if (c.every === 1 && same(c.days, working)) return "every weekday";
  const days = new Intl.ListFormat("en").format(weekdays.filter((d) => c.days.includes(d)).map((d) => names[d]));
  if (c.every === 1) return `every ${days}`;
  return `${c.every === 2 ? "every second week" : `every ${c.every} weeks`} on ${same(c.days, working) ? "weekdays" : days}`;
}

export const weekdayName = (d: Weekday): string => names[d];
export const nthName = (n: number): string => nths[n] ?? "";
