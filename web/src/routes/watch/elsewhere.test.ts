import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Clip } from "../../api/client";
import { rememberPlace, resumeAt } from "../../player/resume";

const answers = vi.hoisted(() => ({ GET: vi.fn() }));
vi.mock("../../api/client", () => ({ api: answers, ok: (p: Promise<unknown>) => p }));
const { catchUp } = await import("./elsewhere");

// Only these two are looked at.
const clip = { id: "c", duration_ms: 60_000 } as Clip;

describe("going on elsewhere", () => {
  beforeEach(() => {
    localStorage.clear();
  });
  afterEach(() => {
    vi.resetAllMocks();
  });
  const there = (position_ms: number, ago_ms?: number) => answers.GET.mockResolvedValue({ ranges: [], position_ms, ago_ms });

  it("takes the newer of two places", async () => {
    rememberPlace("c", 10_000, 60_000, localStorage, Date.now() - 5000);
    there(30_000, 60_000);
    await catchUp(clip);
    expect(resumeAt("c")).toBe(10_000);
    there(30_000, 1000);
    await catchUp(clip);
    expect(resumeAt("c")).toBe(30_000);
  });
  it("begins anew where it was watched to its end elsewhere", async () => {
    rememberPlace("c", 10_000, 60_000, localStorage, Date.now() - 5000);
    there(59_900, 1000);
    await catchUp(clip);
    expect(resumeAt("c")).toBeUndefined();
  });
  it("keeps what is here when nothing is known there, or nobody answers", async () => {
    rememberPlace("c", 10_000, 60_000, localStorage, 1);
    there(0);
    await catchUp(clip);
    answers.GET.mockRejectedValue(new Error("offline"));
    await catchUp(clip);
    expect(resumeAt("c")).toBe(10_000);
  });
});
