import { putChunk } from "../api/ingest";
import type { Acknowledgement, Carrier } from "./carrier";
import type { Chunk } from "./spool";

/** A request that takes longer than this is tried again. */
const patienceMs = 30_000;

/** Chunks as PUT requests, several at once: one flow is slow on a lossy line. */
export class HttpCarrier implements Carrier {
  readonly name = "http";
  readonly window = 4;
  private readonly stop = new AbortController();

  constructor(
    private readonly clip: string,
    private readonly mimeType: string,
  ) {}

  async send(chunk: Chunk): Promise<Acknowledgement> {
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(patienceMs)]);
    const state = await putChunk(this.clip, chunk.seq, this.mimeType, chunk.data, chunk.digest, signal);
    return { next: state.next_seq, stored: state.stored_seq };
  }

  close(): void {
    this.stop.abort();
  }
}
