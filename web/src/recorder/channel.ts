import { openChannel, Refused } from "../api/ingest";
import { CarrierLost, type Acknowledgement, type Carrier } from "./carrier";
import type { Chunk } from "./spool";

/** The connection has to stand within this time, else HTTP carries. */
const connectMs = 4000;
/** With chunks under way and nothing heard for this long, the connection is dead (ICE itself takes 5 s to notice). */
const deadMs = 3000;
const fragmentBytes = 65_536 - 41;
/** Do not hand the browser more than this: what lies in its buffer cannot be taken back. */
const bufferedBytes = 1 << 20;

interface Waiting {
  readonly chunk: Chunk;
  resolve(ack: Acknowledgement): void;
  reject(error: Error): void;
}

/** Chunks over a reliable WebRTC data channel. */
export class ChannelCarrier implements Carrier {
  readonly name = "channel";
  readonly window = 8;
  private readonly waiting = new Map<number, Waiting>();
  private heard = performance.now();
  private closed = false;
  private queue: Promise<void> = Promise.resolve();
  private readonly watch: ReturnType<typeof setInterval>;

  private constructor(
    private readonly connection: RTCPeerConnection,
    private readonly channel: RTCDataChannel,
  ) {
    channel.onmessage = (e: MessageEvent<unknown>) => {
      if (typeof e.data === "string") this.receive(e.data);
    };
    channel.onclose = () => {
      this.lose("the data channel was closed");
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") this.lose("the connection failed");
    };
    this.watch = setInterval(() => {
      if (this.waiting.size > 0 && performance.now() - this.heard > deadMs) this.lose("nothing was heard for 3 s");
    }, 500);
  }

  /** Connects; rejects when that does not work in time. */
  static async open(clip: string, mimeType: string): Promise<ChannelCarrier> {
    const connection = new RTCPeerConnection();
    const signal = AbortSignal.timeout(connectMs);
    try {
      const channel = connection.createDataChannel("baton.record", { protocol: "baton.record.1", ordered: true });
      channel.binaryType = "arraybuffer";
      channel.bufferedAmountLowThreshold = bufferedBytes / 2;
      await connection.setLocalDescription();
      const answer = await openChannel(clip, connection.localDescription?.sdp ?? "", signal);
      await connection.setRemoteDescription({ type: "answer", sdp: answer });
      await opened(channel, signal);
      const carrier = new ChannelCarrier(connection, channel);
      channel.send(JSON.stringify({ type: "hello", mime_type: mimeType }));
      return carrier;
    } catch (error) {
      connection.close();
      throw error instanceof Refused ? error : new CarrierLost("WebRTC does not connect", { cause: error });
    }
  }

  send(chunk: Chunk): Promise<Acknowledgement> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new CarrierLost("the data channel is closed"));
        return;
      }
      if (this.waiting.size === 0) this.heard = performance.now();
      this.waiting.set(chunk.seq, { chunk, resolve, reject });
      // One after the other: the fragments of a chunk stand together.
      this.queue = this.queue
        .then(() => this.transmit(chunk))
        .catch((error: unknown) => {
          this.lose(error instanceof Error ? error.message : "sending failed");
        });
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.watch);
    this.channel.close();
    this.connection.close();
    for (const w of this.waiting.values()) w.reject(new CarrierLost("the data channel was closed"));
    this.waiting.clear();
  }

  private async transmit(chunk: Chunk): Promise<void> {
    const data = new Uint8Array(await chunk.data.arrayBuffer());
    const count = Math.max(1, Math.ceil(data.length / fragmentBytes));
    for (let i = 0; i < count; i++) {
      await this.drained();
      if (this.closed) return;
      this.channel.send(fragment(chunk, data.subarray(i * fragmentBytes, (i + 1) * fragmentBytes), i, count));
    }
  }

  private drained(): Promise<void> {
    if (this.channel.bufferedAmount < bufferedBytes || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.channel.addEventListener(
        "bufferedamountlow",
        () => {
          resolve();
        },
        { once: true },
      );
      this.channel.addEventListener(
        "close",
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }

  private receive(text: string): void {
    this.heard = performance.now();
    const m = JSON.parse(text) as {
      type: string;
      next?: number;
      stored?: number;
      seq?: number;
      status?: number;
      reason?: string;
      detail?: string;
      retry_after_ms?: number;
    };
    if (m.type === "ack" && m.next !== undefined) this.acknowledge({ next: m.next, stored: m.stored ?? 0 });
    if (m.type === "error") this.refuse(m);
  }

  private acknowledge(ack: Acknowledgement): void {
    for (const [seq, w] of this.waiting) {
      if (seq >= ack.next) continue;
      this.waiting.delete(seq);
      w.resolve(ack);
    }
  }

  private refuse(m: {
    status?: number;
    reason?: string;
    detail?: string;
    seq?: number;
    next?: number;
    retry_after_ms?: number;
  }): void {
    const error = new Refused(m.status ?? 500, m.reason ?? "", m.detail ?? "refused", m.next, m.retry_after_ms || undefined);
    for (const [seq, w] of this.waiting) {
      if (m.seq !== undefined && seq !== m.seq && seq < m.seq) continue;
      this.waiting.delete(seq);
      w.reject(error);
    }
  }

  private lose(why: string): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.watch);
    this.connection.close();
    for (const w of this.waiting.values()) w.reject(new CarrierLost(why));
    this.waiting.clear();
  }
}

function opened(channel: RTCDataChannel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (channel.readyState === "open") {
      resolve();
      return;
    }
    channel.addEventListener(
      "open",
      () => {
        resolve();
      },
      { once: true },
    );
    signal.addEventListener(
      "abort",
      () => {
        reject(new CarrierLost("the data channel did not open in time"));
      },
      { once: true },
    );
  });
}

/** Makes one binary message of docs/protocol.md. */
export function fragment(
  chunk: Pick<Chunk, "seq" | "digest">,
  payload: Uint8Array,
  index: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const head = index === 0 ? 41 : 9;
  const message = new Uint8Array(head + payload.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, chunk.seq);
  view.setUint16(5, index);
  view.setUint16(7, count);
  if (index === 0) message.set(chunk.digest, 9);
  message.set(payload, head);
  return message;
}
