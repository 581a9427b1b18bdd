import { expect, it } from "vitest";
import { changes } from "./changes";

const flat = (before: string, after: string): string =>
  changes(before, after)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "out" ? `[-${text.trim()}-]` : `{+${text.trim()}+}`))
    .join("");

it("tells words that went from words that came", () => {
  expect(flat("we run cooper netties here", "we run Kubernetes here")).toBe("we run [-cooper netties-]{+Kubernetes+}here");
  expect(flat("same words", "same words")).toBe("same words");
  expect(flat("", "new")).toBe("{+new+}");
  expect(flat("old", "")).toBe("[-old-]");
  expect(changes("a b c", "b c d").map((c) => c.kind)).toEqual(["out", "same", "in"]);
});
