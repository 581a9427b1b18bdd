// Chunks as files of the origin private file system. A worker does the work: only there files can be written in place and
// flushed, and a slow disk never holds up the recording.
import type { Answer, Ask, Chunk, ChunkStore, Range } from "./chunks";
import { stateBytes } from "./sha256";

export class OpfsChunks implements ChunkStore {
  private readonly waiting = new Map<number, { resolve: (a: Answer) => void; reject: (e: Error) => void }>();
  private count = 0;

  private constructor(private readonly worker: Worker) {
    worker.onmessage = (e: MessageEvent<Answer>) => {
      const w = this.waiting.get(e.data.id);
      this.waiting.delete(e.data.id);
      if (e.data.error) w?.reject(new DOMException(e.data.error.message, e.data.error.name));
      else w?.resolve(e.data);
    };
    worker.onerror = (e) => {
      for (const w of this.waiting.values()) w.reject(new Error(`the spool's worker failed: ${e.message}`));
      this.waiting.clear();
    };
  }

  /** Opens the store, or gives undefined where the browser has none that can be flushed. */
  static async open(): Promise<OpfsChunks | undefined> {
    if (typeof Worker === "undefined" || !("storage" in navigator) || !("getDirectory" in navigator.storage)) return undefined;
    const store = new OpfsChunks(new Worker(new URL("./opfs.worker.ts", import.meta.url), { type: "module" }));
    try {
      // A trial: private windows offer the interface and refuse the use.
      const take = `trial-${crypto.randomUUID()}`; // of this tab alone: several may be restored at once after a crash
      await store.put({ take, seq: 0, data: new Uint8Array(1), digest: new Uint8Array(32), running: new Uint8Array(stateBytes) });
      await store.forget(take);
      return store;
    } catch {
      store.close();
      return undefined;
    }
  }

  async put(chunk: Chunk): Promise<void> {
    await this.ask({ kind: "put", ...chunk });
  }

  async get(take: string, seq: number): Promise<Chunk | undefined> {
    return (await this.ask({ kind: "get", take, seq })).chunk;
  }

  async range(take: string): Promise<Range | undefined> {
    return (await this.ask({ kind: "range", take })).range;
  }

  async drop(take: string, before: number): Promise<void> {
    await this.ask({ kind: "drop", take, before });
  }

  async forget(take: string): Promise<void> {
    await this.ask({ kind: "forget", take });
  }

  close(): void {
    this.worker.terminate();
    for (const w of this.waiting.values()) w.reject(new Error("the spool was closed"));
    this.waiting.clear();
  }

  private ask(what: Ask): Promise<Answer> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...what, id });
    });
  }
}
