// Clips of takes that were thrown away: the server is told, at the next visit if it is away now. Else what somebody did not want kept would
// become a clip once its recording is given up.
import { api, ApiError, ok } from "../api/client";

const keyOf = (owner: string): string => `baton.thrown.${owner}`;

function read(owner: string): string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(keyOf(owner)) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // no storage, or not ours
  }
}

function keep(owner: string, ids: readonly string[]): void {
  try {
    if (ids.length > 0) localStorage.setItem(keyOf(owner), JSON.stringify(ids));
    else localStorage.removeItem(keyOf(owner));
  } catch {
    // No storage: it is told now or never.
  }
}

/** Whether asking again leads nowhere: the server has said what it has to say. */
const final = (error: unknown): boolean => error instanceof ApiError && error.status < 500 && ![401, 429].includes(error.status);

/** Deletes the clip of an account's take; false: the server could not be told, and is at the next visit. Throws what it says against it. */
export async function throwAway(owner: string, id: string): Promise<boolean> {
  const others = (): string[] => read(owner).filter((other) => other !== id);
  keep(owner, [...others(), id]);
  try {
    await ok(api.DELETE("/api/v1/clips/{id}", { params: { path: { id } } }));
  } catch (error) {
    if (!final(error)) return false;
    if (!(error instanceof ApiError && error.status === 404)) {
      keep(owner, others());
      throw error;
    }
  }
  keep(owner, others());
  return true;
}

/** Deletes what earlier visits could not. */
export async function throwAwayRest(owner: string): Promise<void> {
  for (const id of read(owner)) await throwAway(owner, id).catch(() => undefined); // it stays, then, as the server wants it
}
