import { describe, expect, it } from "vitest";
import type { Comment } from "../../api/client";
import { applyComment, removeComment, threads } from "./talk";

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
