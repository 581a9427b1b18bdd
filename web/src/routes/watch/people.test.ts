import { describe, expect, it } from "vitest";
import { matching, mentioned, typedName } from "./people";

const all = [
  { id: "1", name: "Ana" },
  { id: "2", name: "Ana Maria" },
  { id: "3", name: "Jonas de Vries" },
];

describe("typedName", () => {
  it.each([
    ["@an", 3, "an"],
    ["see @Ana M", 10, "Ana M"],
    ["mail a@b", 8, undefined],
    ["@", 1, ""],
    ["(@jo", 4, "jo"],
    ["@ana, ok", 8, undefined],
  ])("%s at %d", (text, caret, name) => {
    expect(typedName(text, caret)).toBe(name);
  });
});

describe("matching", () => {
  it("takes beginnings of names and of their words", () => {
    expect(matching(all, "an").map((p) => p.id)).toEqual(["1", "2"]);
    expect(matching(all, "vr").map((p) => p.id)).toEqual(["3"]);
    expect(matching(all, "zz")).toEqual([]);
  });
});

describe("mentioned", () => {
  it.each([
    ["hi @Ana Maria!", ["2"]],
    ["hi @ana", ["1"]],
    ["- @Jonas de Vries\n- **@Ana**", ["1", "3"]],
    ["mail ana@example.org", []],
    ["`@Ana`", []],
  ])("%s", (text, ids) => {
    expect(mentioned(text, all)).toEqual(ids);
  });
});
