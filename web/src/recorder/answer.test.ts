import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../api/client";
import { partsOf, settleAnswer } from "./answer";
import type { TakeRecord } from "./spool";

const take: TakeRecord = {
  id: "take",
  owner: "me",
  clipId: "clip",
  mimeType: "audio/webm",
  kind: "audio",
  title: "",
  visibility: "workspace",
  startedAt: 0,
  total: 1,
  answers: {
    occurrence: "held",
    marks: [
      { section: "yesterday", start_ms: 0 },
      { section: "today", start_ms: 1500 },
    ],
  },
};
/** What the server says to a question about the occurrence. */
const says = (status: number) =>
  vi.spyOn(api, "GET").mockResolvedValue({ error: { title: "No" }, response: new Response(null, { status }) });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a take that answers a round", () => {
  it("takes the place of what was recorded, and leaves what was written", () => {
    const before = [
      { section: "today", text: "Tests", clip_id: "old", start_ms: 9 },
      { section: "blockers", text: "None" },
      { section: "yesterday", clip_id: "old" },
    ];
    expect(partsOf(take, ["yesterday", "today", "blockers"], before)).toEqual([
      { section: "today", text: "Tests", clip_id: "clip", start_ms: 1500 },
      { section: "blockers", text: "None" },
      { section: "yesterday", clip_id: "clip", start_ms: 0 },
    ]);
  });

  it("leaves out what the round asks no more", () => {
    expect(partsOf(take, ["today"], [{ section: "lunch", text: "Soup" }])).toEqual([
      { section: "today", clip_id: "clip", start_ms: 1500 },
    ]);
  });

  it("is tried again when the server is away, and given up when it says no", async () => {
    says(503);
    await expect(settleAnswer(take)).rejects.toThrow();
    says(409);
    await expect(settleAnswer(take)).resolves.toBeUndefined();
    const asked = says(200).mockClear();
    await settleAnswer({ ...take, clipId: undefined });
    expect(asked).not.toHaveBeenCalled();
  });
});
