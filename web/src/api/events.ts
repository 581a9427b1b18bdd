// What changes on the server, as it happens: server-sent events of the workspace, or of one clip.
import type { Comment } from "./client";

/** The events of domain/event.go, with what they carry. */
export interface EventData {
  "clip.changed": { id: string };
  "clip.deleted": { id: string };
  "clip.segments": { id: string; duration_ms: number };
  "transcript.changed": { id: string };
  "chapters.changed": { id: string };
  "comment.changed": { clip_id: string; comment: Comment };
  "comment.deleted": { clip_id: string; id: string };
}

export type EventName = keyof EventData;

export type EventHandlers = { readonly [K in EventName]?: (data: EventData[K]) => void } & {
  /** Events were missed that nobody can send again: read everything again. */
  readonly reset?: () => void;
  /** The line is up, or is being made again. */
  readonly line?: (up: boolean) => void;
  /** The server closed the stream for good, e.g. because the clip became private. */
  readonly end?: (reason: string) => void;
};

const names: readonly EventName[] = [
  "clip.changed",
  "clip.deleted",
  "clip.segments",
  "transcript.changed",
  "chapters.changed",
  "comment.changed",
  "comment.deleted",
];
const firstPause = 2_000;
const longestPause = 30_000;

/**
 * Listens until the returned function is called. The browser reconnects by itself after a broken line and is sent
 * what it missed; after an answer that is no stream (a proxy's 502, say) it gives up, so we go on from the last event ourselves.
 */
export function listen(handlers: EventHandlers, clipId?: string): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  let pause = firstPause;

  const connect = (): void => {
    const query = new URLSearchParams();
    if (clipId) query.set("clip_id", clipId);
    if (last) query.set("last_event_id", last);
    const s = (source = new EventSource(`/api/v1/events?${query}`));
    s.onopen = () => {
      pause = firstPause;
      handlers.line?.(true);
    };
    s.onerror = () => {
      handlers.line?.(false);
      if (s.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, longestPause);
    };
    s.addEventListener("hello", (e: MessageEvent<string>) => {
      last = e.lastEventId;
    });
    s.addEventListener("reset", (e: MessageEvent<string>) => {
      last = e.lastEventId;
      handlers.reset?.();
    });
    s.addEventListener("end", (e: MessageEvent<string>) => {
      s.close();
      const data = read(e.data);
      handlers.end?.(typeof data === "object" && data !== null && "reason" in data ? String(data.reason) : "");
    });
    for (const name of names) {
      s.addEventListener(name, (e: MessageEvent<string>) => {
        last = e.lastEventId;
        const data = read(e.data);
        // The data is what the event's name says: both come from our server.
        if (data !== undefined) (handlers[name] as ((data: unknown) => void) | undefined)?.(data);
      });
    }
  };

  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not one of ours
  }
}
