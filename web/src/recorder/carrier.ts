// Carriers bring chunks to the server. They differ in speed, never in meaning: docs/protocol.md.
import type { Chunk } from "./spool";

/** All chunks before next are durable on one machine of the server, all before stored in its object store as well. */
export interface Acknowledgement {
  readonly next: number;
  readonly stored: number;
}

export interface Carrier {
  readonly name: "channel" | "http";
  /** How many chunks may be under way at once. */
  readonly window: number;
  /** Sends one chunk; resolves when it is acknowledged. Rejects with Refused or when the carrier is of no use any more. */
  send(chunk: Chunk): Promise<Acknowledgement>;
  close(): void;
}

/** The carrier does not work (any more): the chunk goes by another one. */
export class CarrierLost extends Error {
  override readonly name = "CarrierLost";
}
