import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reportHeard } from "./heard";

function player(): { video: HTMLVideoElement; to: (...places: number[]) => void; fire: (name: string) => void } {
  const video = document.createElement("video");
  const place = { currentTime: 0, seeking: false, playbackRate: 1 };
  for (const key of ["currentTime", "seeking", "playbackRate"] as const)
    Object.defineProperty(video, key, { get: () => place[key], set: (v: never) => (place[key] = v) });
  const fire = (name: string): void => void video.dispatchEvent(new Event(name));
  const to = (...places: number[]): void => {
    for (const s of places) {
      place.currentTime = s;
      fire("timeupdate");
    }
  };
  return { video, to, fire };
}

describe("reportHeard", () => {
  const posts: [string, unknown][] = [];
  beforeEach(() => {
    posts.length = 0;
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (path: string, { body, keepalive }: RequestInit) => {
      expect(keepalive).toBe(true);
      posts.push([path, JSON.parse(body as string)]);
      return Promise.resolve(new Response(null, { status: 204 }));
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const both = (position_ms: number, ...spans: [number, number][]): [string, unknown][] => {
    const all = spans.map(([start_ms, end_ms]) => ({ start_ms, end_ms }));
    return [
      ["/api/v1/clips/a/heard", { spans: all }],
      ["/api/v1/clips/a/watched", { ranges: all, position_ms, took_ms: expect.any(Number) as number }],
    ];
  };

  it("tells what was played, and not what was jumped over, when it pauses", () => {
    const { video, to, fire } = player();
    const stop = reportHeard("a", video);
    to(0, 0.25, 0.5);
    fire("seeking");
    to(0.75, 1, 9, 9.5);
    video.currentTime = 9.75;
    fire("pause");
    expect(posts).toEqual(both(9750, [0, 500], [750, 1000], [9000, 9750]));
    stop();
    expect(posts).toHaveLength(2);
  });
  it("tells while it plays, and what is left in the end", () => {
    const { video, to } = player();
    const stop = reportHeard("a", video);
    vi.advanceTimersByTime(20_000);
    expect(posts).toEqual([]);
    to(2, 2.5);
    vi.advanceTimersByTime(4000);
    expect(posts).toEqual(both(2500, [2000, 2500]));
    to(3);
    video.currentTime = 0; // its source was taken away
    stop();
    expect(posts.slice(2)).toEqual(both(3000, [2500, 3000]));
    to(3.5, 4);
    vi.advanceTimersByTime(20_000);
    expect(posts).toHaveLength(4);
  });
});
