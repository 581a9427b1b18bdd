// Links to moments.

/** A clip's link that begins at a moment: whole seconds, or tenths where seconds would miss it. */
export function momentURL(url: string, ms?: number): string {
  if (ms === undefined || ms < 100) return url;
  const u = new URL(url);
  u.searchParams.set("t", String(Math.round(ms / 100) / 10));
  return u.href;
}
