// What happens to a clip, heard while it happens (server-sent events, names as in domain/event.go).
import type { Comment } from "../api/client";

/** A comment as events carry it: without what depends on who asks. */
export type SaidComment = Omit<Comment, "may_edit" | "may_delete">;

export type ClipEvent =
  /** Listening has begun: nothing is missed from now on. */
  | { readonly kind: "listening" }
  /** Too much was missed: read everything again. */
  | { readonly kind: "reset" }
  /** Nothing is heard; the listener tries to come back by itself. */
  | { readonly kind: "lost" }
  /** The server has closed the stream and says why. */
  | { readonly kind: "end"; readonly reason: string }
  | { readonly kind: "clip.changed" | "clip.deleted" | "transcript.changed" | "chapters.changed" }
  | { readonly kind: "clip.segments"; readonly durationMs: number }
  | { readonly kind: "comment.changed"; readonly comment: SaidComment }
  | { readonly kind: "comment.deleted"; readonly id: string };

/** What is used of EventSource; tests have their own. */
export type OpenStream = (url: string) => Pick<EventSource, "addEventListener" | "close" | "readyState">;

const closed = 2; // EventSource.CLOSED, which is not there in every test environment

/**
 * Listens until the returned function is called. EventSource comes back by itself when the connection breaks, and sends the id of
 * the last event it got; when the server refuses it gives up, so we come back ourselves, at growing distances.
 */
export function followClip(
  clip: string,
  on: (e: ClipEvent) => void,
  open: OpenStream = (url) => new EventSource(url),
): () => void {
  let last = "";
  let tries = 0;
  let heard = false;
  let stream: ReturnType<OpenStream> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const start = () => {
    const from = last ? `&last_event_id=${last}` : "";
    const s = open(`/api/v1/events?clip_id=${clip}${from}`);
    stream = s;
    const each = (kind: string, make: (data: Record<string, unknown>) => ClipEvent | undefined) => {
      s.addEventListener(kind, (e) => {
        const message = e as MessageEvent<string>;
        last = message.lastEventId || last;
        const event = make(parse(message.data));
        if (event) on(event);
      });
    };
    s.addEventListener("open", () => {
      tries = 0;
      // With an id the server sends what was missed and no hello.
      if (last) on({ kind: "listening" });
    });
    each("hello", () => {
      const event: ClipEvent = heard ? { kind: "reset" } : { kind: "listening" };
      heard = true;
      return event;
    });
    each("reset", () => ({ kind: "reset" }));
    each("end", (d) => ({ kind: "end", reason: typeof d["reason"] === "string" ? d["reason"] : "" }));
    for (const kind of ["clip.changed", "clip.deleted", "transcript.changed", "chapters.changed"] as const)
      each(kind, () => ({ kind }));
    each("clip.segments", (d) =>
      typeof d["duration_ms"] === "number" ? { kind: "clip.segments", durationMs: d["duration_ms"] } : undefined,
    );
    each("comment.changed", (d) => (isComment(d["comment"]) ? { kind: "comment.changed", comment: d["comment"] } : undefined));
    each("comment.deleted", (d) => (typeof d["id"] === "string" ? { kind: "comment.deleted", id: d["id"] } : undefined));
    s.addEventListener("error", () => {
      on({ kind: "lost" });
      if (s.readyState !== closed) return;
      s.close();
      timer = setTimeout(start, Math.min(30_000, 1000 * 2 ** tries++));
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    stream?.close();
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? { ...data } : {};
  } catch {
    return {};
  }
}

function isComment(c: unknown): c is SaidComment {
  return typeof c === "object" && c !== null && "id" in c && "body" in c && "author" in c && "at_ms" in c;
}
