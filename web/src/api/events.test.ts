import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createListen, type EventHandlers } from "./events";

class FakeStream {
  readyState = 1;
  readonly #on = new Map<string, ((e: MessageEvent<string>) => void)[]>();
  constructor(readonly url: string) {}
  addEventListener(kind: string, f: unknown): void {
    this.#on.set(kind, [...(this.#on.get(kind) ?? []), f as (e: MessageEvent<string>) => void]);
  }
  close(): void {
    this.readyState = 2;
  }
  say(kind: string, data: unknown = {}, lastEventId = ""): void {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    for (const f of this.#on.get(kind) ?? []) f(new MessageEvent(kind, { data: text, lastEventId }));
  }
  /** The server's answer was no stream: EventSource gives up. */
  refuse(): void {
    this.close();
    this.say("error");
  }
}

/** Streams that were opened, and the names of what their listeners heard. */
function setUp() {
  const streams: FakeStream[] = [];
  const heard: string[] = [];
  const listen = createListen((url) => {
    const s = new FakeStream(url);
    streams.push(s);
    return s;
  });
  const newest = (): FakeStream => {
    const s = streams.at(-1);
    if (!s) throw new Error("no stream was opened");
    return s;
  };
  const handlers = (who = ""): EventHandlers => ({
    listening: () => heard.push(`${who}listening`),
    lost: () => heard.push(`${who}lost`),
    reset: () => heard.push(`${who}reset`),
    end: (reason) => heard.push(`${who}end: ${reason}`),
    "clip.segments": ({ duration_ms }) => heard.push(`${who}segments ${duration_ms}`),
    "comment.deleted": ({ id }) => heard.push(`${who}deleted ${id}`),
  });
  return { streams, heard, listen, newest, handlers };
}

describe("listen", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("passes on what the server says, and drops what it cannot read", () => {
    const { heard, listen, newest, handlers } = setUp();
    listen(handlers(), "c1");
    newest().say("open");
    newest().say("hello", {}, "5");
    newest().say("clip.segments", { id: "c1", duration_ms: 4000 }, "6");
    newest().say("comment.changed", "not json", "7");
    newest().say("comment.deleted", { clip_id: "c1", id: "x" }, "8");
    expect(newest().url).toBe("/api/v1/events?clip_id=c1");
    expect(heard).toEqual(["listening", "segments 4000", "deleted x"]);
  });

  it("comes back after a refusal with the id of the last event, at growing distances", () => {
    const { streams, heard, listen, newest, handlers } = setUp();
    listen(handlers(), "c1");
    newest().say("hello", {}, "41");
    newest().refuse();
    newest().say("error");
    expect(heard).toEqual(["listening", "lost"]);
    vi.advanceTimersByTime(2000);
    expect(newest().url).toBe("/api/v1/events?clip_id=c1&last_event_id=41");
    newest().refuse();
    vi.advanceTimersByTime(1500);
    const tries = streams.length;
    vi.advanceTimersByTime(4000);
    expect(streams.length).toBe(tries + 1);
    newest().say("open");
    expect(heard).toEqual(["listening", "lost", "listening"]);
  });

  it("tries at once when the device is on line again", () => {
    const { streams, listen, newest, handlers } = setUp();
    listen(handlers());
    for (let i = 0; i < 6; i++) {
      newest().refuse();
      vi.advanceTimersByTime(31_000);
    }
    newest().refuse();
    const tries = streams.length;
    dispatchEvent(new Event("online"));
    dispatchEvent(new Event("online"));
    expect(streams.length).toBe(tries + 1);
  });

  it("leaves coming back to the browser while it tries", () => {
    const { streams, heard, listen, newest, handlers } = setUp();
    listen(handlers());
    newest().say("hello", {}, "1");
    newest().readyState = 0;
    newest().say("error");
    vi.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(1);
    newest().say("open");
    expect(heard).toEqual(["listening", "lost", "listening"]);
  });

  it("goes on after a restart of the server, and stops after an end that is final", () => {
    const { streams, heard, listen, newest, handlers } = setUp();
    listen(handlers(), "c1");
    newest().say("hello", {}, "1");
    newest().say("end", { reason: "the server restarts", final: false });
    expect(newest().readyState).toBe(1);
    expect(heard).toEqual(["listening"]);
    newest().say("end", { reason: "you may not see this clip any more", final: true });
    expect(newest().readyState).toBe(2);
    vi.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(1);
    expect(heard.at(-1)).toBe("end: you may not see this clip any more");
    listen(handlers(), "c1"); // who asks anew is answered anew
    expect(streams).toHaveLength(2);
  });

  it("says that events are gone when the server begins anew", () => {
    const { heard, listen, newest, handlers } = setUp();
    listen(handlers());
    newest().say("hello", {}, "7");
    newest().say("reset", {}, "9");
    newest().readyState = 0;
    newest().say("error");
    newest().say("hello", {}, "2");
    expect(heard).toEqual(["listening", "reset", "lost", "reset", "listening"]);
  });

  it("shares one connection, and closes it after the last listener", async () => {
    const { streams, heard, listen, newest, handlers } = setUp();
    const first = listen(handlers("a "));
    newest().say("hello", {}, "1");
    const second = listen(handlers("b "));
    await Promise.resolve();
    newest().say("comment.deleted", { clip_id: "c", id: "x" }, "2");
    expect(heard).toEqual(["a listening", "b listening", "a deleted x", "b deleted x"]);
    listen(handlers("c "), "c1");
    expect(streams).toHaveLength(2);
    first();
    expect(streams[0]?.readyState).toBe(1);
    second();
    second();
    expect(streams[0]?.readyState).toBe(2);
    expect(streams[1]?.readyState).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(2);
  });
});
