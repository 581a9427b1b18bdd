import { expect, it } from "vitest";
import type { Transcript } from "../../api/client";
import { joined } from "./tail";

const cue = (no: number, start_ms: number, end_ms: number, text: string) => ({ no, start_ms, end_ms, text, words: [] });
const span = (start_ms: number, end_ms: number) => ({ start_ms, end_ms });
const transcript = (rest: Partial<Transcript>): Transcript => ({
  state: "running",
  language: "en",
  coverage: 1,
  progress: 0.5,
  cues: [],
  ...rest,
});

it("keeps what was over, and takes the rest as it is now", () => {
  const had = transcript({
    cues: [cue(0, 0, 900, "one"), cue(1, 1000, 2000, "two"), cue(2, 2000, 3000, "old")],
    draft: [{ start_ms: 3000, end_ms: 3500, text: "perhaps", words: [] }],
    speech: [span(0, 900), span(1000, 1900)],
    silences: [span(900, 1000)],
  });
  const tail = transcript({
    progress: 0.7,
    // A line that ends at the very moment is sent again.
    cues: [cue(1, 1000, 2000, "two"), cue(2, 2000, 3100, "new"), cue(3, 3200, 4000, "more")],
    // Speech that had ended before the moment went on.
    speech: [span(1000, 4000)],
    silences: [],
    fillers: [span(3100, 3200)],
  });
  const now = joined(had, tail, 2000);
  expect(now.cues.map((c) => `${c.no} ${c.text}`)).toEqual(["0 one", "1 two", "2 new", "3 more"]);
  expect(now.speech).toEqual([span(0, 900), span(1000, 4000)]);
  expect(now.silences).toEqual([span(900, 1000)]);
  expect(now.fillers).toEqual([span(3100, 3200)]);
  expect(now.draft).toBeUndefined();
  expect(now.progress).toBe(0.7);
});

it("loses nothing when nothing came", () => {
  const had = transcript({ cues: [cue(0, 0, 900, "one")], lost: [span(100, 200)] });
  const now = joined(had, transcript({}), 5000);
  expect(now.cues).toEqual(had.cues);
  expect(now.lost).toEqual(had.lost);
});
