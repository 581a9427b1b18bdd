// Comments in order: by their moment, answers below what they answer.
import type { Comment, Reaction } from "../../api/client";
import type { Stroke } from "../../player/drawing";

export interface Thread {
  readonly root: Comment;
  readonly replies: readonly Comment[];
}

/** Threads by moment, then by age. An answer whose comment is not there (any more) stands alone. */
export function threads(comments: readonly Comment[]): Thread[] {
  const known = new Set(comments.map((c) => c.id));
  const answers = new Map<string, Comment[]>();
  const roots: Comment[] = [];
  for (const c of comments.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (c.parent_id === undefined || !known.has(c.parent_id)) roots.push(c);
    else answers.set(c.parent_id, [...(answers.get(c.parent_id) ?? []), c]);
  }
  return roots.sort((a, b) => a.at_ms - b.at_ms).map((root) => ({ root, replies: answers.get(root.id) ?? [] }));
}

/** Adds a comment or replaces it. News of an older state than ours is dropped: answers and events overtake each other. */
export function applyComment(comments: readonly Comment[], c: Comment): Comment[] {
  const before = comments.find((o) => o.id === c.id);
  if (!before) return [...comments, c];
  if (before.deleted || (before.edited_at ?? "") > (c.edited_at ?? "")) return [...comments];
  return comments.map((o) => (o.id === c.id ? c : o));
}

/** Takes a comment out; one with answers stays as an empty place. */
export function removeComment(comments: readonly Comment[], id: string): Comment[] {
  if (comments.some((c) => c.parent_id === id))
    return comments.map((c) => (c.id === id ? { ...c, body: "", deleted: true, may_edit: false, may_delete: false } : c));
  return comments.filter((c) => c.id !== id);
}

/** How near a place has to be to a comment's moment to be its frame, in milliseconds: two frames of a screen recording. */
const sameFrameMs = 60;
/** How long a drawing stays while the clip plays on, in milliseconds. */
const drawingStaysMs = 1500;

/** What is drawn on the frame at a place. */
export function shownStrokes(comments: readonly Comment[], ms: number, paused: boolean): readonly Stroke[] {
  return comments.flatMap((c) => {
    if (!c.drawing || c.resolved_at !== undefined) return [];
    const here = paused ? Math.abs(ms - c.at_ms) <= sameFrameMs : ms >= c.at_ms && ms < c.at_ms + drawingStaysMs;
    return here ? (c.drawing.strokes as unknown as Stroke[]) : [];
  });
}

export interface MomentReactions {
  readonly at_ms: number;
  readonly emoji: readonly { readonly emoji: string; readonly count: number }[];
  readonly count: number;
}

/** Reactions by their second, the most frequent first. */
export function momentReactions(reactions: readonly Reaction[]): MomentReactions[] {
  const moments = new Map<number, Reaction[]>();
  for (const r of reactions) moments.set(r.at_ms, [...(moments.get(r.at_ms) ?? []), r]);
  return [...moments]
    .sort(([a], [b]) => a - b)
    .map(([at_ms, all]) => ({
      at_ms,
      emoji: all.toSorted((a, b) => b.count - a.count),
      count: all.reduce((n, r) => n + r.count, 0),
    }));
}

/** Each emoji of a clip with how often it was given, the most frequent first. */
export function emojiCounts(reactions: readonly Reaction[]): { emoji: string; count: number; mine: boolean }[] {
  const counts = new Map<string, { emoji: string; count: number; mine: boolean }>();
  for (const { emoji, count, mine } of reactions) {
    const before = counts.get(emoji);
    counts.set(emoji, { emoji, count: (before?.count ?? 0) + count, mine: (before?.mine ?? false) || mine });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}
