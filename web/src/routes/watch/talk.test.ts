import { describe, expect, it } from "vitest";
import type { Comment } from "../../api/client";
import { applyComment, emojiCounts, momentReactions, removeComment, shownStrokes, threads } from "./talk";

const comment = (id: string, more: Partial<Comment> = {}): Comment => ({
  id,
  clip_id: "c",
  author: { id: "a", name: "A" },
  at_ms: 0,
  body: id,
  created_at: "2026-01-01T00:00:00Z",
  may_edit: false,
  may_delete: false,
  may_resolve: false,
  mentions: [],
  attachments: [],
  ...more,
});

describe("threads", () => {
  it("go by moment, answers by age below", () => {
    const all = [
      comment("4", { at_ms: 100, parent_id: "2" }),
      comment("3", { at_ms: 100, parent_id: "2" }),
      comment("2", { at_ms: 5000 }),
      comment("1", { at_ms: 100 }),
      comment("9", { at_ms: 7000, parent_id: "gone" }),
    ];
    expect(threads(all).map((t) => [t.root.id, t.replies.map((r) => r.id)])).toEqual([
      ["1", []],
      ["2", ["3", "4"]],
      ["9", []],
    ]);
  });
});

describe("changes", () => {
  it("arrive once, in whatever order", () => {
    const first = comment("1");
    const edited = comment("1", { body: "new", edited_at: "2026-01-01T00:00:01Z" });
    expect(applyComment(applyComment([], first), first)).toHaveLength(1);
    expect(applyComment(applyComment([], edited), first)[0]?.body).toBe("new");
    expect(applyComment([first], edited)[0]?.body).toBe("new");
  });
  it("leave an empty place where there are answers", () => {
    const all = [comment("1"), comment("2", { parent_id: "1" })];
    expect(removeComment(all, "1")[0]).toMatchObject({ deleted: true, body: "" });
    expect(removeComment(all, "2").map((c) => c.id)).toEqual(["1"]);
  });
});

describe("shownStrokes", () => {
  const stroke = { tool: "arrow" as const, colour: "#ff0000", points: [[0, 0] as number[], [1, 1] as number[]] };
  const said = [comment("1", { at_ms: 5000, drawing: { strokes: [stroke] } })];
  it.each([
    [5000, true, 1],
    [5040, true, 1],
    [5100, true, 0],
    [4990, false, 0],
    [6000, false, 1],
    [6600, false, 0],
  ])("at %d ms, paused %s: %d", (ms, paused, count) => {
    expect(shownStrokes(said, ms, paused)).toHaveLength(count);
  });
  it("leaves out what is resolved", () => {
    expect(shownStrokes([{ ...said[0], resolved_at: "2026-01-01T00:00:00Z" } as Comment], 5000, true)).toEqual([]);
  });
});

describe("reactions", () => {
  const all = [
    { emoji: "A", at_ms: 2000, count: 1, mine: true },
    { emoji: "B", at_ms: 2000, count: 3, mine: false },
    { emoji: "A", at_ms: 1000, count: 4, mine: false },
  ];
  it("are counted by moment and by emoji", () => {
    expect(momentReactions(all).map((m) => [m.at_ms, m.count, m.emoji[0]?.emoji])).toEqual([
      [1000, 4, "A"],
      [2000, 4, "B"],
    ]);
    expect(emojiCounts(all)).toEqual([
      { emoji: "A", count: 5, mine: true },
      { emoji: "B", count: 3, mine: false },
    ]);
  });
});
