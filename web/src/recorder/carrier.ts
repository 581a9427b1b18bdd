// Carriers bring chunks to the server. They differ in speed, never in meaning: docs/protocol.md.
import type { Chunk } from "./spool";

/** All chunks before next are durable on one machine of the server, all before stored in its object store as well. */
export interface Acknowledgement {
  readonly next: number;
  readonly stored: number;
  /** The object store takes nothing for now. */
  readonly storeAway: boolean;
}

export interface Carrier {
  readonly name: "channel" | "http";
  /** How many chunks may be under way at once. */
  readonly window: number;
  /** Hears of chunks that reached the object store after they were acknowledged, and that it is away or back. */
  onstored: ((news: Pick<Acknowledgement, "stored" | "storeAway">) => void) | undefined;
  /** Sends one chunk; resolves when it is acknowledged. Rejects with Refused or when the carrier is of no use any more. */
  send(chunk: Chunk): Promise<Acknowledgement>;
  /** Ends it; what is under way rejects with CarrierLost. */
  close(): void;
}

/** The carrier does not work (any more): the chunk goes by another one. */
export class CarrierLost extends Error {
  override readonly name = "CarrierLost";
}

/**
 * Why what is recorded stays in this browser for now (troubles.ts has the words). The server cannot be reached; it no longer knows who
 * we are; it has a fault; its disk is full; its object store is away or behind, so that it may lose what it took; it takes no more
 * recordings at once. All of these pass, and it goes on. Not so the last: it will never take more of this one.
 */
export type Trouble = "away" | "signed-out" | "unwell" | "disk-full" | "store-away" | "busy" | "refused";

/** Which carrier to use; "auto" tries WebRTC first, and the faster one when the recording gets ahead of it. */
export type CarrierChoice = "auto" | Carrier["name"];

/** After the channel was lost HTTP carries this long before WebRTC is tried again; twice as long each time. */
const channelAgainMs = 15_000;
const channelAgainMostMs = 5 * 60_000;
/** So many chunks (8 s of a recording) may wait before a carrier counts as too slow. */
const backlogChunks = 20;
/** Speed is measured over at least this long. */
const measureMs = 3000;
/** A figure is believed this long. */
const staleMs = 60_000;

interface Speed {
  readonly bytesPerMs: number;
  readonly at: number;
}

/** Chooses between the carriers by what was measured on each. Times in milliseconds, from any one clock. */
export class CarrierPolicy {
  private readonly speeds = new Map<Carrier["name"], Speed>();
  private channelAfter = 0;
  private losses = 0;
  private began = 0;
  private since = 0;
  private sent = 0;

  constructor(private readonly choice: CarrierChoice) {}

  /** The carrier to open now. */
  first(now: number): Carrier["name"] {
    if (this.choice !== "auto") return this.choice;
    return now >= this.channelAfter && !this.slower("channel", now) ? "channel" : "http";
  }

  /** A carrier begins; what was measured so far belongs to another. */
  begin(now: number): void {
    this.began = now;
    this.measureFrom(now);
  }

  /** Chunks were acknowledged; backlog is the number of those that still wait. */
  acknowledged(name: Carrier["name"], bytes: number, backlog: number, now: number): void {
    if (name === "channel" && now - this.began > staleMs) this.losses = 0;
    this.sent += bytes;
    // Only a carrier that has enough to do shows how fast it is.
    if (backlog === 0) this.measureFrom(now);
    if (now - this.since < measureMs) return;
    this.speeds.set(name, { bytesPerMs: this.sent / (now - this.since), at: now });
    this.measureFrom(now);
  }

  /** The carrier cannot be used, has died, or was too slow. */
  lost(name: Carrier["name"], now: number): void {
    if (name === "channel") this.channelAfter = now + Math.min(channelAgainMostMs, channelAgainMs * 2 ** this.losses++);
  }

  /** The other carrier, when it should be tried: backlog is the number of chunks that wait. */
  better(name: Carrier["name"], backlog: number, now: number): Carrier["name"] | undefined {
    if (this.choice !== "auto") return undefined;
    if (name === "channel") {
      const tried = now - this.began >= measureMs;
      return backlog > backlogChunks && tried && !this.slower("http", now) ? "http" : undefined;
    }
    // With nothing waiting both are fast enough; then the channel's delay is the smaller one.
    return now >= this.channelAfter && !this.slower("channel", now) ? "channel" : undefined;
  }

  private measureFrom(now: number): void {
    this.since = now;
    this.sent = 0;
  }

  /** Whether a carrier was lately measured to be slower than the other. */
  private slower(name: Carrier["name"], now: number): boolean {
    const mine = this.speeds.get(name);
    const other = this.speeds.get(name === "channel" ? "http" : "channel");
    if (!mine || !other || now - mine.at > staleMs) return false;
    return mine.bytesPerMs < other.bytesPerMs;
  }
}
