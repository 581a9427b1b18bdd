// Times and lengths as people read them.

/** 83_000 → "1:23", 3_723_000 → "1:02:03". */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Reads `?t=`: "83", "1:23", "1h2m3s", "90.5" → milliseconds; undefined when it is none of these. */
export function parseTime(text: string | null): number | undefined {
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const parts = /^(?:(\d+):)?(\d{1,2}):(\d{1,2})$/.exec(text) ?? /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (!parts) return undefined;
  const [, h, m, s] = parts;
  return (Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0)) * 1000;
}

/** A moment in the past as people say it: "just now", "5 minutes ago", "today at 09:14", "19 Nov". */
export function ago(iso: string, now: Date = new Date(), locale?: string): string {
  const t = new Date(iso);
  const minutes = Math.round((now.getTime() - t.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return new Intl.RelativeTimeFormat(locale, { numeric: "always" }).format(-minutes, "minute");
  const at = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(t);
  if (t.toDateString() === now.toDateString()) return `today at ${at}`;
  if (t.toDateString() === new Date(now.getTime() - 86_400_000).toDateString()) return `yesterday at ${at}`;
  const year = t.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...year }).format(t);
}

/** 1_572_864 → "1.5 MB". */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let v = n;
  let i = -1;
  do {
    v /= 1000;
    i++;
  } while (v >= 1000 && i < units.length - 1);
  return `${v < 10 ? v.toFixed(1) : Math.round(v)} ${units[i] ?? "TB"}`;
}
