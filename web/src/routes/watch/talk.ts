// Comments in order: by their moment, answers below what they answer.
import type { Comment } from "../../api/client";

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
