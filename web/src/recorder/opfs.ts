// Chunks as files of the origin private file system. A worker does the work: only there files can be written in place and
// flushed, and a slow disk never holds up the recording.
import type { Answer, Ask, Chunk, ChunkStore, Range } from "./chunks";

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
      const probe = new Uint8Array(32);
      await store.ask({ kind: "put", take: "probe", seq: 0, data: new ArrayBuffer(1), digest: probe });
      await store.forget("probe");
      return store;
    } catch {
      store.close();
      return undefined;
    }
  }

  async put(chunk: Chunk): Promise<void> {
    const data = await chunk.data.arrayBuffer();
    await this.ask({ kind: "put", take: chunk.take, seq: chunk.seq, data, digest: chunk.digest }, [data]);
  }

  async get(take: string, seq: number): Promise<Chunk | undefined> {
    const { data, digest } = await this.ask({ kind: "get", take, seq });
    return data && digest ? { take, seq, data: new Blob([data]), digest } : undefined;
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

  private ask(what: Ask, transfer: Transferable[] = []): Promise<Answer> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...what, id }, transfer);
    });
  }
}
