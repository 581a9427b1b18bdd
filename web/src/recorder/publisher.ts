// The publisher empties the spool into the server: in order, a few chunks at a time, over whichever carrier works, again and
// again until everything is acknowledged.
import { finish, recordingState, Refused } from "../api/ingest";
import { CarrierLost, type Carrier } from "./carrier";
import { ChannelCarrier } from "./channel";
import { HttpCarrier } from "./http";
import type { Spool, TakeRecord } from "./spool";

/** Which carrier to use; "auto" tries WebRTC first and falls back to HTTP. */
export type CarrierChoice = "auto" | "channel" | "http";

/** The server will never take this take; it stays in the spool for its owner. */
export class TakeRefused extends Error {
  override readonly name = "TakeRefused";
}

export interface PublisherNeeds {
  readonly spool: Spool;
  /** Makes the clip of a take that has none yet; rejects when the server is away. */
  readonly createClip: (take: TakeRecord) => Promise<string>;
  readonly carrier?: CarrierChoice;
  /** Told of every acknowledgement and change of carrier. */
  readonly onprogress?: (acknowledged: number, carrier: Carrier["name"] | "none") => void;
  /** For tests. */
  readonly open?: (name: Carrier["name"], clip: string, mimeType: string) => Promise<Carrier>;
  readonly wait?: (ms: number) => Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** After the channel was lost, HTTP carries this long before WebRTC is tried again. */
const channelAgainMs = 30_000;
/** When this many chunks lie waiting on the channel while HTTP was not tried, the other carrier gets its turn. */
const backlogChunks = 24;

export class Publisher {
  /** All chunks before it are acknowledged. */
  private next = 0;
  private stored = 0;
  /** How many chunks are in the spool so far. */
  private available = 0;
  private total: number | undefined;
  private wake: (() => void) | undefined;
  private carrier: Carrier | undefined;
  private channelAfter = 0;
  private stopped = false;

  constructor(
    private readonly take: TakeRecord,
    private readonly needs: PublisherNeeds,
  ) {
    this.total = take.total;
  }

  /** Tells that chunks before count are in the spool; total when no more will come. */
  offer(count: number, total?: number): void {
    this.available = Math.max(this.available, count);
    if (total !== undefined) this.total = total;
    this.wake?.();
  }

  /** How many chunks the server has. */
  get acknowledged(): number {
    return this.next;
  }

  stop(): void {
    this.stopped = true;
    this.carrier?.close();
    this.wake?.();
  }

  /** Runs until the take is finished on the server; resolves with its clip. Rejects only with TakeRefused, or when stopped. */
  async run(): Promise<string> {
    let pause = firstPauseMs;
    for (;;) {
      try {
        const clip = await this.clip();
        this.next = Math.max(0, (await recordingState(clip)).next_seq);
        this.progress();
        await this.drain(clip);
        await finish(clip, this.total ?? 0);
        this.carrier?.close();
        await this.needs.spool.forget(this.take.id);
        return clip;
      } catch (error) {
        if (this.stopped) throw new CarrierLost("stopped", { cause: error });
        if (isFinal(error)) throw new TakeRefused(messageOf(error), { cause: error });
        if (error instanceof CarrierLost) this.lostCarrier();
        else this.dropCarrier();
        const asked = error instanceof Refused ? error.retryAfterMs : undefined;
        await this.pause(asked ?? pause * (0.7 + 0.6 * Math.random()));
        pause = this.advanced() ? firstPauseMs : Math.min(longestPauseMs, pause * 2);
      }
    }
  }

  private lastNext = 0;
  private advanced(): boolean {
    const yes = this.next > this.lastNext;
    this.lastNext = this.next;
    return yes;
  }

  private async clip(): Promise<string> {
    if (!this.take.clipId) {
      this.take.clipId = await this.needs.createClip(this.take);
      await this.needs.spool.putTake(this.take);
    }
    return this.take.clipId;
  }

  /** Sends what the spool has and what still comes into it, until all is acknowledged. */
  private async drain(clip: string): Promise<void> {
    const flying = new Map<number, Promise<void>>();
    let sent = this.next;
    let failure: unknown;
    const failed = (): unknown => failure;
    while (!this.stopped) {
      if (failed() !== undefined) throw failed();
      if (this.total !== undefined && this.next >= this.total) return;
      const carrier = await this.connected(clip);
      if (sent < this.available && flying.size < carrier.window) {
        const seq = sent++;
        const flight = this.fly(carrier, seq)
          .catch((error: unknown) => {
            failure ??= error;
          })
          .finally(() => {
            flying.delete(seq);
            this.wake?.();
          });
        flying.set(seq, flight);
        continue;
      }
      await this.woken();
    }
    throw new CarrierLost("stopped");
  }

  private async fly(carrier: Carrier, seq: number): Promise<void> {
    const chunk = await this.needs.spool.chunk(this.take.id, seq);
    if (!chunk) throw new TakeRefused(`chunk ${seq} is neither on the server nor in this browser`);
    const ack = await carrier.send(chunk);
    if (ack.next > this.next) {
      this.next = ack.next;
      this.progress();
    }
    // Acknowledged is safe from a crash, stored also from the loss of the machine: only then may we forget it.
    if (ack.stored > this.stored) {
      this.stored = ack.stored;
      await this.needs.spool.drop(this.take.id, ack.stored);
    }
  }

  private async connected(clip: string): Promise<Carrier> {
    const choice = this.needs.carrier ?? "auto";
    const slow = this.carrier?.name === "channel" && choice === "auto" && this.available - this.next > backlogChunks;
    if (slow) {
      this.channelAfter = Date.now() + channelAgainMs;
      this.dropCarrier();
    }
    if (this.carrier) return this.carrier;
    const open = this.needs.open ?? openCarrier;
    const wantChannel = choice === "channel" || (choice === "auto" && Date.now() >= this.channelAfter);
    if (wantChannel) {
      try {
        this.carrier = await open("channel", clip, this.take.mimeType);
      } catch (error) {
        if (choice === "channel" || error instanceof Refused) throw error;
        this.channelAfter = Date.now() + channelAgainMs;
      }
    }
    this.carrier ??= await open("http", clip, this.take.mimeType);
    this.progress();
    return this.carrier;
  }

  private lostCarrier(): void {
    this.channelAfter = Date.now() + channelAgainMs;
    this.dropCarrier();
  }

  private dropCarrier(): void {
    this.carrier?.close();
    this.carrier = undefined;
    this.progress();
  }

  private progress(): void {
    this.needs.onprogress?.(this.next, this.carrier?.name ?? "none");
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }

  private async pause(ms: number): Promise<void> {
    if (this.needs.wait) return this.needs.wait(ms);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        globalThis.removeEventListener("online", done);
        resolve();
      }
      globalThis.addEventListener("online", done);
    });
  }
}

async function openCarrier(name: Carrier["name"], clip: string, mimeType: string): Promise<Carrier> {
  return name === "channel" ? ChannelCarrier.open(clip, mimeType) : new HttpCarrier(clip, mimeType);
}

/** What trying again cannot mend. */
function isFinal(error: unknown): boolean {
  if (error instanceof TakeRefused) return true;
  if (!(error instanceof Refused)) return false;
  if (error.status === 409) return error.reason === "different" || error.reason === "type" || error.reason === "finished";
  return [400, 403, 404, 410, 413, 415].includes(error.status);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "the server does not take this recording";
}
