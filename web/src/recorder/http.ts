import { OfflineError } from "../api/client";
import { putChunk, Refused } from "../api/ingest";
import { CarrierLost, type Acknowledgement, type Carrier } from "./carrier";
import type { Chunk } from "./spool";

/** Chunks as PUT requests, several at once: one flow is slow on a lossy line. */
export class HttpCarrier implements Carrier {
  readonly name = "http";
  readonly window = 4;
  onstored: Carrier["onstored"];
  private readonly stop = new AbortController();

  constructor(
    private readonly clip: string,
    private readonly mimeType: string,
    private readonly patienceMs: number,
  ) {}

  async send(chunk: Chunk): Promise<Acknowledgement> {
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(this.patienceMs)]);
    try {
      const state = await putChunk(this.clip, chunk.seq, this.mimeType, chunk.data, chunk.digest, signal);
      return { next: state.next_seq, stored: state.stored_seq, storeAway: state.trouble !== undefined };
    } catch (error) {
      if (error instanceof Refused) throw error;
      const why = error instanceof OfflineError ? "the server cannot be reached" : "the request was given up";
      throw new CarrierLost(why, { cause: error });
    }
  }

  close(): void {
    this.stop.abort();
  }
}
