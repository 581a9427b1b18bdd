import { openChannel, Refused } from "../api/ingest";
import { CarrierLost, type Acknowledgement, type Carrier } from "./carrier";
import type { Chunk } from "./spool";

/** The connection has to stand within this time, else HTTP carries. */
const connectMs = 3000;
/** With chunks under way and nothing heard for this long, the connection is dead (ICE itself takes 5 s to notice). */
const deadMs = 3000;
const messageBytes = 65_536;
const headBytes = 9;
const digestBytes = 32;
/** Fragments of one size, the first with its digest included, fit into a message. */
const fragmentBytes = messageBytes - headBytes - digestBytes;
/** Do not hand the browser more than this: what lies in its buffer cannot be taken back. */
const bufferedBytes = 1 << 20;

/** A message of the server, docs/protocol.md. */
interface ServerMessage {
  readonly type: string;
  readonly next?: number;
  readonly stored?: number;
  readonly seq?: number;
  readonly status?: number;
  readonly reason?: string;
  readonly detail?: string;
  readonly retry_after_ms?: number;
  readonly trouble?: string;
}

interface Flight {
  resolve(ack: Acknowledgement): void;
  reject(error: Error): void;
}

/** What of a data channel is used; tests bring their own. */
export type Channel = Pick<
  RTCDataChannel,
  "bufferedAmount" | "bufferedAmountLowThreshold" | "addEventListener" | "removeEventListener" | "close"
> & { send(data: string | Uint8Array<ArrayBuffer>): void };

/** Chunks over a reliable WebRTC data channel. */
export class ChannelCarrier implements Carrier {
  readonly name = "channel";
  readonly window = 8;
  onstored: Carrier["onstored"];
  private readonly flights = new Map<number, Flight>();
  private heard = performance.now();
  private over: Error | undefined;
  private queue: Promise<void> = Promise.resolve();
  private greeted: ((error?: Error) => void) | undefined;
  private readonly watch: ReturnType<typeof setInterval>;

  constructor(
    private readonly channel: Channel,
    private readonly hangUp: () => void,
  ) {
    channel.bufferedAmountLowThreshold = bufferedBytes / 2;
    channel.addEventListener("message", (e) => {
      const { data } = e as MessageEvent<unknown>;
      if (typeof data === "string") this.receive(JSON.parse(data) as ServerMessage);
    });
    channel.addEventListener("close", () => {
      this.end(new CarrierLost("the data channel was closed"));
    });
    this.watch = setInterval(() => {
      if (this.flights.size > 0 && performance.now() - this.heard > deadMs)
        this.end(new CarrierLost("nothing was heard for 3 s"));
    }, 250);
  }

  /** Connects. Rejects with CarrierLost when that does not work in time, with Refused when the server does not want it. */
  static async open(clip: string, mimeType: string): Promise<ChannelCarrier> {
    if (!("RTCPeerConnection" in globalThis)) throw new CarrierLost("this browser has no WebRTC");
    const connection = new RTCPeerConnection();
    const late = AbortSignal.timeout(connectMs);
    let carrier: ChannelCarrier | undefined;
    try {
      const channel = connection.createDataChannel("baton.record", { protocol: "baton.record.1", ordered: true });
      channel.binaryType = "arraybuffer";
      await connection.setLocalDescription();
      const answer = await openChannel(clip, connection.localDescription?.sdp ?? "", late);
      await connection.setRemoteDescription({ type: "answer", sdp: answer });
      await event(channel, "open", late);
      carrier = new ChannelCarrier(channel, () => {
        connection.close();
      });
      const lost = carrier;
      connection.onconnectionstatechange = () => {
        if (connection.connectionState === "failed") lost.end(new CarrierLost("the connection failed"));
      };
      await carrier.greet(mimeType, late);
      return carrier;
    } catch (error) {
      carrier?.close();
      connection.close();
      // Too many sessions is no reason not to try HTTP; a wrong clip or type is.
      if (error instanceof Refused && error.status !== 429 && error.status !== 503) throw error;
      throw new CarrierLost("WebRTC does not connect", { cause: error });
    }
  }

  /** Says what will come and waits until the server is ready for it. */
  greet(mimeType: string, late: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      late.addEventListener("abort", () => {
        reject(new CarrierLost("no answer in time"));
      });
      this.greeted = (error) => {
        if (error) reject(error);
        else resolve();
      };
      this.channel.send(JSON.stringify({ type: "hello", mime_type: mimeType }));
    });
  }

  send(chunk: Chunk): Promise<Acknowledgement> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(this.over);
        return;
      }
      if (this.flights.size === 0) this.heard = performance.now();
      this.flights.set(chunk.seq, { resolve, reject });
      // One after the other: the fragments of a chunk stand together.
      this.queue = this.queue
        .then(() => this.transmit(chunk))
        .catch((cause: unknown) => {
          this.end(new CarrierLost("sending failed", { cause }));
        });
    });
  }

  close(): void {
    this.end(new CarrierLost("the data channel was closed"));
  }

  private async transmit(chunk: Chunk): Promise<void> {
    const count = Math.max(1, Math.ceil(chunk.data.length / fragmentBytes));
    for (let i = 0; i < count; i++) {
      await this.drained();
      if (this.over || !this.flights.has(chunk.seq)) return;
      this.channel.send(fragment(chunk, chunk.data.subarray(i * fragmentBytes, (i + 1) * fragmentBytes), i, count));
    }
  }

  private drained(): Promise<void> {
    if (this.channel.bufferedAmount < bufferedBytes || this.over) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        this.channel.removeEventListener("bufferedamountlow", go);
        this.channel.removeEventListener("close", go);
        resolve();
      };
      this.channel.addEventListener("bufferedamountlow", go);
      this.channel.addEventListener("close", go);
    });
  }

  private receive(m: ServerMessage): void {
    this.heard = performance.now();
    switch (m.type) {
      case "status":
        this.greeted?.();
        break;
      case "ack":
        this.acknowledge({ next: m.next ?? 0, stored: m.stored ?? 0, storeAway: m.trouble !== undefined });
        break;
      case "stored":
        this.onstored?.({ stored: m.stored ?? 0, storeAway: m.trouble !== undefined });
        break;
      case "error":
        this.refuse(m);
        break;
    }
  }

  private acknowledge(ack: Acknowledgement): void {
    for (const [seq, flight] of this.flights) {
      if (seq >= ack.next) continue;
      this.flights.delete(seq);
      flight.resolve(ack);
    }
  }

  /** An error about one chunk; it fails alone, and with it those after, which wait for it. */
  private refuse(m: ServerMessage): void {
    const error = new Refused(m.status ?? 500, m.reason ?? "", m.detail ?? "refused", m.next, m.retry_after_ms || undefined);
    this.greeted?.(error);
    for (const [seq, flight] of this.flights) {
      if (m.seq !== undefined && seq < m.seq) continue;
      this.flights.delete(seq);
      flight.reject(error);
    }
  }

  private end(why: Error): void {
    if (this.over) return;
    this.over = why;
    clearInterval(this.watch);
    this.greeted?.(why);
    this.channel.close();
    this.hangUp();
    for (const flight of this.flights.values()) flight.reject(why);
    this.flights.clear();
  }
}

function event(target: EventTarget, name: string, late: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    target.addEventListener(
      name,
      () => {
        resolve();
      },
      { once: true },
    );
    late.addEventListener("abort", () => {
      reject(new CarrierLost(`no ${name} in time`));
    });
  });
}

/** Makes one binary message of docs/protocol.md. */
export function fragment(
  chunk: Pick<Chunk, "seq" | "digest">,
  payload: Uint8Array,
  index: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const head = index === 0 ? headBytes + digestBytes : headBytes;
  const message = new Uint8Array(head + payload.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, chunk.seq);
  view.setUint16(5, index);
  view.setUint16(7, count);
  if (index === 0) message.set(chunk.digest, headBytes);
  message.set(payload, head);
  return message;
}
