// Completes takes that a crash, a closed tab or an outage left in the spool of this browser.
import { api, ok } from "../api/client";
import { Publisher } from "./publisher";
import { Spool, type TakeRecord } from "./spool";
import { lockName } from "./take";

export interface Unfinished {
  readonly title: string;
  readonly clipId: string | undefined;
  readonly total: number;
  readonly safe: number;
  readonly done: boolean;
  /** Why the server will not have it; the chunks stay in this browser. */
  readonly refused: string | undefined;
}

/** Makes the clip of a take. */
export async function createClip(take: TakeRecord): Promise<string> {
  const clip = await ok(
    api.POST("/api/v1/clips", {
      body: { kind: take.kind, title: take.title, visibility: take.visibility, mime_type: take.mimeType },
    }),
  );
  return clip.id;
}

/** Looks for unfinished takes and completes them, one after the other; onchange hears of each step. */
export async function completeTakes(onchange: (take: Unfinished) => void): Promise<void> {
  if (!("indexedDB" in globalThis) || !("locks" in navigator)) return;
  const spool = await Spool.open();
  for (const take of await spool.takes()) {
    await navigator.locks.request(lockName(take.id), { ifAvailable: true }, async (lock) => {
      if (lock) await complete(spool, take, onchange); // else another tab is recording or sending it
    });
  }
  spool.close();
}

async function complete(spool: Spool, take: TakeRecord, onchange: (take: Unfinished) => void): Promise<void> {
  const range = await spool.range(take.id);
  if (!range && take.total === undefined) {
    await spool.forget(take.id); // begun, and nothing was recorded
    return;
  }
  // A tab that died did not count: what is in the spool is the take.
  const total = take.total ?? (range ? range.last + 1 : 0);
  take.total = total;
  await spool.putTake(take);
  const tell = (safe: number, done: boolean, refused?: string): void => {
    onchange({ title: take.title, clipId: take.clipId, total, safe, done, refused });
  };
  const publisher = new Publisher(take, {
    spool,
    createClip,
    carrier: "http",
    onprogress: (safe) => {
      tell(safe, false);
    },
  });
  publisher.offer(total, total);
  try {
    await publisher.run();
    tell(total, true);
  } catch (error) {
    tell(publisher.acknowledged, false, error instanceof Error ? error.message : String(error));
  }
}
