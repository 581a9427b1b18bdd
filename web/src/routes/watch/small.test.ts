import { describe, expect, it } from "vitest";
import { keepDraft, readDraft } from "./drafts";
import { momentURL } from "./link";
import { workWords } from "./work";

describe("drafts", () => {
  it("survive until they are sent", () => {
    localStorage.clear();
    keepDraft("c", { body: "half", at_ms: 1200, end_ms: undefined });
    expect(readDraft("c")).toMatchObject({ body: "half", at_ms: 1200, end_ms: undefined });
    const stroke = { tool: "pen", colour: "#ff0000", points: [[0, 0]] } as const;
    keepDraft("c", { body: "", strokes: [stroke], private: true });
    expect(readDraft("c")).toMatchObject({ body: "", strokes: [stroke], private: true });
    keepDraft("c", { body: "  " });
    expect(readDraft("c")).toBeUndefined();
  });
  it.each(["no json", "null", "[]", '{"body":5}', '{"body":""}'])("drops %s", (text) => {
    localStorage.setItem("baton.draft.x", text);
    expect(readDraft("x")).toBeUndefined();
  });
});

describe("momentURL", () => {
  it.each([
    [undefined, "https://b.test/c/1"],
    [0, "https://b.test/c/1"],
    [13_000, "https://b.test/c/1?t=13"],
    [13_250, "https://b.test/c/1?t=13.3"],
  ])("%s ms", (ms, url) => {
    expect(momentURL("https://b.test/c/1", ms)).toBe(url);
  });
});

describe("workWords", () => {
  it("says what is done, with a figure, and why not", () => {
    expect(workWords({ kind: "transcribe", state: "running", progress: 0.624 })).toBe("Making the transcript 62 %");
    expect(workWords({ kind: "ladder", state: "waiting", progress: 0 })).toBe("Smaller versions come later");
    expect(workWords({ kind: "transcribe", state: "failed", progress: 0, reason: "no sound" })).toBe(
      "There is no transcript: no sound",
    );
  });
});
