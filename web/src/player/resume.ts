// Where somebody stopped watching, per clip, kept in this browser.

const key = "baton.watched";
/** Clips that are remembered; the longest unseen are forgotten first. */
const most = 200;

type Places = Record<string, readonly [ms: number, when: number]>;

/** The browser's storage; undefined where a page may have none, as in another site's frame. */
function own(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function read(storage: Storage | undefined): Places {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(key) ?? "{}");
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
    return Object.fromEntries(Object.entries(stored).filter(([, v]) => isPlace(v)));
  } catch {
    return {};
  }
}

function isPlace(v: unknown): v is readonly [number, number] {
  return Array.isArray(v) && v.length === 2 && v.every((n) => typeof n === "number" && Number.isFinite(n));
}

/** Where to go on, in milliseconds; undefined: from the start. */
export function resumeAt(clip: string, storage = own()): number | undefined {
  return read(storage)[clip]?.[0];
}

/** When the place was remembered; 0: never. */
export const rememberedAt = (clip: string, storage = own()): number => read(storage)[clip]?.[1] ?? 0;

/** Remembers a place. The first seconds and the last ones count as not begun and as seen: the next time starts at the start.
 * Without a clip nothing is remembered. */
export function rememberPlace(clip: string, ms: number, durationMs: number, storage = own(), now = Date.now()): void {
  const places = new Map(Object.entries(read(storage)));
  const seen = durationMs > 0 && ms >= durationMs - Math.min(5000, durationMs * 0.05);
  if (ms < 5000 || seen || !clip) {
    if (!places.delete(clip)) return;
  } else places.set(clip, [Math.round(ms), now]);
  const kept = [...places].sort(([, a], [, b]) => b[1] - a[1]).slice(0, most);
  try {
    storage?.setItem(key, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // No storage: the place is forgotten with the page.
  }
}
