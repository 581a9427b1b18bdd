// What somebody has begun to write, kept in this browser until it is sent.
export interface Draft {
  readonly body: string;
  /** The moment it is about; undefined for answers and changes. */
  readonly at_ms?: number | undefined;
  readonly end_ms?: number | undefined;
}

const prefix = "baton.draft.";

/** Reads a draft; a broken one is none. */
export function readDraft(key: string, storage: Storage = localStorage): Draft | undefined {
  try {
    const d: unknown = JSON.parse(storage.getItem(prefix + key) ?? "null");
    if (typeof d !== "object" || d === null || !("body" in d) || typeof d.body !== "string" || !d.body) return undefined;
    const number = (v: unknown) => (typeof v === "number" && Number.isFinite(v) ? v : undefined);
    return { body: d.body, at_ms: number("at_ms" in d && d.at_ms), end_ms: number("end_ms" in d && d.end_ms) };
  } catch {
    return undefined;
  }
}

/** Keeps a draft; an empty one is dropped. */
export function keepDraft(key: string, draft: Draft, storage: Storage = localStorage): void {
  try {
    if (draft.body.trim()) storage.setItem(prefix + key, JSON.stringify(draft));
    else storage.removeItem(prefix + key);
  } catch {
    // No storage: the draft lives as long as the page.
  }
}
