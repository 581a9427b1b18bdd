// What somebody has begun to write, kept in this browser until it is sent. Whoever else signs in here does not see it.
import type { Attachment } from "../../api/client";
import { account } from "../../lib/account.svelte";
import type { Stroke } from "../../player/drawing";

export interface Draft {
  readonly body: string;
  /** The moment it is about; undefined for answers and changes. */
  readonly at_ms?: number | undefined;
  readonly end_ms?: number | undefined;
  readonly strokes?: readonly Stroke[];
  readonly pictures?: readonly Attachment[];
  readonly private?: boolean;
}

const at = (key: string): string => `baton.draft.${account.me ? `${account.me.id}.` : ""}${key}`;

/** Reads a draft; a broken one is none. */
export function readDraft(key: string, storage: Storage = localStorage): Draft | undefined {
  try {
    const d: unknown = JSON.parse(storage.getItem(at(key)) ?? "null");
    if (typeof d !== "object" || d === null || !("body" in d) || typeof d.body !== "string") return undefined;
    const { at_ms, end_ms, strokes, pictures, ...rest } = d as Record<string, unknown>;
    const number = (v: unknown) => (typeof v === "number" && Number.isFinite(v) ? v : undefined);
    const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
    const draft: Draft = {
      body: d.body,
      at_ms: number(at_ms),
      end_ms: number(end_ms),
      strokes: list(strokes).filter(isStroke),
      pictures: list(pictures).filter(isPicture),
      private: rest["private"] === true,
    };
    return isEmpty(draft) ? undefined : draft;
  } catch {
    return undefined;
  }
}

/** Keeps a draft; an empty one is dropped. */
export function keepDraft(key: string, draft: Draft, storage: Storage = localStorage): void {
  try {
    if (isEmpty(draft)) storage.removeItem(at(key));
    else storage.setItem(at(key), JSON.stringify(draft));
  } catch {
    // No storage: the draft lives as long as the page.
  }
}

/** Whether there is nothing to send. */
export function isEmpty({ body, strokes, pictures }: Draft): boolean {
  return body.trim() === "" && !strokes?.length && !pictures?.length;
}

function isStroke(s: unknown): s is Stroke {
  return typeof s === "object" && s !== null && "tool" in s && "colour" in s && "points" in s && Array.isArray(s.points);
}
function isPicture(p: unknown): p is Attachment {
  return typeof p === "object" && p !== null && "id" in p && "url" in p && typeof p.id === "string" && typeof p.url === "string";
}
