// The chunker turns what the encoder gives into numbered, hashed chunks in the spool, in the encoder's order.
import { hex, Sha256, sha256 } from "./sha256";
import type { Spool } from "./spool";
import { SpoolFull } from "./types";

/** The server takes no larger chunk (docs/protocol.md). */
export const maxChunkBytes = 4 << 20;
/** So much may wait for a slow disk in memory; about 3 minutes of full HD. */
const maxWaitingBytes = 64 << 20;

type ChunkSpool = Pick<Spool, "putChunk">;

export class Chunker {
  /** Chunks that are in the spool. */
  spooled = 0;
  /** Bytes that the encoder gave so far. */
  bytes = 0;
  private hash = new Sha256();
  /** Byte offset of the end of each chunk, 8 bytes a chunk: 150 kB after two hours. */
  private readonly ends: number[] = [];
  private waiting = 0;
  private writes: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  /** onspooled hears of each chunk that is safe from a crash; onbroken once, when the disk takes no more. */
  constructor(
    private readonly take: string,
    private readonly spool: ChunkSpool,
    private readonly onspooled: (count: number) => void,
    private readonly onbroken: (error: Error) => void,
    private readonly limitBytes = maxWaitingBytes,
  ) {}

  /** Takes the next stretch of the encoder's output. */
  add(data: Blob): void {
    if (data.size === 0 || this.failure) return;
    if (this.waiting + data.size > this.limitBytes) {
      this.fail(new SpoolFull("the disk of this browser is too slow"));
      return;
    }
    this.bytes += data.size;
    this.waiting += data.size;
    this.writes = this.writes
      .then(() => this.cut(data))
      .catch((error: unknown) => {
        this.fail(asFailure(error));
      })
      .finally(() => {
        this.waiting -= data.size;
      });
  }

  /** Waits until everything that was added is in the spool, or the disk has failed; gives the number of chunks. */
  async settled(): Promise<number> {
    await this.writes;
    return this.spooled;
  }

  /** How many bytes the first chunks have together. */
  bytesBefore(seq: number): number {
    return this.ends[Math.min(seq, this.ends.length) - 1] ?? 0;
  }

  /** SHA-256 of all bytes in the spool, in hex. */
  digest(): string {
    return hex(this.hash.digest());
  }

  private async cut(data: Blob): Promise<void> {
    for (let at = 0; at < data.size; at += maxChunkBytes) {
      if (this.failure) return; // a chunk after a hole is of no use
      const bytes = new Uint8Array(await data.slice(at, at + maxChunkBytes).arrayBuffer());
      const digest = await sha256(bytes);
      // Kept in the spool with each chunk; a chunk that cannot be written does not count.
      const next = new Sha256(this.hash.state()).update(bytes);
      const running = next.state();
      await this.spool.putChunk({ take: this.take, seq: this.spooled, data: bytes, digest, running });
      this.hash = next;
      this.ends.push(this.bytesBefore(this.spooled) + bytes.length);
      this.spooled++;
      this.onspooled(this.spooled);
    }
  }

  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.onbroken(error);
  }
}

function asFailure(error: unknown): Error {
  if (error instanceof DOMException && error.name === "QuotaExceededError")
    return new SpoolFull("the storage of this browser is full", { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
