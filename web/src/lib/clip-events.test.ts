import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followClip, type ClipEvent } from "./clip-events";

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
  say(kind: string, data = "{}", lastEventId = ""): void {
    for (const f of this.#on.get(kind) ?? []) f(new MessageEvent(kind, { data, lastEventId }));
  }
}

describe("followClip", () => {
  const streams: FakeStream[] = [];
  const events: ClipEvent[] = [];
  let stop: () => void = () => undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    streams.length = events.length = 0;
    stop = followClip(
      "c1",
      (e) => events.push(e),
      (url) => {
        const s = new FakeStream(url);
        streams.push(s);
        return s;
      },
    );
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("passes on what the server says, and drops what it cannot read", () => {
    const s = streams[0];
    s?.say("open");
    s?.say("hello", "{}", "5");
    s?.say("clip.segments", '{"id":"c1","duration_ms":4000}', "6");
    s?.say("comment.changed", "not json", "7");
    s?.say("comment.deleted", '{"clip_id":"c1","id":"x"}', "8");
    s?.say("end", '{"reason":"the server restarts"}');
    expect(events).toEqual([
      { kind: "listening" },
      { kind: "clip.segments", durationMs: 4000 },
      { kind: "comment.deleted", id: "x" },
      { kind: "end", reason: "the server restarts" },
    ]);
  });

  it("comes back after a refusal with the id of the last event", () => {
    streams[0]?.say("hello", "{}", "41");
    streams[0]?.close();
    streams[0]?.say("error");
    expect(events.at(-1)).toEqual({ kind: "lost" });
    vi.advanceTimersByTime(1000);
    expect(streams[1]?.url).toBe("/api/v1/events?clip_id=c1&last_event_id=41");
    streams[1]?.close();
    streams[1]?.say("error");
    vi.advanceTimersByTime(1500);
    expect(streams).toHaveLength(2);
    vi.advanceTimersByTime(500);
    expect(streams).toHaveLength(3);
  });

  it("leaves coming back to the browser while it tries", () => {
    const s = streams[0];
    if (s) s.readyState = 0;
    s?.say("error");
    vi.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(1);
  });

  it("is silent once stopped", () => {
    streams[0]?.close();
    streams[0]?.say("error");
    stop();
    vi.advanceTimersByTime(60_000);
    expect(streams).toHaveLength(1);
  });
});
