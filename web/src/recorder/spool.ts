// The spool: every chunk lies on the disk of this browser before it is sent, and stays until the server has stored it.
// Chunks are files (opfs.ts), or rows where there are no files; takes are rows of IndexedDB.
import type { Chunk, ChunkStore, Range } from "./chunks";
import { OpfsChunks } from "./opfs";

export type { Chunk } from "./chunks";

/** What a take answers: a moment of a clip, or what somebody said about it. */
export interface ReplyTo {
  readonly clip_id: string;
  readonly comment_id?: string;
  readonly at_ms: number;
}

/** The time that a round is held which a take answers, and where in the take its sections begin. */
export interface RoundAnswer {
  readonly occurrence: string;
  readonly marks: readonly { readonly section: string; readonly start_ms: number }[];
}

/** A take as the spool knows it. */
export interface TakeRecord {
  readonly id: string;
  /** Whose take it is: an account's id. Another person who signs in here must not send it. */
  readonly owner: string;
  /** The clip on the server; undefined while the server could not be reached. */
  clipId: string | undefined;
  readonly mimeType: string;
  readonly kind: "screen" | "camera" | "audio";
  title: string;
  visibility: "private" | "workspace" | "link";
  /** Set when the take is a reply; then who may see it is who may see what it answers. */
  readonly replyTo?: ReplyTo;
  /** Set when the take is somebody's answer in a round: it becomes that as soon as the server has all of it. */
  answers?: RoundAnswer;
  readonly startedAt: number;
  /** How many chunks the take has; undefined while it is recorded. */
  total: number | undefined;
  /** How its chunks are kept; set by the spool. */
  kept?: "files" | "rows";
}

const takes = "takes";
const chunks = "chunks";

export class Spool {
  private readonly rows: ChunkStore;

  private constructor(
    private readonly db: IDBDatabase,
    private readonly files: ChunkStore | undefined,
  ) {
    this.rows = new IndexedChunks(db);
  }

  static async open(name = "baton-spool"): Promise<Spool> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(takes, { keyPath: "id" });
      request.result.createObjectStore(chunks, { keyPath: ["take", "seq"] });
    };
    return new Spool(await done(request), await OpfsChunks.open());
  }

  close(): void {
    this.files?.close();
    this.db.close();
  }

  /** Asks the browser not to clear our storage when its disk runs low. */
  static async persist(): Promise<void> {
    await navigator.storage.persist().catch(() => false); // a wish; recording goes on without it
  }

  /** Bytes that the browser still lets us store; undefined when it does not say. */
  static async room(): Promise<number | undefined> {
    const { quota, usage } = await navigator.storage.estimate().catch(() => ({ quota: undefined, usage: undefined }));
    return quota === undefined ? undefined : quota - (usage ?? 0);
  }

  async putTake(take: TakeRecord): Promise<void> {
    take.kept ??= this.files ? "files" : "rows";
    await write(this.db, takes, (s) => s.put({ ...take }));
  }

  /** All takes whose chunks can be read now: while files cannot be opened, what is in them must not be taken for gone. */
  async takes(): Promise<TakeRecord[]> {
    const all = await done(this.db.transaction(takes).objectStore(takes).getAll() as IDBRequest<TakeRecord[]>);
    return all.filter((t) => t.kept !== "files" || this.files !== undefined);
  }

  async take(id: string): Promise<TakeRecord | undefined> {
    return done(this.db.transaction(takes).objectStore(takes).get(id) as IDBRequest<TakeRecord | undefined>);
  }

  /** Resolves when the chunk would survive a crash of the machine. */
  async putChunk(chunk: Chunk): Promise<void> {
    await (this.files ?? this.rows).put(chunk);
  }

  async chunk(take: string, seq: number): Promise<Chunk | undefined> {
    return (await this.files?.get(take, seq)) ?? this.rows.get(take, seq);
  }

  async range(take: string): Promise<Range | undefined> {
    return (await this.files?.range(take)) ?? this.rows.range(take);
  }

  /** Forgets the chunks before seq: the server has stored them. */
  async drop(take: string, before: number): Promise<void> {
    if (before <= 0) return;
    await this.files?.drop(take, before);
    await this.rows.drop(take, before);
  }

  /** Forgets a take and all its chunks. */
  async forget(take: string): Promise<void> {
    await this.files?.forget(take);
    await this.rows.forget(take);
    await write(this.db, takes, (s) => s.delete(take));
  }
}

/** Chunks as rows of IndexedDB. */
class IndexedChunks implements ChunkStore {
  constructor(private readonly db: IDBDatabase) {}

  async put(chunk: Chunk): Promise<void> {
    await write(this.db, chunks, (s) => s.put(chunk));
  }

  async get(take: string, seq: number): Promise<Chunk | undefined> {
    return done(this.db.transaction(chunks).objectStore(chunks).get([take, seq]) as IDBRequest<Chunk | undefined>);
  }

  async range(take: string): Promise<Range | undefined> {
    const all = IDBKeyRange.bound([take, 0], [take, Infinity]);
    const keys = await done(this.db.transaction(chunks).objectStore(chunks).getAllKeys(all));
    const numbers = keys.map((k) => (Array.isArray(k) ? Number(k[1]) : NaN));
    const [first, last] = [numbers[0], numbers.at(-1)];
    return first === undefined || last === undefined ? undefined : { first, last, count: numbers.length };
  }

  async drop(take: string, before: number): Promise<void> {
    await write(this.db, chunks, (s) => s.delete(IDBKeyRange.bound([take, 0], [take, before], false, true)));
  }

  async forget(take: string): Promise<void> {
    await write(this.db, chunks, (s) => s.delete(IDBKeyRange.bound([take, 0], [take, Infinity])));
  }

  close(): void {
    // The database is the spool's.
  }
}

async function write(db: IDBDatabase, store: string, act: (s: IDBObjectStore) => IDBRequest): Promise<void> {
  const t = db.transaction(store, "readwrite", { durability: "strict" });
  const over = new Promise<void>((resolve, reject) => {
    t.oncomplete = () => {
      resolve();
    };
    t.onabort = () => {
      reject(t.error ?? new DOMException("the browser gave up a write", "AbortError"));
    };
  });
  act(t.objectStore(store));
  await over;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("the browser's database failed"));
    };
  });
}
