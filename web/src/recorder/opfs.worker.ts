// The worker of opfs.ts. A chunk is one file, takes/TAKE/SEQ: its SHA-256, the state of the take's hash, and then its
// bytes. It is written under another name, flushed and renamed, so a file that is there is whole.
import type { Answer, Ask, Chunk, Range } from "./chunks";
import { stateBytes } from "./sha256";

const digestBytes = 32;
const headBytes = digestBytes + stateBytes;

/** What of the File System Living Standard is not in TypeScript's library for pages: only workers have it. */
interface WorkerFile extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(data: Uint8Array<ArrayBuffer>, options: { at: number }): number;
    flush(): void;
    close(): void;
  }>;
  move?(name: string): Promise<void>;
}

async function folder(take: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const takes = await root.getDirectoryHandle("takes", { create: true });
  return takes.getDirectoryHandle(take, { create });
}

async function put({ take, seq, data, digest, running }: Chunk): Promise<void> {
  const dir = await folder(take, true);
  const file = (await dir.getFileHandle(`${seq}.new`, { create: true })) as WorkerFile;
  const handle = await file.createSyncAccessHandle();
  try {
    handle.truncate(0);
    handle.write(digest, { at: 0 });
    handle.write(running, { at: digestBytes });
    if (handle.write(data, { at: headBytes }) !== data.length) throw new DOMException("a short write", "QuotaExceededError");
    handle.flush();
  } finally {
    handle.close();
  }
  if (!file.move) throw new DOMException("files cannot be renamed here", "NotSupportedError");
  await file.move(String(seq));
}

async function get(take: string, seq: number): Promise<Pick<Answer, "chunk">> {
  try {
    const dir = await folder(take, false);
    const file = await (await dir.getFileHandle(String(seq))).getFile();
    const all = new Uint8Array(await file.arrayBuffer());
    const [digest, running] = [all.slice(0, digestBytes), all.slice(digestBytes, headBytes)];
    return { chunk: { take, seq, digest, running, data: all.slice(headBytes) } };
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return {};
    throw error;
  }
}

async function numbers(take: string): Promise<number[]> {
  try {
    const dir = await folder(take, false);
    const out: number[] = [];
    for await (const name of dir.keys()) if (/^\d+$/.test(name)) out.push(Number(name));
    return out.sort((a, b) => a - b);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return [];
    throw error;
  }
}

async function range(take: string): Promise<{ range?: Range }> {
  const all = await numbers(take);
  const [first, last] = [all[0], all.at(-1)];
  return first === undefined || last === undefined ? {} : { range: { first, last, count: all.length } };
}

async function drop(take: string, before: number): Promise<void> {
  const gone = (await numbers(take)).filter((n) => n < before);
  if (gone.length === 0) return;
  const dir = await folder(take, false);
  for (const n of gone) await dir.removeEntry(String(n));
}

async function forget(take: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const takes = await root.getDirectoryHandle("takes", { create: true });
  try {
    await takes.removeEntry(take, { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "NotFoundError")) throw error;
  }
}

async function act(a: Ask): Promise<Omit<Answer, "id">> {
  switch (a.kind) {
    case "put":
      await put(a);
      return {};
    case "get":
      return get(a.take, a.seq);
    case "range":
      return range(a.take);
    case "drop":
      await drop(a.take, a.before);
      return {};
    case "forget":
      await forget(a.take);
      return {};
  }
}

// One act after the other: a put and a drop of the same folder must not meet.
let queue: Promise<void> = Promise.resolve();
self.onmessage = (e: MessageEvent<Ask & { id: number }>) => {
  queue = queue.then(async () => {
    const { id } = e.data;
    try {
      const answer = await act(e.data);
      const transfer = answer.chunk ? [answer.chunk.data.buffer] : [];
      self.postMessage({ ...answer, id } satisfies Answer, { transfer });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      self.postMessage({ id, error: { name, message } } satisfies Answer);
    }
  });
};
