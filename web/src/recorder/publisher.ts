// The publisher empties the spool into the server: in order, a few chunks at a time, over whichever carrier works, again and
// again until everything is acknowledged and the recording is finished.
import { ApiError } from "../api/client";
import { finish, recordingState, Refused, type RecordingState } from "../api/ingest";
import { CarrierLost, CarrierPolicy, type Carrier, type CarrierChoice, type Trouble } from "./carrier";
import { ChannelCarrier } from "./channel";
import { HttpCarrier } from "./http";
import { hex, Sha256 } from "./sha256";
import type { Spool, TakeRecord } from "./spool";

/** The server will never take this take; what is in the spool stays there for its owner. */
export class TakeRefused extends Error {
  override readonly name = "TakeRefused";
}

/** Whether it was refused because it is as large or as long as the server takes: what the server has is a clip. */
export function tooLarge(refused: TakeRefused): boolean {
  return refused.cause instanceof Refused && refused.cause.reason === "recording_too_large";
}

/** The publisher was stopped. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Opens a carrier to a clip; patience is how long one chunk may take, in milliseconds. */
type Open = (name: Carrier["name"], clip: string, mimeType: string, patienceMs: number) => Promise<Carrier>;

export interface PublisherNeeds {
  readonly spool: Pick<Spool, "chunk" | "drop" | "forget" | "putTake">;
  /** Makes the clip of a take that has none yet; rejects when the server is away. */
  readonly createClip: (take: TakeRecord) => Promise<string>;
  /** What becomes of a take that is finished on the server, before this browser forgets it; tried until it is done. */
  readonly settle?: (take: TakeRecord) => Promise<void>;
  readonly carrier?: CarrierChoice;
  /** Told of every acknowledgement, change of carrier and trouble. */
  readonly onprogress?: (acknowledged: number, line: Line) => void;
  /** Told how large and how long this recording may be. */
  readonly onlimits?: (limits: Limits) => void;
  /** In place of the real ones, for tests. */
  readonly open?: Open;
  readonly wait?: (ms: number) => Promise<void>;
  readonly now?: () => number;
}

/** The way to the server as it is now. */
export interface Line {
  /** The carrier in use; "none" while there is none yet, or none any more. */
  readonly carrier: Carrier["name"] | "none";
  /** Why what is recorded stays in this browser for now. */
  readonly trouble: Trouble | undefined;
  /** What the server says about it, for people. */
  readonly detail: string;
}

/** What a recording may be at most; 0: anything. */
export interface Limits {
  readonly bytes: number;
  readonly ms: number;
}

/** What the server says at the end. */
export interface Receipt {
  readonly clipId: string;
  readonly chunks: number;
  readonly bytes: number;
  /** SHA-256 of the whole recording as the server stored it, hex. */
  readonly sha256: string;
  /** Whether that is also the hash of what this browser's encoder made. */
  readonly verified: boolean;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
const patienceMs = 30_000;
const longestPatienceMs = 240_000;

export class Publisher {
  /** All chunks before it are acknowledged. */
  private next = 0;
  private stored = 0;
  /** How many chunks are in the spool so far. */
  private available = 0;
  private total: number | undefined;
  private readonly policy: CarrierPolicy;
  private carrier: Carrier | undefined;
  /** A carrier that was opened to take over. */
  private successor: Carrier | undefined;
  private probing = false;
  private patienceMs = patienceMs;
  private wake: (() => void) | undefined;
  private stopped = false;
  private trouble: Trouble | undefined;
  private detail = "";
  private advancedTo = 0;

  constructor(
    private readonly take: TakeRecord,
    private readonly needs: PublisherNeeds,
  ) {
    this.total = take.total;
    this.policy = new CarrierPolicy(needs.carrier ?? "auto");
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
    this.hangUp();
    this.wake?.();
  }

  /** Runs until the take is finished on the server. Rejects only with TakeRefused, or Stopped. */
  async run(): Promise<Receipt> {
    for (let pause = firstPauseMs; ;) {
      try {
        this.ensureGoing();
        const receipt = await this.attempt();
        this.hangUp();
        await this.needs.settle?.(this.take);
        await this.needs.spool.forget(this.take.id);
        return receipt;
      } catch (error) {
        this.hangUp();
        if (this.stopped) throw new Stopped("the publisher was stopped", { cause: error });
        if (isFinal(error)) throw await this.refused(error);
        this.troubled(troubleOf(error), messageOf(error));
        if (this.next > this.advancedTo) pause = firstPauseMs;
        this.advancedTo = this.next;
        await this.pause(error instanceof Refused ? error.retryAfterMs : undefined, pause);
        pause = Math.min(longestPauseMs, pause * 2);
      }
    }
  }

  /** One try, from asking the server where it is to finishing. */
  private async attempt(): Promise<Receipt> {
    const clip = await this.clip();
    // The server's word counts, also when it steps back: another node may have taken over.
    const state = await recordingState(clip);
    this.goBack(state.next_seq);
    this.needs.onlimits?.({ bytes: state.max_bytes ?? 0, ms: state.max_ms ?? 0 });
    if (this.trouble === "away" || this.trouble === "signed-out") this.trouble = undefined; // the others are over when it takes a chunk
    await this.forgetStored(state.stored_seq);
    this.progress();
    for (;;) {
      const total = await this.drain(clip);
      const receipt = await this.finish(clip, total);
      if (receipt) return receipt;
    }
  }

  /** Goes where the server wants to go on, but not behind what is stored, for that is gone here: a server that asks for it has yet to learn
   *  what another one stored. */
  private goBack(next: number): void {
    if (next < this.stored) throw new Error("the server does not know yet what is stored");
    this.next = next;
  }

  private async clip(): Promise<string> {
    if (!this.take.clipId) {
      this.take.clipId = await this.needs.createClip(this.take);
      await this.needs.spool.putTake(this.take);
    }
    return this.take.clipId;
  }

  /** Sends what the spool has and what still comes into it, by one carrier after the other; gives the number of chunks. */
  private async drain(clip: string): Promise<number> {
    for (;;) {
      if (this.total !== undefined && this.next >= this.total) return this.total;
      const carrier = await this.connected(clip);
      try {
        await this.carry(clip, carrier);
      } catch (error) {
        if (!(error instanceof CarrierLost) || this.stopped) throw error;
        this.policy.lost(carrier.name, this.now());
        // A dead channel costs nothing: HTTP goes on at once. With HTTP dead the server is away: wait first.
        if (carrier.name === "http") throw error;
      }
      carrier.close();
    }
  }

  /** Sends by one carrier until everything is there, or another is to take over. */
  private async carry(clip: string, carrier: Carrier): Promise<void> {
    const flying = new Set<Promise<void>>();
    const trouble: unknown[] = [];
    let sent = this.next;
    try {
      for (;;) {
        this.ensureGoing();
        if (trouble.length > 0) throw trouble[0];
        if (this.successor || (this.total !== undefined && this.next >= this.total)) return;
        // An answer may be ahead of us: a node came back that had more of this take than we knew.
        sent = Math.max(sent, this.next);
        if (sent < this.available && flying.size < carrier.window) {
          const flight = this.fly(carrier, sent++)
            .catch((error: unknown) => trouble.push(error))
            .then(() => {
              flying.delete(flight);
              this.wake?.();
            });
          flying.add(flight);
          continue;
        }
        this.considerOther(clip, carrier);
        await this.woken();
      }
    } finally {
      // What is under way is sent again by the next carrier; the server knows chunks it has.
      if (flying.size > 0) carrier.close();
      await Promise.all(flying);
    }
  }

  private async fly(carrier: Carrier, seq: number): Promise<void> {
    const chunk = await this.needs.spool.chunk(this.take.id, seq);
    if (!chunk && seq < this.next) return; // acknowledged while it was read
    if (!chunk) throw new TakeRefused(`Segment ${seq + 1} is neither on the server nor in this browser any more.`);
    const ack = await carrier.send(chunk);
    this.patienceMs = patienceMs;
    const trouble = ack.storeAway ? "store-away" : undefined;
    if (ack.next > this.next || trouble !== this.trouble) {
      this.next = Math.max(this.next, ack.next);
      this.troubled(trouble, "");
    }
    this.policy.acknowledged(carrier.name, chunk.data.length, Math.max(0, this.available - this.next), this.now());
    await this.forgetStored(ack.stored);
  }

  /** Acknowledged is safe from a crash of the server's machine, stored also from its loss: only then may we forget. */
  private async forgetStored(stored: number): Promise<void> {
    if (stored <= this.stored) return;
    this.stored = stored;
    // The last one stays: it knows the hash of the whole.
    await this.needs.spool.drop(this.take.id, Math.min(stored, this.available - 1));
  }

  /** Finishes; undefined when the server misses chunks, which are to be sent again. */
  private async finish(clip: string, total: number): Promise<Receipt | undefined> {
    const last = total > 0 ? await this.needs.spool.chunk(this.take.id, total - 1) : undefined;
    const sha256 = last && hex(new Sha256(last.running).digest());
    const done = (state: RecordingState, verified: boolean): Receipt => {
      return { clipId: clip, chunks: total, bytes: state.bytes, sha256: state.sha256, verified };
    };
    try {
      return done(await finish(clip, total, sha256), sha256 !== undefined);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.reason === "missing" && error.nextSeq !== undefined) {
        this.goBack(error.nextSeq);
        return undefined;
      }
      // Every chunk had its digest, together they have another: better kept unverified than never finished.
      if (error.reason === "sha256") return done(await finish(clip, total), false);
      throw error;
    }
  }

  private async connected(clip: string): Promise<Carrier> {
    let carrier = this.successor;
    this.successor = undefined;
    for (let name = carrier?.name ?? this.policy.first(this.now()); !carrier; name = "http") {
      try {
        carrier = await this.open(name, clip);
      } catch (error) {
        if (!(error instanceof CarrierLost)) throw error;
        this.policy.lost(name, this.now());
        if (name === "http" || this.needs.carrier === "channel") throw error;
      }
    }
    this.carrier = carrier;
    this.ensureGoing(); // else run closes it
    this.policy.begin(this.now());
    this.progress();
    return carrier;
  }

  private async open(name: Carrier["name"], clip: string): Promise<Carrier> {
    const open = this.needs.open ?? openCarrier;
    const carrier = await open(name, clip, this.take.mimeType, this.patienceMs);
    if (name === "http") this.patienceMs = Math.min(longestPatienceMs, this.patienceMs * 2); // until something arrives
    carrier.onstored = ({ stored, storeAway }) => {
      if (storeAway !== (this.trouble === "store-away")) this.troubled(storeAway ? "store-away" : undefined, "");
      void this.forgetStored(stored).catch(() => undefined); // it is forgotten with the take at the latest
    };
    return carrier;
  }

  /** Opens the other carrier beside this one when it promises to be better; carry notices when it stands. */
  private considerOther(clip: string, carrier: Carrier): void {
    if (this.probing) return;
    const other = this.policy.better(carrier.name, this.available - this.next, this.now());
    if (!other) return;
    if (carrier.name === "channel") this.policy.lost("channel", this.now());
    this.probing = true;
    void this.open(other, clip)
      .then((opened) => {
        if (this.stopped || this.carrier !== carrier) opened.close();
        else this.successor = opened;
      })
      .catch(() => {
        this.policy.lost(other, this.now());
      })
      .finally(() => {
        this.probing = false;
        this.wake?.();
      });
  }

  private ensureGoing(): void {
    if (this.stopped) throw new Stopped("the publisher was stopped");
  }

  /** Closes what is open. */
  private hangUp(): void {
    this.carrier?.close();
    this.successor?.close();
    this.carrier = this.successor = undefined;
  }

  /** The server will never take more. Of a recording that is too large or too long, what it has becomes the clip. */
  private async refused(error: unknown): Promise<TakeRefused> {
    const why = new TakeRefused(messageOf(error), { cause: error });
    if (error instanceof Refused && tooLarge(why) && this.take.clipId) {
      await finish(this.take.clipId, error.nextSeq ?? this.next).catch(() => undefined); // else the server does it later
    }
    this.troubled("refused", why.message);
    return why;
  }

  private troubled(trouble: Trouble | undefined, detail: string): void {
    this.trouble = trouble;
    this.detail = detail;
    this.progress();
  }

  private progress(): void {
    const { trouble, detail } = this;
    this.needs.onprogress?.(this.next, { carrier: this.carrier?.name ?? "none", trouble, detail });
  }

  private now(): number {
    return this.needs.now?.() ?? performance.now();
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }

  /** Waits as long as the server asked for, or else a while that is cut short when the network or the person comes back. */
  private async pause(askedMs: number | undefined, ms: number): Promise<void> {
    const long = askedMs ?? ms * (0.7 + 0.6 * Math.random());
    if (this.needs.wait) return this.needs.wait(long);
    const signs = ["online", "focus"]; // whoever signed in again in another tab comes back to this one
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        for (const sign of signs) globalThis.removeEventListener(sign, done);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, long);
      if (askedMs === undefined) for (const sign of signs) globalThis.addEventListener(sign, done);
      this.wake = () => {
        if (this.stopped) done();
      };
    });
  }
}

function openCarrier(name: Carrier["name"], clip: string, mimeType: string, patienceMs: number): Promise<Carrier> {
  if (name === "channel") return ChannelCarrier.open(clip, mimeType);
  return Promise.resolve(new HttpCarrier(clip, mimeType, patienceMs));
}

const reasons: Readonly<Record<string, Trouble>> = { disk_full: "disk-full", spool_full: "store-away", store_away: "store-away" };

/** What a server means that does not take something now. */
function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError || error instanceof Refused)) return "away";
  if (error.status === 401) return "signed-out";
  if (error.status === 429) return "busy";
  return (error instanceof Refused && reasons[error.reason]) || "unwell";
}

/** What trying again cannot mend. A person who was signed out (401) signs in again, and it goes on. */
function isFinal(error: unknown): boolean {
  if (error instanceof TakeRefused) return true;
  // What a reply answers may be gone (404); a proxy that knows no way says so in other words.
  if (error instanceof ApiError)
    return [400, 403, 413, 415, 422].includes(error.status) || (error.status === 404 && !!error.problem);
  if (!(error instanceof Refused)) return false;
  if (error.status === 409) return error.reason === "different" || error.reason === "type" || error.reason === "finished";
  return [400, 403, 404, 410, 413, 415].includes(error.status);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "The server does not take this recording.";
}
