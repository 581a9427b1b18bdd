// A take: one recording from its start to the receipt. Encoder → hashed, numbered chunks → spool → publisher.
import { Capture } from "./capture";
import { chooseType, keyFrameMs, timesliceMs, videoBits } from "./encoding";
import { Publisher, type CarrierChoice } from "./publisher";
import { Spool, type TakeRecord } from "./spool";
import { NoEncoder, SpoolFull, type Choice, type Safety, type TakeState } from "./types";

export interface TakeNeeds {
  readonly choice: Choice;
  readonly title: string;
  readonly visibility: TakeRecord["visibility"];
  readonly carrier: CarrierChoice;
  readonly createClip: (take: TakeRecord) => Promise<string>;
  readonly onstate: (state: TakeState) => void;
  readonly onsafety: (safety: Safety) => void;
  /** The disk of this browser is getting full: minutes are left. */
  readonly onlow: (bytesLeft: number) => void;
}

/** The spool says so in time when less than this is left. */
const lowBytes = 500e6;
/** The recording stops, and is safe, when less than this is left. */
const leastBytes = 50e6;

export class Take {
  private readonly recorder: MediaRecorder;
  private readonly publisher: Publisher;
  private readonly published: Promise<string>;
  private seq = 0;
  private bytes = 0;
  private acknowledgedBytes = 0;
  private readonly sizes: number[] = [];
  private carrier: Safety["carrier"] = "none";
  private writes: Promise<void> = Promise.resolve();
  private startedAt = 0;
  private pausedMs = 0;
  private pausedAt: number | undefined;
  private released: (() => void) | undefined;
  private over = false;

  private constructor(
    readonly capture: Capture,
    private readonly record: TakeRecord,
    private readonly spool: Spool,
    private readonly needs: TakeNeeds,
  ) {
    const { width, height } = capture.size;
    const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number } = {
      mimeType: record.mimeType,
      audioBitsPerSecond: 64_000,
      ...(capture.hasVideo ? { videoBitsPerSecond: videoBits(width, height), videoKeyFrameIntervalDuration: keyFrameMs } : {}),
    };
    this.recorder = new MediaRecorder(capture.stream, options);
    this.recorder.ondataavailable = (e) => {
      if (e.data.size > 0) this.accept(e.data);
    };
    this.publisher = new Publisher(record, {
      spool,
      createClip: needs.createClip,
      carrier: needs.carrier,
      onprogress: (acknowledged, carrier) => {
        this.carrier = carrier;
        this.acknowledgedBytes = this.sizes.slice(0, acknowledged).reduce((a, b) => a + b, 0);
        this.tell();
      },
    });
    this.published = this.publisher.run();
    this.published.catch(() => undefined); // awaited in finishing; must not count as unhandled before
  }

  /** Starts recording what is captured. onstate hears of the changes after this one. */
  static async start(capture: Capture, needs: TakeNeeds): Promise<Take> {
    const mimeType = chooseType(capture.hasVideo, (t) => MediaRecorder.isTypeSupported(t));
    if (!mimeType) throw new NoEncoder("this browser cannot encode video or sound");
    const spool = await Spool.open();
    void Spool.persist();
    const kind = { "screen-camera": "screen", screen: "screen", camera: "camera", voice: "audio" } as const;
    const record: TakeRecord = {
      id: crypto.randomUUID(),
      clipId: undefined,
      mimeType,
      kind: kind[needs.choice.mode],
      title: needs.title,
      visibility: needs.visibility,
      startedAt: Date.now(),
      total: undefined,
    };
    await spool.putTake(record);
    const take = new Take(capture, record, spool, needs);
    take.hold();
    take.recorder.start(timesliceMs);
    take.startedAt = performance.now();
    return take;
  }

  /** The clip on the server; undefined while the server was not reached. */
  get clipId(): string | undefined {
    return this.record.clipId;
  }

  get elapsedMs(): number {
    const now = this.pausedAt ?? performance.now();
    return Math.max(0, now - this.startedAt - this.pausedMs);
  }

  pause(): void {
    if (this.recorder.state !== "recording") return;
    this.recorder.pause();
    this.pausedAt = performance.now();
    this.needs.onstate({ name: "paused" });
  }

  resume(): void {
    if (this.recorder.state !== "paused" || this.pausedAt === undefined) return;
    this.recorder.resume();
    this.pausedMs += performance.now() - this.pausedAt;
    this.pausedAt = undefined;
    this.needs.onstate({ name: "recording" });
  }

  /** Ends the take; resolves when the server has all of it. Until then the spool has it. */
  async stop(): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.needs.onstate({ name: "finishing" });
    try {
      await this.stopEncoder();
      await this.writes;
      this.record.total = this.seq;
      await this.spool.putTake(this.record);
      this.publisher.offer(this.seq, this.seq);
      const clipId = await this.published;
      this.needs.onstate({ name: "done", clipId });
    } catch (error) {
      this.needs.onstate({ name: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      this.release();
    }
  }

  /** Throws the take away; gives the clip that the caller has to delete on the server. */
  async cancel(): Promise<string | undefined> {
    if (this.over) return undefined;
    this.over = true;
    this.publisher.stop();
    await this.stopEncoder();
    await this.writes.catch(() => undefined);
    await this.spool.forget(this.record.id);
    this.release();
    this.needs.onstate({ name: "cancelled" });
    return this.record.clipId;
  }

  private stopEncoder(): Promise<void> {
    this.capture.onended = undefined;
    if (this.recorder.state === "inactive") {
      this.capture.close();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.recorder.onstop = () => {
        this.capture.close();
        resolve();
      };
      this.recorder.stop();
    });
  }

  /** Numbers a chunk at once, so that the order is the encoder's; hashing and writing follow one after the other. */
  private accept(data: Blob): void {
    const seq = this.seq++;
    this.sizes.push(data.size);
    this.bytes += data.size;
    this.writes = this.writes.then(() => this.keep(seq, data));
    this.writes.catch((error: unknown) => {
      this.broken(error);
    });
    this.tell();
  }

  private async keep(seq: number, data: Blob): Promise<void> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await data.arrayBuffer()));
    await this.spool.putChunk({ take: this.record.id, seq, data, digest });
    this.publisher.offer(seq + 1);
    if (seq % 25 === 24) await this.checkRoom();
  }

  private async checkRoom(): Promise<void> {
    const room = await Spool.room();
    if (room === undefined || room > lowBytes) return;
    this.needs.onlow(room);
    if (room < leastBytes) void this.stop();
  }

  /** The disk refused a chunk: what is in the spool is safe and is finished. */
  private broken(error: unknown): void {
    if (this.over) return;
    this.over = true;
    void this.stopEncoder();
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    this.needs.onstate({
      name: "failed",
      error: full
        ? new SpoolFull("the browser's storage is full", { cause: error })
        : error instanceof Error
          ? error
          : new Error(String(error)),
    });
    this.release();
  }

  private tell(): void {
    this.needs.onsafety({
      chunks: this.seq,
      acknowledged: this.publisher.acknowledged,
      bytes: this.bytes,
      acknowledgedBytes: this.acknowledgedBytes,
      carrier: this.carrier,
    });
  }

  /** Marks the take as being in work, so that no other tab completes it meanwhile. The browser lets go when the tab dies. */
  private hold(): void {
    void navigator.locks.request(lockName(this.record.id), () => new Promise<void>((resolve) => (this.released = resolve)));
  }

  private release(): void {
    this.released?.();
  }
}

/** The lock of a take. */
export const lockName = (take: string): string => `baton-take-${take}`;
