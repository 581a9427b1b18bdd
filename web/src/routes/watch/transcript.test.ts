import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/client";
import { marked, matches, sections, spoken, wordAt } from "./transcript";

const cue = (no: number, start_ms: number, text: string): Schemas["Cue"] => ({
  no,
  start_ms,
  end_ms: start_ms + 1000,
  text,
  words: [],
});

describe("sections", () => {
  const cues = [cue(0, 0, "a"), cue(1, 1000, "b"), cue(2, 2000, "c"), cue(3, 9000, "d")];
  const chapter = (start_ms: number, title: string) => ({ start_ms, end_ms: start_ms + 1000, title });
  it("put lines under their chapters", () => {
    const all = sections(cues, [chapter(900, "One"), chapter(5000, "Empty"), chapter(8000, "Two")]);
    expect(all.map((s) => [s.title, s.cues.map((c) => c.no)])).toEqual([
      ["", [0]],
      ["One", [1, 2]],
      ["Two", [3]],
    ]);
  });
  it("cut long talk without chapters, without repeating the title", () => {
    const all = sections(
      Array.from({ length: 130 }, (_, i) => cue(i, i * 1000, "x")),
      [chapter(0, "All")],
    );
    expect(all.map((s) => [s.title, s.cues.length])).toEqual([
      ["All", 40],
      ["", 40],
      ["", 40],
      ["", 10],
    ]);
  });
});

describe("search", () => {
  it("marks every place, whatever case and accents", () => {
    expect(marked("Café, cafe. CAFE!", "cafe").map((p) => p.hit)).toEqual([true, false, true, false, true, false]);
    expect(marked("abc", "")).toEqual([{ text: "abc", hit: false }]);
    expect(marked("a.b", ".")).toHaveLength(3);
  });
  it("loses no letter", () => {
    for (const text of ["İstanbul ist schön", "ﬁn fin", "", "ÅåÅ"]) {
      for (const w of ["i", "å", "fin", "zz"]) {
        expect(
          marked(text, w)
            .map((p) => p.text)
            .join(""),
        ).toBe(text);
      }
    }
  });
  it("counts hits, not lines", () => {
    expect(matches([cue(0, 0, "no no"), cue(1, 1, "yes"), cue(2, 2, "No.")], " no ")).toMatchObject({
      count: 3,
      cues: [{ no: 0 }, { no: 2 }],
    });
  });
});

describe("spoken", () => {
  const words = (...w: [string, number][]) => w.map(([text, start_ms]) => ({ text, start_ms, end_ms: start_ms + 100 }));
  it("finds the words in the text", () => {
    expect(spoken({ text: "Hi there, you.", words: words(["Hi", 0], ["there,", 200], ["you.", 500]) })).toEqual([
      { text: "Hi", start_ms: 0 },
      { text: " ", start_ms: undefined },
      { text: "there,", start_ms: 200 },
      { text: " ", start_ms: undefined },
      { text: "you.", start_ms: 500 },
    ]);
  });
  it("keeps a corrected text whole", () => {
    const parts = spoken({ text: "Hello you", words: words(["Hi", 0], ["you", 500]) });
    expect(parts.map((p) => p.text).join("")).toBe("Hello you");
    expect(parts.at(-1)).toEqual({ text: "you", start_ms: 500 });
  });
});

describe("wordAt", () => {
  const line = {
    text: "Well, hello there!",
    words: [
      { start_ms: 100, end_ms: 200, text: "Well," },
      { start_ms: 300, end_ms: 400, text: "hello" },
      { start_ms: 500, end_ms: 600, text: "there!" },
    ],
  };
  it("finds the word that was pressed", () => {
    expect([0, 3, 5, 6, 10, 12, 17].map((at) => wordAt(line, at))).toEqual([100, 100, 100, 300, 300, 500, 500]);
  });
  it("knows no time where no word has one", () => {
    expect(wordAt({ text: "typed by hand", words: [] }, 4)).toBeUndefined();
  });
});
