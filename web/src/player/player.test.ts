import { describe, expect, it } from "vitest";
import { playsNatively } from "./engine";
import { actionFor, keyList, type Focus, type KeyPress } from "./keys";
import { holding, lastStarted, neighbour } from "./lookup";
import { loopFrom, loopNext, loopTo } from "./loop";
import { cluster } from "./markers";
import { lastPlayable, nextStep } from "./recovery";
import { rememberPlace, resumeAt } from "./resume";
import { frameStep, msAt, placeOf } from "./seek";
import { pauses, savedMs, Skipper, united } from "./silence";
import { clampSpeed, stepSpeed } from "./speed";
import { parseStoryboard } from "./storyboard";

const span = (start_ms: number, end_ms: number) => ({ start_ms, end_ms });

describe("lookup", () => {
  const cues = [span(0, 1000), span(1000, 2500), span(4000, 5000)];
  it.each([
    [-1, -1, -1],
    [0, 0, 0],
    [999, 0, 0],
    [1000, 1, 1],
    [3000, 1, -1],
    [4000, 2, 2],
    [9000, 2, -1],
  ])("at %d ms the last started is %d, the one that holds it %d", (ms, started, held) => {
    expect(lastStarted(cues, ms)).toBe(started);
    expect(holding(cues, ms)).toBe(held);
  });
  it("agrees with a search from the start", () => {
    const many = Array.from({ length: 500 }, (_, i) => span(i * 37, i * 37 + 30));
    for (let ms = -10; ms < 20_000; ms += 13) expect(lastStarted(many, ms)).toBe(many.findLastIndex((c) => c.start_ms <= ms));
  });
  it("goes to the chapter before or after", () => {
    const chapters = [span(0, 10_000), span(10_000, 20_000), span(20_000, 30_000)];
    expect(neighbour(chapters, 15_000, -1)).toBe(10_000);
    expect(neighbour(chapters, 11_000, -1)).toBe(0);
    expect(neighbour(chapters, 500, -1)).toBe(0);
    expect(neighbour(chapters, 15_000, 1)).toBe(20_000);
    expect(neighbour(chapters, 25_000, 1)).toBeUndefined();
    expect(neighbour([], 0, -1)).toBeUndefined();
  });
});

describe("silences", () => {
  it("keep a margin beside speech, and stay where little would be left", () => {
    const all = pauses([span(0, 2000), span(4000, 5300), span(6000, 9000), span(10_000, 15_000)], 15_000);
    expect(all).toEqual([span(0, 1750), span(6250, 8750), span(10_250, 15_000)]);
    expect(savedMs(all)).toBe(1750 + 2500 + 4750);
  });
  it("are put together with hesitations beside and inside them", () => {
    expect(united([span(5000, 8000)], [span(100, 400), span(7900, 8200), span(6000, 6300)], [])).toEqual([
      span(100, 400),
      span(5000, 8200),
    ]);
  });
  it("are jumped over, but not when somebody went into one", () => {
    const s = new Skipper();
    s.spans = [span(5000, 8000), span(10_000, 12_000)];
    expect(s.next(4000)).toBeUndefined();
    expect(s.next(5000)).toBe(8000);
    expect(s.next(8000)).toBeUndefined();
    s.went(10_500);
    expect(s.next(10_600)).toBeUndefined();
    expect(s.next(12_000)).toBeUndefined();
    expect(s.next(10_600)).toBe(12_000);
  });
});

describe("keys", () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });
  const at = (focus: Focus, more: { shortcuts?: boolean; paused?: boolean } = {}) => ({
    focus,
    shortcuts: true,
    paused: true,
    ...more,
  });
  it.each([
    [" ", "page", { kind: "toggle" }],
    ["k", "page", { kind: "toggle" }],
    ["K", "page", { kind: "toggle" }], // Caps Lock
    ["j", "control", { kind: "seek-by", seconds: -10 }],
    ["ArrowRight", "page", { kind: "seek-by", seconds: 5 }],
    ["ArrowUp", "player", { kind: "volume", step: 1 }],
    ["7", "page", { kind: "seek-share", share: 0.7 }],
    [".", "page", { kind: "frame", step: 1 }],
    ["?", "page", { kind: "keys" }],
    ["Escape", "control", { kind: "escape" }],
  ] as const)("%s on %s", (key, focus, action) => {
    expect(actionFor(press(key), at(focus))).toEqual(action);
  });
  it.each([
    [" ", "control"], // presses the button
    ["ArrowRight", "control"], // moves inside its group
    ["ArrowDown", "page"], // scrolls
    ["k", "text"],
    ["Escape", "text"],
    ["Tab", "page"],
    ["q", "page"],
  ] as const)("leaves %s on %s to the browser", (key, focus) => {
    expect(actionFor(press(key), at(focus))).toBeUndefined();
  });
  it("leaves what is held with Ctrl, Alt or Command to the browser, but for chapters", () => {
    expect(actionFor(press("f", { ctrlKey: true }), at("page"))).toBeUndefined();
    expect(actionFor(press("l", { metaKey: true }), at("page"))).toBeUndefined();
    expect(actionFor(press("ArrowLeft", { ctrlKey: true }), at("page"))).toEqual({ kind: "chapter", step: -1 });
    expect(actionFor(press("ArrowRight", { ctrlKey: true }), at("control"))).toEqual({ kind: "chapter", step: 1 });
    expect(actionFor(press("ArrowLeft", { altKey: true }), at("page"))).toBeUndefined(); // the browser's way back
    expect(actionFor(press("ArrowRight", { ctrlKey: true }), at("text"))).toBeUndefined(); // a word on
    expect(actionFor(press("N", { shiftKey: true }), at("page"))).toBeUndefined();
  });
  it("has no single keys when they are switched off, but the focused player keeps its own", () => {
    for (const key of ["k", " ", "3", "?", "ArrowLeft"])
      expect(actionFor(press(key), at("page", { shortcuts: false }))).toBeUndefined();
    expect(actionFor(press("ArrowLeft"), at("player", { shortcuts: false }))).toEqual({ kind: "seek-by", seconds: -5 });
    expect(actionFor(press(" "), at("player", { shortcuts: false }))).toEqual({ kind: "toggle" });
  });
  it("steps frames only in a still picture", () => {
    expect(actionFor(press(","), at("page", { paused: false }))).toBeUndefined();
  });
  it("lists every key once", () => {
    const keys = keyList.flatMap(([k]) => k);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("speed", () => {
  it("steps along the list and stays at its ends", () => {
    expect(stepSpeed(1, 1)).toBe(1.1);
    expect(stepSpeed(1, -1)).toBe(0.75);
    expect(stepSpeed(3, 1)).toBe(3);
    expect(stepSpeed(0.5, -1)).toBe(0.5);
    expect(stepSpeed(1.3, 1)).toBe(1.35);
    expect(clampSpeed(Number.NaN)).toBe(1);
    expect(clampSpeed(16)).toBe(3);
  });
});

describe("markers", () => {
  it("become one where they would overlap", () => {
    const items = [0, 100, 5000, 5200, 9999, 20_000].map((at_ms) => ({ at_ms }));
    const groups = cluster(items, 10_000, 0.05);
    expect(groups.map((g) => g.items.length)).toEqual([2, 2, 2]);
    expect(groups.map((g) => g.at)).toEqual([0, 0.5, 0.9999]);
  });
  it("sit at the start while the length is not known", () => {
    expect(cluster([{ at_ms: 4000 }], 0, 0.1)).toEqual([{ at: 0, items: [{ at_ms: 4000 }] }]);
  });
});

describe("storyboard", () => {
  const base = "https://b.test/api/v1/clips/x/storyboard.vtt?v=abc";
  it("is read", () => {
    const shots = parseStoryboard(
      "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\nstoryboard.jpg#xywh=0,0,160,90\n\n01:00:04.000 --> 01:00:08.000\nstoryboard.jpg#xywh=160,0,160,90\n",
      base,
    );
    expect(shots).toHaveLength(2);
    expect(shots[0]).toEqual({
      start_ms: 0,
      end_ms: 4000,
      url: "https://b.test/api/v1/clips/x/storyboard.jpg?v=abc",
      x: 0,
      y: 0,
      width: 160,
      height: 90,
    });
    expect(shots[1]?.start_ms).toBe(3_604_000);
  });
  it("drops what is broken or from elsewhere", () => {
    expect(
      parseStoryboard(
        "WEBVTT\n\n1 --> 2\nx.jpg#xywh=0,0,1,1\n\n00:00.000 --> 00:01.000\nhttps://evil.test/x.jpg#xywh=0,0,1,1\n",
        base,
      ),
    ).toEqual([]);
    expect(parseStoryboard("<html>", base)).toEqual([]);
  });
});

describe("resume", () => {
  it("remembers the middle of a clip, not its ends", () => {
    localStorage.clear();
    rememberPlace("a", 30_000, 60_000);
    expect(resumeAt("a")).toBe(30_000);
    rememberPlace("a", 59_000, 60_000);
    expect(resumeAt("a")).toBeUndefined();
    rememberPlace("a", 1000, 60_000);
    expect(resumeAt("a")).toBeUndefined();
  });
  it("forgets the oldest and survives foreign data", () => {
    for (let i = 0; i < 250; i++) rememberPlace(`c${i}`, 10_000, 60_000, localStorage, i);
    expect(resumeAt("c0")).toBeUndefined();
    expect(resumeAt("c249")).toBe(10_000);
    localStorage.setItem("baton.watched", '{"a":"x","b":[1],"c":[7000,1]}');
    expect(resumeAt("a")).toBeUndefined();
    expect(resumeAt("c")).toBe(7000);
    localStorage.setItem("baton.watched", "no");
    expect(resumeAt("c")).toBeUndefined();
  });
});

describe("loop", () => {
  it("goes back at its end", () => {
    const loop = loopTo(loopFrom(undefined, 5000), 8000);
    expect(loop).toEqual({ start_ms: 5000, end_ms: 8000 });
    expect(loopNext(loop, 7999, 60_000)).toBeUndefined();
    expect(loopNext(loop, 8000, 60_000)).toBe(5000);
    expect(loopNext(undefined, 8000, 60_000)).toBeUndefined();
  });
  it("keeps start before end", () => {
    expect(loopFrom({ start_ms: 0, end_ms: 4000 }, 5000)).toEqual({ start_ms: 5000, end_ms: undefined });
    expect(loopTo({ start_ms: 5000, end_ms: undefined }, 4000)).toEqual({ start_ms: 0, end_ms: 4000 });
    expect(loopNext({ start_ms: 5000, end_ms: undefined }, 59_990, 60_000)).toBe(5000);
  });
});

describe("seek", () => {
  it("goes to the frame that begins there", () => {
    expect(placeOf(0, 10_000)).toBe(0);
    expect(placeOf(7000, 10_000)).toBeCloseTo(7.0005, 6);
    expect(placeOf(99_000, 10_000)).toBeCloseTo(9.95, 6);
    expect(placeOf(-5, 10_000)).toBe(0);
    expect(placeOf(5000, 0)).toBeCloseTo(5.0005, 6);
  });
  it("steps to the frame beside, within the media", () => {
    expect(frameStep(1, 1, 10)).toBeCloseTo(31 / 30, 2);
    expect(frameStep(0, -1, 10)).toBe(0);
    expect(frameStep(9.99, 1, 10)).toBe(10);
    expect(frameStep(1, 1, NaN)).toBeCloseTo(31 / 30, 2);
    expect(frameStep(1, 1, Infinity)).toBeCloseTo(31 / 30, 2);
  });
  it("reads a place on the slider", () => {
    expect(msAt(150, 100, 200, 60_000)).toBe(15_000);
    expect(msAt(-10, 100, 200, 60_000)).toBe(0);
    expect(msAt(10, 0, 0, 60_000)).toBe(0);
  });
});

describe("recovery", () => {
  it("tries the network for ever, at growing distances", () => {
    const waits = [0, 1, 2, 3, 4, 5, 50]
      .map((n) => nextStep({ kind: "network", status: 0 }, n, 0))
      .map((s) => (s.act === "reload" ? s.afterMs : -1));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
    expect(nextStep({ kind: "network", status: 503 }, 0, 0)).toMatchObject({
      act: "reload",
      notice: { words: expect.stringContaining("503") as string },
    });
  });
  it("stops when the clip is gone or cannot be decoded", () => {
    expect(nextStep({ kind: "network", status: 404 }, 0, 0)).toMatchObject({ act: "stop", notice: { reason: "denied" } });
    expect(nextStep({ kind: "media" }, 0, 2)).toEqual({ act: "recover" });
    expect(nextStep({ kind: "media" }, 0, 3)).toMatchObject({ act: "stop", notice: { reason: "broken" } });
    expect(nextStep({ kind: "media", details: "manifestIncompatibleCodecsError" }, 0, 0)).toMatchObject({
      notice: { reason: "unsupported" },
    });
  });
});

describe("the end of a stream", () => {
  const [first, second] = [
    { start: 0, end: 4 },
    { start: 4, end: 8 },
  ];
  const third = { start: 8, end: 8.2, endList: true };
  it("is before segments that give nothing", () => {
    expect(lastPlayable([first, second, { ...third, gap: true }])).toBe(second);
    expect(lastPlayable([first, { ...second, gap: true }, { ...third, gap: true }])).toBe(first);
  });
  it("is the last segment's where that gives something, or more may come", () => {
    expect(lastPlayable([first, second, third])).toBeUndefined();
    expect(lastPlayable([first, { ...second, gap: true }, third])).toBeUndefined();
    expect(lastPlayable([first, { ...second, gap: true }])).toBeUndefined();
    expect(lastPlayable([{ ...third, gap: true }])).toBeUndefined();
    expect(lastPlayable([])).toBeUndefined();
  });
});

describe("engine", () => {
  it("leaves streams to the browser only where ManagedMediaSource is", () => {
    expect(playsNatively({})).toBe(false);
    expect(playsNatively({ ManagedMediaSource: Object })).toBe(true);
  });
});
