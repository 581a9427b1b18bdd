import { expect, it } from "vitest";
import { marked } from "./answering.svelte";

it("begins at the start, speaks each section once, and forgets what was not meant", () => {
  let marks = marked([], "yesterday", 40);
  expect(marks).toEqual([{ section: "yesterday", start_ms: 0 }]);
  marks = marked(marks, "today", 400); // pressed at once: there was no yesterday
  expect(marks).toEqual([{ section: "today", start_ms: 0 }]);
  marks = marked(marks, "blockers", 5000.4);
  expect(marks).toEqual([
    { section: "today", start_ms: 0 },
    { section: "blockers", start_ms: 5000 },
  ]);
  expect(marked(marks, "today", 9000)).toBe(marks);
  expect(marked(marks, "yesterday", 5500)[1]).toEqual({ section: "yesterday", start_ms: 5000 });
});
