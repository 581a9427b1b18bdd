import { describe, expect, it } from "vitest";
import { fragment } from "./channel";
import { recallDevice, refusalKind, rememberDevice } from "./devices";
import { chooseType, videoBits } from "./encoding";
import { levelOf } from "./meter";

describe("fragment", () => {
  it("lays a message out as docs/protocol.md says", () => {
    const digest = Uint8Array.from({ length: 32 }, (_, i) => 200 + i);
    const chunk = { seq: 0x01020304, digest };
    const first = fragment(chunk, new Uint8Array([7, 8]), 0, 3);
    expect([...first]).toEqual([1, 1, 2, 3, 4, 0, 0, 0, 3, ...digest, 7, 8]);
    const last = fragment(chunk, new Uint8Array([9]), 2, 3);
    expect([...last]).toEqual([1, 1, 2, 3, 4, 0, 2, 0, 3, 9]);
  });
});

describe("refusalKind", () => {
  it.each([
    ["camera", "NotAllowedError", "denied"],
    ["screen", "NotAllowedError", "dismissed"],
    ["microphone", "NotFoundError", "missing"],
    ["camera", "OverconstrainedError", "missing"],
    ["microphone", "NotReadableError", "busy"],
    ["camera", "SecurityError", "denied"],
    ["screen", "TypeError", "unsupported"],
  ] as const)("%s %s is %s", (what, name, kind) => {
    expect(refusalKind(new DOMException("", name), what)).toBe(kind);
  });
});

describe("devices", () => {
  const there = [
    { id: "a", label: "Built-in" },
    { id: "b", label: "Yeti" },
  ];
  it("are found again by id, then by label", () => {
    rememberDevice("microphone", { id: "old", label: "Yeti" }, localStorage);
    expect(recallDevice("microphone", there, localStorage)).toEqual(there[1]);
    rememberDevice("microphone", { id: "a", label: "renamed" }, localStorage);
    expect(recallDevice("microphone", there, localStorage)).toEqual(there[0]);
    rememberDevice("microphone", { id: "x", label: "" }, localStorage);
    expect(recallDevice("microphone", [{ id: "y", label: "" }], localStorage)).toBeUndefined();
    localStorage.setItem("baton.devices", "{broken");
    expect(recallDevice("microphone", there, localStorage)).toBeUndefined();
  });
});

describe("chooseType", () => {
  it("takes Matroska first, never avc1 in MP4, and what there is else", () => {
    expect(chooseType(true, () => true)).toBe("video/x-matroska;codecs=avc1,opus");
    expect(chooseType(true, (t) => t.startsWith("video/mp4;codecs="))).toContain("avc3");
    expect(chooseType(true, (t) => t === "video/webm;codecs=vp8,opus")).toBe("video/webm;codecs=vp8,opus");
    expect(chooseType(false, (t) => t.startsWith("audio/"))).toBe("audio/webm;codecs=opus");
    expect(chooseType(true, () => false)).toBeUndefined();
  });
  it("bounds the rate", () => {
    expect(videoBits(1920, 1080)).toBe(2_500_000);
    expect(videoBits(1, 1)).toBe(600_000);
    expect(videoBits(7680, 4320)).toBe(4_000_000);
  });
});

describe("levelOf", () => {
  it("rises evenly with loudness", () => {
    const tone = (share: number) => levelOf(new Float32Array(1000).fill(share));
    expect([tone(0), tone(0.0005), tone(1)]).toEqual([0, 0, 1]);
    expect(tone(0.1)).toBeCloseTo(2 / 3, 5);
    expect(tone(0.01)).toBeCloseTo(1 / 3, 5);
    expect(levelOf(new Float32Array(0))).toBe(0);
  });
});
