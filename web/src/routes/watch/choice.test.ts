import { describe, expect, it } from "vitest";
import { inLine, lined, moved, stretch, tokens, wordIn } from "./choice";

/** A line of words of 300 ms each, one second after the other. */
const line = (no: number, text: string, from = no * 10_000) => {
  const words = text.split(" ").map((t, i) => ({ text: t, start_ms: from + i * 1000, end_ms: from + i * 1000 + 300 }));
  return { no, text, words, start_ms: from, end_ms: words.at(-1)?.end_ms ?? from };
};
const cues = [line(0, "Good morning, everybody."), line(1, "Yes."), line(2, "We ship it today")];
const place = (l: number, word: number) => ({ line: l, word });

describe("tokens", () => {
  it("have their own times and places", () => {
    expect(tokens(line(0, "Good morning")).map((t) => [t.text, t.start_ms, t.end_ms, t.at])).toEqual([
      ["Good", 0, 300, 0],
      ["morning", 1000, 1300, 5],
    ]);
  });
  it("are the whole line where no word has a time", () => {
    expect(tokens({ no: 0, start_ms: 5, end_ms: 9, text: "typed by hand", words: [] })).toEqual([
      { text: "typed by hand", start_ms: 5, end_ms: 9, at: 0 },
    ]);
  });
  it("takes words with the same time and none that is not in the text", () => {
    const words = [
      { text: "a", start_ms: 1, end_ms: 2 },
      { text: "gone", start_ms: 2, end_ms: 3 },
      { text: "b", start_ms: 2, end_ms: 4 },
    ];
    expect(tokens({ no: 0, start_ms: 0, end_ms: 9, text: "a b", words }).map((t) => t.text)).toEqual(["a", "b"]);
  });
});

describe("moving", () => {
  it.each([
    [place(0, 2), 1, place(1, 0)],
    [place(1, 0), 1, place(2, 0)],
    [place(1, 0), -1, place(0, 2)],
    [place(0, 0), -1, place(0, 0)],
    [place(2, 3), 1, place(2, 3)],
    [place(0, 1), 4, place(2, 1)],
    [place(2, 0), -3, place(0, 1)],
  ])("%o by %i words", (from, by, to) => {
    expect(moved(cues, from, by)).toEqual(to);
  });
  it("goes up and down where it was along the line", () => {
    expect(lined(cues, place(0, 2), 1)).toEqual(place(1, 0));
    expect(lined(cues, place(0, 2), 2)).toEqual(place(2, 3));
    expect(lined(cues, place(0, 0), -1)).toEqual(place(0, 0));
  });
});

describe("a choice", () => {
  const back = { from: place(2, 1), to: place(0, 1) };
  it("has the times of its first and last word, whichever way it was made", () => {
    const there = stretch(cues, { from: place(0, 1), to: place(2, 1) });
    expect(there).toEqual({ at_ms: 1000, end_ms: 21_300, quote: "morning, everybody. Yes. We ship", count: 5 });
    expect(stretch(cues, back)).toEqual(there);
    expect(stretch(cues, { from: place(2, 1), to: place(2, 1) })).toEqual({
      at_ms: 21_000,
      end_ms: 21_300,
      quote: "ship",
      count: 1,
    });
  });
  it("tells of each line which of its words are in it", () => {
    expect(cues.map((c, i) => inLine(back, i, c))).toEqual([
      [1, 2],
      [0, 0],
      [0, 1],
    ]);
    expect(inLine({ from: place(1, 0), to: place(1, 0) }, 0, line(0, "x"))).toBeUndefined();
  });
  it("finds the word at a place of the text", () => {
    expect([0, 4, 5, 12, 14].map((at) => wordIn(line(0, "Good morning, everybody."), at))).toEqual([0, 0, 1, 1, 2]);
  });
});
