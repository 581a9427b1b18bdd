// What changes on the server, as it happens: server-sent events of the workspace, or of one clip. Everybody in the page who
// wants the same events shares one connection, for browsers open few to a server.
import type { Comment } from "./client";

/** A comment as events carry it: without what depends on who asks. */
export type SaidComment = Omit<Comment, "may_edit" | "may_delete" | "may_resolve">;

/** The events of domain/event.go, with what they carry. A new kind is one line here and its name below. */
export interface EventData {
  "clip.changed": { readonly id: string };
  "clip.deleted": { readonly id: string };
  "clip.segments": { readonly id: string; readonly duration_ms: number };
  /** With a moment: what was over before it is as it was. */
  "transcript.changed": { readonly id: string; readonly from_ms?: number };
  "chapters.changed": { readonly id: string };
  "reactions.changed": { readonly id: string };
  "comment.changed": { readonly clip_id: string; readonly comment: SaidComment };
  /** A clip that answers the one with clip_id by voice or video. */
  "reply.changed": { readonly clip_id: string; readonly id: string };
  /** Somebody told me something, or I have read it. */
  "inbox.changed": object;
  "comment.deleted": { readonly clip_id: string; readonly id: string };
  /** I came into a space, or am no longer in it. */
  "space.changed": { readonly id: string };
  /** Somebody watches a clip of mine. */
  "views.changed": { readonly id: string };
  "ask.changed": { readonly id: string };
  "decision.changed": { readonly id: string };
  "blocker.changed": { readonly id: string };
  /** A round, or one time that it is held: opened, answered, closed. */
  "round.changed": { readonly id: string; readonly occurrence_id?: string };
}

export type EventName = keyof EventData;

const names: Readonly<Record<EventName, true>> = {
  "clip.changed": true,
  "clip.deleted": true,
  "clip.segments": true,
  "transcript.changed": true,
  "chapters.changed": true,
  "reactions.changed": true,
  "comment.changed": true,
  "reply.changed": true,
  "inbox.changed": true,
  "comment.deleted": true,
  "space.changed": true,
  "views.changed": true,
  "ask.changed": true,
  "decision.changed": true,
  "blocker.changed": true,
  "round.changed": true,
};

export type EventHandlers = { readonly [K in EventName]?: (data: EventData[K]) => void } & {
  /** Nothing is missed from now on. Comes again after each `lost`, when what was missed is on its way. */
  readonly listening?: () => void;
  /** Events were missed that nobody can send again: read everything again. */
  readonly reset?: () => void;
  /** Nothing is heard; the line is being made again. */
  readonly lost?: () => void;
  /** The server closed the line for good, e.g. because the clip became private: why. */
  readonly end?: (reason: string) => void;
};

/** What is used of EventSource; tests have their own. */
export type OpenStream = (url: string) => Pick<EventSource, "addEventListener" | "close" | "readyState">;

/** EventSource.CLOSED, which not every test environment has. */
const closed = 2;
const firstPause = 1_000;
const longestPause = 30_000;

/**
 * One connection and those who listen to it. EventSource comes back by itself when the connection breaks, with the id of the last
 * event it got; when it is refused (a proxy's 502, say) it gives up, so we come back ourselves, at growing distances.
 */
class Line {
  readonly #url: string;
  readonly #open: OpenStream;
  readonly #over: () => void;
  readonly #listeners = new Set<EventHandlers>();
  #stream: ReturnType<OpenStream> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = "";
  #tries = 0;
  #up: boolean | undefined;
  #heard = false;

  /** over is called when the line is closed for good, by its last listener or by the server. */
  constructor(url: string, open: OpenStream, over: () => void) {
    this.#url = url;
    this.#open = open;
    this.#over = over;
  }

  add(handlers: EventHandlers): void {
    this.#listeners.add(handlers);
    if (!this.#stream) this.#start();
    else if (this.#up) {
      queueMicrotask(() => {
        if (this.#up && this.#listeners.has(handlers)) handlers.listening?.();
      });
    }
  }

  remove(handlers: EventHandlers): void {
    if (this.#listeners.delete(handlers) && this.#listeners.size === 0) this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#retry);
    this.#stream?.close();
    this.#over();
  }

  #start(): void {
    const url = new URL(this.#url, location.origin);
    if (this.#last) url.searchParams.set("last_event_id", this.#last);
    const s = this.#open(url.pathname + url.search);
    this.#stream = s;
    s.addEventListener("open", () => {
      this.#tries = 0;
      // With an id the server sends what was missed, and no hello.
      if (this.#last) this.#setUp(true);
    });
    s.addEventListener("error", () => {
      this.#setUp(false);
      if (s.readyState === closed && s === this.#stream) this.#comeBack();
    });
    this.#on(s, "hello", () => {
      if (this.#heard) this.#tell((h) => h.reset?.());
      this.#setUp(true);
    });
    this.#on(s, "reset", () => {
      this.#tell((h) => h.reset?.());
    });
    this.#on(s, "end", (data) => {
      const { reason, final } = data as { reason?: string; final?: boolean };
      if (final !== true) return; // a restart, say: the connection breaks now, and EventSource comes back
      this.#close();
      this.#tell((h) => h.end?.(reason ?? ""));
      this.#listeners.clear();
    });
    for (const name of Object.keys(names) as EventName[]) {
      // The data is what the event's name says: both come from our server.
      this.#on(s, name, (data) => {
        this.#tell((h) => (h[name] as ((data: unknown) => void) | undefined)?.(data));
      });
    }
  }

  #on(s: ReturnType<OpenStream>, name: string, act: (data: object) => void): void {
    s.addEventListener(name, (e) => {
      const message = e as MessageEvent<string>;
      if (message.lastEventId) this.#last = message.lastEventId;
      const data = read(message.data);
      if (data) act(data);
    });
  }

  #setUp(up: boolean): void {
    this.#heard ||= up;
    if (up === this.#up) return;
    this.#up = up;
    this.#tell((h) => (up ? h.listening?.() : h.lost?.()));
  }

  #comeBack(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#retry, Math.min(longestPause, firstPause * 2 ** this.#tries++));
    addEventListener("online", this.#retry, { once: true });
  }

  readonly #retry = (): void => {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#retry);
    this.#stream?.close();
    this.#start();
  };

  #tell(what: (h: EventHandlers) => void): void {
    for (const h of [...this.#listeners]) what(h);
  }
}

/** Makes a listen of its own, with connections of its own. */
export function createListen(open: OpenStream): typeof listen {
  const lines = new Map<string, Line>();
  return (handlers, clipId) => {
    const url = clipId ? `/api/v1/events?clip_id=${clipId}` : "/api/v1/events";
    const line = lines.get(url) ?? new Line(url, open, () => lines.delete(url));
    lines.set(url, line);
    const own = { ...handlers }; // the same handlers may listen twice
    line.add(own);
    return () => {
      line.remove(own);
    };
  };
}

const listenHere = createListen((url) => new EventSource(url));

/** Listens to the workspace, or to one clip, until the returned function is called. */
export function listen(handlers: EventHandlers, clipId = ""): () => void {
  return listenHere(handlers, clipId);
}

function read(text: string): object | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? data : undefined;
  } catch {
    return undefined; // not one of ours
  }
}
