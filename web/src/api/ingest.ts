// The raw requests of docs/protocol.md: chunks, finish, channel, tus. Beside client.ts the only code that calls fetch.
import { OfflineError, problemError } from "./client";

/** How far the server is with a recording. */
export interface RecordingState {
  state: "recording" | "abandoned" | "finished" | "cancelled";
  next_seq: number;
  stored_seq: number;
  bytes: number;
  duration_ms: number;
  sha256: string;
  /** What is acknowledged is not being stored for now. */
  trouble?: "store_away";
  /** A recording may be so large and so long here; none: any. */
  max_bytes?: number;
  max_ms?: number;
}

/** The server refused; reason is one of docs/protocol.md, and says what to do. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly nextSeq: number | undefined,
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new OfflineError("The server cannot be reached.", { cause });
  }
  if (response.ok) return response;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refused> {
  const body: unknown = await response.json().catch(() => undefined);
  const field = (name: string): unknown => (typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined);
  const reason = field("reason");
  const next = field("next_seq");
  const after = Number(response.headers.get("Retry-After"));
  return new Refused(
    response.status,
    typeof reason === "string" ? reason : "",
    problemError(response.status, body).message,
    typeof next === "number" ? next : undefined,
    Number.isFinite(after) && after > 0 ? after * 1000 : undefined,
  );
}

/** A question that was not answered in this time gets no answer any more; who asked tries again. */
const answerMs = 20_000;
/** Finishing stores the tail first, and a server whose object store is away says so. */
const finishMs = 60_000;

const at = (clip: string): string => `/api/v1/clips/${clip}`;

export async function recordingState(clip: string): Promise<RecordingState> {
  return (await (await send(`${at(clip)}/recording`, { signal: AbortSignal.timeout(answerMs) })).json()) as RecordingState;
}

/** Sends one chunk; resolves when it is durable on the server. */
export async function putChunk(
  clip: string,
  seq: number,
  mimeType: string,
  data: Uint8Array<ArrayBuffer>,
  digest: Uint8Array,
  signal: AbortSignal,
): Promise<RecordingState> {
  const response = await send(`${at(clip)}/chunks/${seq}`, {
    method: "PUT",
    headers: { "Content-Type": mimeType, "Content-Digest": `sha-256=:${base64(digest)}:` },
    body: data,
    signal,
  });
  return (await response.json()) as RecordingState;
}

/** Ends a recording of so many chunks; sha256 is the hash of all of them in order, in hex. */
export async function finish(clip: string, chunks: number, sha256?: string): Promise<RecordingState> {
  const response = await send(`${at(clip)}/finish`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(sha256 === undefined ? { chunks } : { chunks, sha256 }),
    keepalive: true,
    signal: AbortSignal.timeout(finishMs),
  });
  return (await response.json()) as RecordingState;
}

/** Offers a WebRTC connection for the data channel; gives the answer's SDP. */
export async function openChannel(clip: string, offer: string, signal: AbortSignal): Promise<string> {
  const response = await send(`${at(clip)}/channel`, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: offer,
    signal,
  });
  return response.text();
}

/** tus 1.0: where to go on with an upload. */
export async function uploadOffset(url: string, signal?: AbortSignal): Promise<number> {
  const response = await send(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" }, ...(signal ? { signal } : {}) });
  return Number(response.headers.get("Upload-Offset") ?? 0);
}

/** tus 1.0: sends a stretch of a file; gives the new offset. */
export async function uploadPart(url: string, offset: number, size: number, part: Blob, signal: AbortSignal): Promise<number> {
  const response = await send(url, {
    method: "PATCH",
    headers: {
      "Content-Type": "application/offset+octet-stream",
      "Tus-Resumable": "1.0.0",
      "Upload-Offset": String(offset),
      "Upload-Length": String(size),
    },
    body: part,
    signal,
  });
  return Number(response.headers.get("Upload-Offset") ?? offset + part.size);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
