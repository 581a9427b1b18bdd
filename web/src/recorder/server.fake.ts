// A small server that speaks docs/protocol.md, for tests: it checks digests and order as the real one does, and fails as it
// is told to.
import { createHash } from "node:crypto";
import type { Channel } from "./channel";

/**
 * What a test does to a request: an answer in place of the server's; "lost" on its way; "unanswered", where only the answer is
 * lost; or undefined to let it through.
 */
export type Fault = (request: {
  method: string;
  path: string;
  seq: number | undefined;
}) => Response | "lost" | "unanswered" | undefined;

const headBytes = 9;

export class FakeServer {
  readonly chunks: Uint8Array[] = [];
  stored = 0;
  storeAway = false;
  finished: { chunks: number; sha256: string | undefined } | undefined;
  fault: Fault = () => undefined;
  /** Requests as "PUT 3", in order of arrival. */
  readonly log: string[] = [];
  private held: (() => void)[] = [];

  get next(): number {
    return this.chunks.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** As fetch. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const path = input instanceof Request ? input.url : String(input);
    const method = init.method ?? "GET";
    const seq = /chunks\/(\d+)$/.exec(path)?.[1];
    this.log.push(`${method} ${seq ?? path.split("/").at(-1) ?? ""}`);
    const faulty = this.fault({ method, path, seq: seq === undefined ? undefined : Number(seq) });
    if (faulty === "lost") throw new TypeError("network error");
    if (faulty && faulty !== "unanswered") return faulty;
    const answer = await this.answer(path, seq, init);
    if (faulty) throw new TypeError("network error");
    return answer;
  };

  private async answer(path: string, seq: string | undefined, init: RequestInit): Promise<Response> {
    if (path.endsWith("/recording")) return this.json(200, this.state());
    if (path.endsWith("/finish")) return this.finish(JSON.parse(init.body as string) as { chunks: number; sha256?: string });
    if (seq !== undefined) {
      const digest = new Headers(init.headers).get("Content-Digest") ?? "";
      return this.put(Number(seq), new Uint8Array(init.body as Uint8Array<ArrayBuffer>), digest, init.signal ?? undefined);
    }
    return this.refuse(404, "");
  }

  /** A node was lost: only what is in the object store is left. */
  takeOver(): void {
    this.chunks.length = this.stored;
  }

  /** The other end of a data channel; fault may make it deaf. */
  channel(fault: (m: { kind: "chunk" | "text"; seq: number }) => "deaf" | undefined = () => undefined): Channel {
    const target = new EventTarget();
    const tell = (m: object): void => {
      queueMicrotask(() => target.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(m) })));
    };
    let parts: Uint8Array[] = [];
    let digest = "";
    const binary = async (m: Uint8Array): Promise<void> => {
      const view = new DataView(m.buffer, m.byteOffset, m.byteLength);
      const [seq, index, count] = [view.getUint32(1), view.getUint16(5), view.getUint16(7)];
      if (fault({ kind: "chunk", seq }) === "deaf") return;
      if (m.length > 65_536 || view.getUint8(0) !== 1) throw new Error("not a fragment");
      if (index === 0) {
        parts = [];
        digest = `sha-256=:${Buffer.from(m.subarray(headBytes, headBytes + 32)).toString("base64")}:`;
      }
      parts.push(m.slice(index === 0 ? headBytes + 32 : headBytes));
      if (parts.length < count) return;
      const answer = await this.put(seq, new Uint8Array(Buffer.concat(parts)), digest, undefined);
      const body = (await answer.json()) as { reason?: string; next_seq?: number };
      if (answer.ok) tell({ type: "ack", ack: seq, next: this.next, stored: this.stored });
      else tell({ type: "error", status: answer.status, reason: body.reason, seq, next: body.next_seq, retry_after_ms: 0 });
    };
    return {
      bufferedAmount: 0,
      bufferedAmountLowThreshold: 0,
      addEventListener: target.addEventListener.bind(target),
      removeEventListener: target.removeEventListener.bind(target),
      close: () => {
        queueMicrotask(() => target.dispatchEvent(new Event("close")));
      },
      send: (data) => {
        if (typeof data !== "string") {
          this.log.push(`channel ${new DataView(data.buffer).getUint32(1)}`);
          void binary(data);
          return;
        }
        if (fault({ kind: "text", seq: -1 }) === "deaf") return;
        tell({ type: "status", state: "recording", next: this.next, stored: this.stored });
      },
    };
  }

  refuse(status: number, reason: string, headers: Record<string, string> = {}): Response {
    return this.json(status, { title: reason || "refused", status, reason, next_seq: this.next }, headers);
  }

  private async put(seq: number, body: Uint8Array, digest: string, signal: AbortSignal | undefined): Promise<Response> {
    if (this.finished) return this.refuse(409, "finished");
    if (digest !== contentDigest(body)) return this.refuse(422, "digest");
    if (seq > this.next && !(await this.turn(seq, signal))) return this.refuse(409, "ahead");
    const kept = this.chunks[seq];
    if (kept && contentDigest(kept) !== digest) return this.refuse(409, "different");
    if (!kept) this.chunks.push(body);
    const woken = this.held;
    this.held = [];
    for (const go of woken) go();
    return this.json(200, this.state());
  }

  /** Holds a chunk that came before its turn. */
  private async turn(seq: number, signal: AbortSignal | undefined): Promise<boolean> {
    const end = Date.now() + 50;
    while (seq > this.next) {
      if (Date.now() > end || signal?.aborted) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.held.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  private finish({ chunks, sha256 }: { chunks: number; sha256?: string }): Response {
    if (chunks > this.next) return this.refuse(409, "missing");
    if (chunks < this.next) return this.refuse(409, "finished");
    if (sha256 !== undefined && sha256 !== this.hash()) return this.refuse(422, "sha256");
    this.finished = { chunks, sha256 };
    return this.json(200, this.state());
  }

  private hash(): string {
    return createHash("sha256").update(this.bytes()).digest("hex");
  }

  private state(): object {
    return {
      state: this.finished ? "finished" : "recording",
      next_seq: this.next,
      stored_seq: this.stored,
      bytes: this.bytes().length,
      duration_ms: 0,
      sha256: this.finished ? this.hash() : "",
      ...(this.storeAway ? { trouble: "store_away" } : {}),
    };
  }

  private json(status: number, body: object, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
  }
}

function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}
