// Completes takes that a crash, a closed tab or an outage left in the spool of this browser.
import { api, ok } from "../api/client";
import { recordingState, Refused } from "../api/ingest";
import type { Range } from "./chunks";
import { Publisher, type Receipt } from "./publisher";
import { settleAnswer } from "./answer";
import { Spool, type TakeRecord } from "./spool";
import { lockName } from "./take";
import type { Trouble } from "./carrier";

export interface Unfinished {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly clipId: string | undefined;
  readonly total: number;
  readonly safe: number;
  /** Why nothing is sent at the moment. */
  readonly trouble: Trouble | undefined;
  /** Set when everything is on the server. */
  readonly receipt: Receipt | undefined;
  /** Why the server will not have it; the chunks stay in this browser. */
  readonly refused: string | undefined;
}

/** Makes the clip of a take. */
export async function createClip(take: TakeRecord): Promise<string> {
  const { kind, title, visibility, mimeType: mime_type, replyTo: reply_to } = take;
  const body = { kind, title, mime_type, ...(reply_to ? { reply_to } : { visibility }) };
  return (await ok(api.POST("/api/v1/clips", { body }))).id;
}

/** Looks for unfinished takes of an account and completes them, one after the other; onchange hears of each step. */
export async function completeTakes(owner: string, onchange: (take: Unfinished) => void): Promise<void> {
  if (!("indexedDB" in globalThis) || !("locks" in navigator)) return;
  const spool = await Spool.open();
  try {
    for (const { id } of (await spool.takes()).filter((t) => t.owner === owner)) {
      await navigator.locks.request(lockName(id), { ifAvailable: true }, async (lock) => {
        if (!lock) return; // another tab is recording or sending it
        const take = (await spool.takes()).find((t) => t.id === id); // as it is now that nobody else changes it
        if (take) await completeTake(spool, take, onchange);
      });
    }
  } finally {
    spool.close();
  }
}

/**
 * How many chunks a take has. A tab that died did not count: the last chunk in the spool is the last of the take; when
 * none is left there, because the server has stored all of them, the server knows. Undefined while it cannot be asked.
 */
async function totalOf(take: TakeRecord, range: Range | undefined): Promise<number | undefined> {
  if (take.total !== undefined) return take.total;
  if (range) return range.last + 1;
  if (!take.clipId) return 0;
  try {
    return (await recordingState(take.clipId)).next_seq;
  } catch (error) {
    return error instanceof Refused && [403, 404, 410].includes(error.status) ? 0 : undefined;
  }
}

/** Completes one take whose lock is held. */
export async function completeTake(spool: Spool, take: TakeRecord, onchange: (take: Unfinished) => void): Promise<void> {
  const range = await spool.range(take.id);
  const total = await totalOf(take, range);
  if (total === undefined) return; // the server is away; the next visit asks again
  if (total === 0 && !range) {
    await spool.forget(take.id); // begun, and nothing was recorded
    return;
  }
  take.total = total;
  await spool.putTake(take);
  const tell = (safe: number, how: Partial<Pick<Unfinished, "trouble" | "receipt" | "refused">>): void => {
    const { id, title, startedAt, clipId } = take;
    onchange({ id, title, startedAt, clipId, total, safe, trouble: undefined, receipt: undefined, refused: undefined, ...how });
  };
  const publisher = new Publisher(take, {
    spool,
    createClip,
    settle: settleAnswer,
    carrier: "http",
    onprogress: (safe, { trouble }) => {
      tell(safe, { trouble });
    },
  });
  publisher.offer(total, total);
  try {
    tell(total, { receipt: await publisher.run() });
  } catch (error) {
    tell(publisher.acknowledged, { refused: error instanceof Error ? error.message : String(error) });
  }
}

/** Everything of a take that is in this browser, as one file, for a server that will not have it. */
export async function takeAsFile(id: string): Promise<File | undefined> {
  const spool = await Spool.open();
  try {
    const take = (await spool.takes()).find((t) => t.id === id);
    const range = await spool.range(id);
    if (!take || !range) return undefined;
    const parts: Blob[] = [];
    for (let seq = range.first; seq <= range.last; seq++) {
      const chunk = await spool.chunk(id, seq);
      if (chunk) parts.push(new Blob([chunk.data])); // the browser may put a Blob aside, on its disk
    }
    const ending = /matroska/.test(take.mimeType) ? "mkv" : /mp4/.test(take.mimeType) ? "mp4" : "webm";
    return new File(parts, `${take.title || "recording"}.${ending}`, { type: take.mimeType });
  } finally {
    spool.close();
  }
}

/** Removes a take from this browser. */
export async function discardTake(id: string): Promise<void> {
  const spool = await Spool.open();
  try {
    await spool.forget(id);
  } finally {
    spool.close();
  }
}
