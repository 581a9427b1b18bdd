import { afterEach, expect, it, vi } from "vitest";
import { Watched } from "./watched.svelte";

// Outside a browser an address needs its server; the client takes Request when it is loaded.
vi.hoisted(() => {
  const Whole = globalThis.Request;
  globalThis.Request = class extends Whole {
    constructor(address: string | URL | Request, init?: RequestInit) {
      super(address instanceof Whole ? address : new URL(address, "http://localhost"), init);
    }
  };
});

class Stream {
  static newest: Stream | undefined;
  readyState = 1;
  readonly #on = new Map<string, (e: MessageEvent<string>) => void>();
  constructor() {
    Stream.newest = this;
  }
  addEventListener(kind: string, f: (e: MessageEvent<string>) => void): void {
    this.#on.set(kind, f);
  }
  close(): void {
    this.readyState = 2;
  }
  say(kind: string, data: object = {}): void {
    this.#on.get(kind)?.(new MessageEvent(kind, { data: JSON.stringify(data), lastEventId: "1" }));
  }
}

const cue = (no: number, text: string) => ({ no, start_ms: no * 1000, end_ms: no * 1000 + 900, text, words: [] });

/** A server with one clip that is being recorded; gives what was asked of it. */
function server(words: { all: object[]; state: string }): string[] {
  const asked: string[] = [];
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const part = pathname.split("/").slice(5).join("/");
    asked.push(part + search);
    const from = Number(searchParams.get("from_ms") ?? 0);
    const cues = words.all.filter((c) => (c as { end_ms: number }).end_ms >= from);
    const answers: Record<string, object> = {
      "": {
        id: "c1",
        state: "recording",
        transcript_state: words.state,
        duration_ms: 1,
        work: [],
        edit_no: 0,
        playback: { playable: true },
        may: {},
      },
      transcript: { state: words.state, language: "en", coverage: 1, progress: 0.5, cues },
      chapters: { chapters: [] },
      comments: { comments: [] },
      reactions: { reactions: [] },
    };
    return Promise.resolve(Response.json(answers[part] ?? {}));
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("reads of a growing transcript only what changed, and all of it when it is done", { timeout: 90_000 }, async () => {
  const words = { all: [cue(0, "one"), cue(1, "two")], state: "running" };
  const asked = server(words);
  const w = new Watched("c1");
  const close = w.open();
  const texts = () => w.transcript?.cues.map((c) => c.text).join(" ");
  await vi.waitUntil(() => Stream.newest, 20_000);
  Stream.newest?.say("hello");
  await vi.waitUntil(() => texts() === "one two", 20_000);

  asked.length = 0;
  words.all = [cue(0, "one"), cue(1, "two"), cue(2, "three")];
  Stream.newest?.say("transcript.changed", { id: "c1", from_ms: 2500 });
  Stream.newest?.say("transcript.changed", { id: "c1", from_ms: 2000 });
  await vi.waitUntil(() => texts() === "one two three", 20_000);
  expect(asked).toEqual(["transcript?from_ms=2000"]);

  // Anything may have changed.
  words.all = [cue(0, "won"), cue(1, "two"), cue(2, "three")];
  Stream.newest?.say("transcript.changed", { id: "c1", from_ms: 2900 });
  Stream.newest?.say("transcript.changed", { id: "c1" });
  await vi.waitUntil(() => texts() === "won two three", 20_000);
  expect(asked.filter((a) => a.startsWith("transcript"))).toEqual(["transcript?from_ms=2000", "transcript"]);

  // The end of a transcript tells that it is done: then the clip and the whole are read again.
  words.state = "done";
  words.all = [cue(0, "won"), cue(1, "to"), cue(2, "three")];
  Stream.newest?.say("transcript.changed", { id: "c1", from_ms: 2900 });
  await vi.waitUntil(() => texts() === "won to three" && w.clip?.transcript_state === "done", 20_000);
  close();
});
