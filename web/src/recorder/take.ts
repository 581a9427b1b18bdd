// A take: one recording from its start to the receipt. Encoder → chunker → spool → publisher.
import type { Capture } from "./capture";
import type { CarrierChoice } from "./carrier";
import { Chunker } from "./chunker";
import { chooseType, keyFrameMs, timesliceMs, videoBits } from "./encoding";
import { Publisher, TakeRefused, tooLarge, type Limits, type Line, type Receipt } from "./publisher";
import { Spool, type TakeRecord } from "./spool";
import { NoEncoder, SpoolFull, type Mode, type Safety, type TakeState } from "./types";

/** What people say about a take; it may change while it is recorded. */
export type About = Pick<TakeRecord, "title" | "visibility" | "replyTo" | "answers">;

/** Who hears of a take; it may be handed from one to the next. */
export interface TakeListener {
  /** Hears of every change after the start. */
  readonly onstate: (state: TakeState) => void;
  readonly onsafety: (safety: Safety) => void;
  /** The disk of this browser is getting full: minutes are left. */
  readonly onlow?: (bytesLeft: number) => void;
  /** The take is ended, because the server takes no larger or longer one. */
  readonly onlimit?: () => void;
}

export interface TakeNeeds extends TakeListener {
  readonly mode: Mode;
  readonly about: About;
  /** The account that records. */
  readonly owner: string;
  readonly carrier: CarrierChoice;
  readonly createClip: (take: TakeRecord) => Promise<string>;
  /** What becomes of a take that the server has all of; tried until it is done. */
  readonly settle?: (take: TakeRecord) => Promise<void>;
}

/** The take says so in time when less than this is left on the disk. */
const lowBytes = 500e6;
/** It stops, and is safe, when less than this is left. */
const leastBytes = 50e6;
/** People are told of a limit of the server when so little is left; the take ends so long before it. */
const limitNearMs = 60_000;
const limitMarginMs = 1500;
/** The disk is asked every so many chunks (10 s). */
const roomEvery = 25;

/** An encoder that says nothing for so long after its end has failed; what it gave is kept. On a machine that is very busy a
 *  sound one was seen to need more than 10 s for its last chunk. */
const encoderMs = 90_000;

const kinds = { "screen-camera": "screen", screen: "screen", camera: "camera", voice: "audio" } as const;

export class Take {
  private readonly recorder: MediaRecorder;
  private readonly chunker: Chunker;
  private readonly publisher: Publisher;
  private readonly published: Promise<Receipt>;
  private line: Line = { carrier: "none", trouble: undefined, detail: "" };
  private limits: Limits = { bytes: 0, ms: 0 };
  /** Resolves when the encoder has given everything: after its last chunk, whoever stopped it. */
  private readonly encoded: Promise<void>;
  /** When the encoder gave something last. */
  private heardAt = 0;
  private startedAt = 0;
  private pausedMs = 0;
  private pausedAt: number | undefined;
  private release: (() => void) | undefined;
  private over = false;
  private listener: TakeListener;

  private constructor(
    readonly capture: Capture,
    private readonly record: TakeRecord,
    private readonly spool: Spool,
    needs: TakeNeeds,
  ) {
    this.listener = needs;
    this.recorder = makeRecorder(capture, record.mimeType);
    this.publisher = new Publisher(record, {
      spool,
      createClip: needs.createClip,
      ...(needs.settle ? { settle: needs.settle } : {}),
      carrier: needs.carrier,
      onprogress: (_, line) => {
        this.line = line;
        this.tell();
      },
      onlimits: (limits) => {
        this.limits = limits;
      },
    });
    this.chunker = new Chunker(
      record.id,
      spool,
      (count) => {
        this.publisher.offer(count);
        this.tell();
        if (count % roomEvery === 0) void this.checkRoom();
        this.checkLimits();
      },
      (error) => {
        this.broken(error);
      },
    );
    this.recorder.ondataavailable = (e) => {
      this.heardAt = performance.now();
      this.chunker.add(e.data);
    };
    this.encoded = new Promise((resolve) => {
      this.recorder.onstop = () => {
        resolve();
      };
    });
    this.recorder.onerror = () => {
      void this.stop(); // the encoder gave up; what it gave is kept
    };
    this.published = this.publisher.run();
    this.published.catch((error: unknown) => {
      // Awaited when it is stopped. What the server has already made a clip of does not grow any more.
      if (error instanceof TakeRefused && tooLarge(error)) this.endedByLimit();
    });
  }

  /** Starts recording what is captured; throws NoEncoder, or when this browser cannot store anything. */
  static async start(capture: Capture, needs: TakeNeeds): Promise<Take> {
    const mimeType = chooseType(capture.hasVideo, (t) => MediaRecorder.isTypeSupported(t));
    if (!mimeType) throw new NoEncoder("this browser cannot encode video or sound");
    const spool = await Spool.open();
    void Spool.persist();
    const record: TakeRecord = {
      id: crypto.randomUUID(),
      owner: needs.owner,
      clipId: undefined,
      mimeType,
      kind: kinds[needs.mode],
      ...needs.about,
      startedAt: Date.now(),
      total: undefined,
    };
    const release = await hold(record.id);
    await spool.putTake(record);
    const take = new Take(capture, record, spool, needs);
    take.release = release;
    take.recorder.start(timesliceMs);
    take.startedAt = performance.now();
    return take;
  }

  get id(): string {
    return this.record.id;
  }

  /** The clip on the server; undefined while the server was not reached. */
  get clipId(): string | undefined {
    return this.record.clipId;
  }

  get title(): string {
    return this.record.title;
  }

  get elapsedMs(): number {
    const now = this.pausedAt ?? performance.now();
    return Math.max(0, now - this.startedAt - this.pausedMs);
  }

  /** What is safe where. */
  get safety(): Safety {
    const acknowledged = this.publisher.acknowledged;
    return {
      chunks: this.chunker.spooled,
      acknowledged,
      bytes: this.chunker.bytes,
      acknowledgedBytes: this.chunker.bytesBefore(acknowledged),
      leftMs: this.leftMs < limitNearMs ? Math.max(0, this.leftMs) : undefined,
      ...this.line,
    };
  }

  /** Milliseconds until a limit of the server is reached, at the rate so far; a little before it, for what the encoder still gives. */
  private get leftMs(): number {
    const ms = this.elapsedMs;
    const inTime = this.limits.ms > 0 ? this.limits.ms - ms : Infinity;
    const { bytes } = this.chunker;
    const inSize = this.limits.bytes > 0 && bytes > 0 ? (this.limits.bytes - bytes) / (bytes / ms) : Infinity;
    return Math.min(inTime, inSize) - limitMarginMs;
  }

  /** Changes what the clip will be made with; a clip that is there already has to be changed on the server. */
  async describe(about: About): Promise<void> {
    Object.assign(this.record, about);
    if (!this.over) await this.spool.putTake(this.record);
  }

  /** Hands the take to another listener, when the page that recorded it is left. */
  follow(listener: TakeListener): void {
    this.listener = listener;
  }

  pause(): void {
    if (this.recorder.state !== "recording") return;
    this.recorder.pause();
    this.pausedAt = performance.now();
    this.listener.onstate({ name: "paused" });
  }

  resume(): void {
    if (this.recorder.state !== "paused" || this.pausedAt === undefined) return;
    this.recorder.resume();
    this.pausedMs += performance.now() - this.pausedAt;
    this.pausedAt = undefined;
    this.listener.onstate({ name: "recording" });
  }

  /** Ends the take; resolves when the server has all of it (or never will). Until then the spool has it. */
  async stop(): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.pausedAt ??= performance.now();
    this.listener.onstate({ name: "finishing" });
    try {
      await this.stopEncoder();
      this.capture.close();
      await this.complete();
      const receipt = await this.published;
      this.listener.onstate({ name: "done", receipt }); // whoever listens by now
    } catch (error) {
      this.fail(error);
    } finally {
      this.end();
    }
  }

  /** Throws the take away and leaves the capture open; gives the clip that the caller has to delete on the server. */
  async cancel(): Promise<string | undefined> {
    if (this.over) return undefined;
    this.over = true;
    this.publisher.stop();
    await this.stopEncoder();
    await this.chunker.settled();
    await this.published.catch(() => undefined); // a clip that is just being made shall be known
    await this.spool.forget(this.record.id);
    this.end();
    this.listener.onstate({ name: "cancelled" });
    return this.record.clipId;
  }

  /** Waits for the encoder's last chunk; one that is inactive already, because its tracks ended, may still owe it. */
  private async stopEncoder(): Promise<void> {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.heardAt = performance.now();
    let ended = false;
    for (let quiet = 0; !ended && quiet < encoderMs; quiet = performance.now() - this.heardAt) {
      const silence = new Promise<boolean>((resolve) => setTimeout(resolve, encoderMs - quiet, false));
      ended = await Promise.race([this.encoded.then(() => true), silence]);
    }
  }

  /** Writes down that no more will come, and lets the publisher know. */
  private async complete(): Promise<void> {
    const total = await this.chunker.settled();
    this.record.total = total;
    await this.spool.putTake(this.record);
    this.publisher.offer(total, total);
  }

  private async checkRoom(): Promise<void> {
    const room = await Spool.room();
    if (room === undefined || room > lowBytes || this.over) return;
    this.listener.onlow?.(room);
    if (room < leastBytes) await this.stop();
  }

  private checkLimits(): void {
    if (this.leftMs <= 0) this.endedByLimit();
  }

  private endedByLimit(): void {
    if (this.over) return;
    this.listener.onlimit?.();
    void this.stop();
  }

  /** The disk refused a chunk: what is in the spool before it is safe, is sent, and makes the clip. */
  private broken(error: Error): void {
    this.listener.onlow?.(0);
    void this.stop().catch(() => undefined); // stop tells onstate itself
    if (!(error instanceof SpoolFull)) console.warn("the spool does not work", error);
  }

  private fail(error: unknown): void {
    this.listener.onstate({ name: "failed", error: error instanceof Error ? error : new Error(String(error)) });
  }

  private end(): void {
    this.release?.();
    this.spool.close();
  }

  private tell(): void {
    this.listener.onsafety(this.safety);
  }
}

function makeRecorder(capture: Capture, mimeType: string): MediaRecorder {
  const { width, height } = capture.size;
  const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number } = { mimeType, audioBitsPerSecond: 64_000 };
  if (capture.hasVideo) {
    options.videoBitsPerSecond = videoBits(width, height);
    options.videoKeyFrameIntervalDuration = keyFrameMs;
  }
  return new MediaRecorder(capture.stream, options);
}

/** The lock of a take: whoever holds it records or sends it. */
export const lockName = (take: string): string => `baton-take-${take}`;

/** Marks the take as being in work, so that no other tab sends it meanwhile. The browser lets go when the tab dies. */
function hold(take: string): Promise<() => void> {
  return new Promise((held) => {
    const until = (): Promise<void> =>
      new Promise((release) => {
        held(release);
      });
    void navigator.locks.request(lockName(take), until);
  });
}
