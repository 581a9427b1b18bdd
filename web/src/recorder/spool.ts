// The spool: every chunk lies on the disk of this browser before it is sent, and stays until the server has it.
// IndexedDB keeps it over crashes of the tab, the browser and the machine.

/** A take as the spool knows it. */
export interface TakeRecord {
  readonly id: string;
  /** The clip on the server; undefined while the server could not be reached. */
  clipId: string | undefined;
  readonly mimeType: string;
  readonly kind: "screen" | "camera" | "audio";
  title: string;
  visibility: "private" | "workspace" | "link";
  readonly startedAt: number;
  /** How many chunks the take has; undefined while it is recorded. */
  total: number | undefined;
}

export interface Chunk {
  readonly take: string;
  readonly seq: number;
  readonly data: Blob;
  readonly digest: Uint8Array<ArrayBuffer>;
}

const takes = "takes";
const chunks = "chunks";

export class Spool {
  private constructor(private readonly db: IDBDatabase) {}

  static async open(name = "baton-spool"): Promise<Spool> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(takes, { keyPath: "id" });
      request.result.createObjectStore(chunks, { keyPath: ["take", "seq"] });
    };
    return new Spool(await done(request));
  }

  close(): void {
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
    await this.write(takes, (s) => s.put({ ...take }));
  }

  async takes(): Promise<TakeRecord[]> {
    return done(this.db.transaction(takes).objectStore(takes).getAll() as IDBRequest<TakeRecord[]>);
  }

  async take(id: string): Promise<TakeRecord | undefined> {
    return done(this.db.transaction(takes).objectStore(takes).get(id) as IDBRequest<TakeRecord | undefined>);
  }

  async putChunk(chunk: Chunk): Promise<void> {
    await this.write(chunks, (s) => s.put(chunk));
  }

  async chunk(take: string, seq: number): Promise<Chunk | undefined> {
    return done(this.db.transaction(chunks).objectStore(chunks).get([take, seq]) as IDBRequest<Chunk | undefined>);
  }

  /** The numbers of the first and last chunk kept of a take. */
  async range(take: string): Promise<{ first: number; last: number; count: number } | undefined> {
    const all = IDBKeyRange.bound([take, 0], [take, Infinity]);
    const keys = await done(
      this.db.transaction(chunks).objectStore(chunks).getAllKeys(all) as unknown as IDBRequest<[string, number][]>,
    );
    const [first, last] = [keys[0], keys.at(-1)];
    return first && last ? { first: first[1], last: last[1], count: keys.length } : undefined;
  }

  /** Forgets the chunks before seq: the server has them. */
  async drop(take: string, before: number): Promise<void> {
    if (before > 0) await this.write(chunks, (s) => s.delete(IDBKeyRange.bound([take, 0], [take, before], false, true)));
  }

  /** Forgets a take and all its chunks. */
  async forget(take: string): Promise<void> {
    await this.write(chunks, (s) => s.delete(IDBKeyRange.bound([take, 0], [take, Infinity])));
    await this.write(takes, (s) => s.delete(take));
  }

  private async write(store: string, act: (s: IDBObjectStore) => IDBRequest): Promise<void> {
    const t = this.db.transaction(store, "readwrite", { durability: "strict" });
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
