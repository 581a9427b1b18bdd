import { expect, test } from "vitest";
import type { Clip, Transcript } from "../../api/client";
import { kept, Timeline } from "../../player/timeline";
import { joinChapters, joinWords, partsWork } from "./parts";
import type { PlayedPart } from "./partsPlayer.svelte";
import { View } from "./view";

const word = (start_ms: number, text: string) => ({ start_ms, end_ms: start_ms + 400, text });
const said: Transcript = {
  state: "done",
  progress: 1,
  language: "en",
  coverage: 0.9,
  cues: [
    { no: 0, start_ms: 500, end_ms: 900, text: "Secret", words: [word(500, "Secret")] },
    { no: 1, start_ms: 1800, end_ms: 2900, text: "gone stays", words: [word(1500, "gone"), word(2500, "stays")] },
  ],
  silences: [{ start_ms: 3000, end_ms: 4000 }],
};

/** A clip of five seconds of which the first two are cut out, at a moment of the whole. */
function part(id: string, title: string, startMs: number): PlayedPart {
  const view = new View(kept([{ start_ms: 0, end_ms: 2000 }], 5000), new Timeline([{ start_ms: 0, end_ms: 5000 }]));
  return { clip: { id, title } as Clip, view, startMs, lengthMs: view.view.durationMs };
}

test("words of parts are where they are in the whole, without what was cut out", () => {
  const parts = [part("a", "One", 0), part("b", "", 3000), part("a", "One", 6000)];
  const all = joinWords(parts, new Map([["a", said]]));
  expect(all.cues.map((c) => [c.no, c.text, c.words[0]?.start_ms])).toEqual([
    [0, "stays", 500],
    [1, "stays", 6500],
  ]);
  expect(all.silences?.map((s) => s.start_ms)).toEqual([1000, 7000]);
  expect([all.language, all.coverage, all.state]).toEqual(["en", 0.9, "done"]);
  expect(joinWords(parts, new Map()).state).toBe("no_speech");
});

test("each part is a chapter", () => {
  const chapters = joinChapters([part("a", "One", 0), part("b", "", 3000)]);
  expect(chapters.map((c) => [c.start_ms, c.end_ms, c.title])).toEqual([
    [0, 3000, "One"],
    [3000, 6000, "Part 2"],
  ]);
});

test("a part is found in the stream that still holds what was cut out", () => {
  const { view } = part("a", "One", 0);
  expect(view.place(0)).toBe(2000);
  expect(view.at(2500).ms).toBeCloseTo(500, -1);
  expect(view.at(1000).jump).toBe(2000);
  expect(view.at(5000).jump).toBeUndefined(); // the stream ends there by itself
});

test("what the server is doing does not sound as if nothing could be watched", () => {
  const work = { kind: "import", state: "running", progress: 0.13 } as const;
  expect(partsWork(work)).toBe("Playing from its parts while it is made, 13 %");
  expect(partsWork({ ...work, state: "waiting", progress: 0 })).toBe("Playing from its parts while it is made");
  expect(partsWork({ ...work, state: "retrying", progress: 0, reason: "no space" })).toBe(
    "Playing from its parts while it is made, trying again: no space",
  );
  expect(partsWork({ ...work, kind: "thumbnails" })).toBe("Making the pictures 13 %");
});
