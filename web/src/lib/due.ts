// When things fall due, as people say it: in the clock of who reads, with a word about who is asked.

const hour = 3_600_000;
const day = 24 * hour;

const dayOf = (t: Date, timeZone?: string): string =>
  new Intl.DateTimeFormat("en-CA", { ...(timeZone && { timeZone }) }).format(t);

/** The day of a moment near now: "today", "tomorrow", "Thursday", "3 Dec"; in the reader's zone if none is given. */
export function dayWord(iso: string, now: Date = new Date(), locale?: string, timeZone?: string): string {
  const t = new Date(iso);
  const zone = timeZone === undefined ? {} : { timeZone };
  const away = Math.round((Date.parse(dayOf(t, timeZone)) - Date.parse(dayOf(now, timeZone))) / day);
  const near = { "-1": "yesterday", "0": "today", "1": "tomorrow" }[away];
  if (near) return near;
  if (away > 1 && away < 7) return new Intl.DateTimeFormat(locale, { weekday: "long", ...zone }).format(t);
  const year = Math.abs(away) > 300 ? { year: "numeric" as const } : {};
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...year, ...zone }).format(t);
}

/** A moment near now with its time: "today 16:00", "Thursday 16:00", "3 Dec 16:00". */
export function when(iso: string, now: Date = new Date(), locale?: string, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return `${dayWord(iso, now, locale, timeZone)} ${clockOf(iso, locale, zone)}`;
}

/** The time of day of a moment: "16:00". */
export function clockOf(iso: string, locale?: string, zone: { timeZone?: string } = {}): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...zone }).format(new Date(iso));
}

/** How long that is, roughly: "20 min", "3 h", "2 days". */
export function roughly(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  if (ms < 36 * hour) return `${Math.round(ms / hour)} h`;
  return `${Math.round(ms / day)} days`;
}

/** Working hours: "under an hour", "1 working hour", "12.5 working hours". */
export function workingHours(hours: number): string {
  if (hours < 0.95) return "under a working hour";
  const n = hours < 10 ? Math.round(hours * 2) / 2 : Math.round(hours);
  return `${n} working ${n === 1 ? "hour" : "hours"}`;
}

/** When somebody works, as far as it is known. */
export interface AtWork {
  readonly working_now: boolean;
  readonly next_working_at?: string | undefined;
}

/** Whether somebody is at work: "Mira is at work now", "Mira starts work in 3 h"; empty when nobody knows. */
export function atWork(name: string, s: AtWork | undefined, now: Date = new Date()): string {
  if (!s) return "";
  const first = name.split(" ")[0] ?? name;
  if (s.working_now) return `${first} is at work now`;
  if (!s.next_working_at) return `${first} is away`;
  return `${first} starts work in ${roughly(Date.parse(s.next_working_at) - now.getTime())}`;
}
