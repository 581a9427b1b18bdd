import { describe, expect, it } from "vitest";
import { parseMarkdown, safeHref, type Block, type Inline } from "./markdown";

const inline = (source: string, options = {}): readonly Inline[] => {
  const [block] = parseMarkdown(source, options);
  return block?.kind === "paragraph" ? block.nodes : [];
};
const text = (t: string): Inline => ({ kind: "text", text: t });

describe("parseMarkdown", () => {
  it.each<[string, Inline[]]>([
    ["plain", [text("plain")]],
    ["a **bold** b", [text("a "), { kind: "strong", nodes: [text("bold")] }, text(" b")]],
    ["*it* and _it_", [{ kind: "em", nodes: [text("it")] }, text(" and "), { kind: "em", nodes: [text("it")] }]],
    ["**a *b* c**", [{ kind: "strong", nodes: [text("a "), { kind: "em", nodes: [text("b")] }, text(" c")] }]],
    ["`a*b*`", [{ kind: "code", text: "a*b*" }]],
    ["snake_case_name", [text("snake_case_name")]],
    ["2 * 3 * 4", [text("2 * 3 * 4")]],
    ["**open", [text("**open")]],
    ["\\*no\\*", [text("*no*")]],
    ["a\nb", [text("a"), { kind: "break" }, text("b")]],
    ["[docs](https://a.test/x)", [{ kind: "link", href: "https://a.test/x", text: "docs" }]],
    ["see https://a.test/b.", [text("see "), { kind: "link", href: "https://a.test/b", text: "https://a.test/b" }, text(".")]],
    ["at 1:23, ok", [text("at "), { kind: "time", text: "1:23", ms: 83_000 }, text(", ok")]],
    ["1:02:03", [{ kind: "time", text: "1:02:03", ms: 3_723_000 }]],
    ["1:2:3:4 and 11:22x", [text("1:2:3:4 and 11:22x")]],
    ["@maya hi", [{ kind: "mention", text: "@maya" }, text(" hi")]],
    ["mail a@b.test", [text("mail a@b.test")]],
  ])("%s", (source, nodes) => {
    expect(inline(source)).toEqual(nodes);
  });
  it("knows names of several words", () => {
    const nodes = inline("ask @Maya Okafor now", { names: ["Maya", "Maya Okafor"] });
    expect(nodes[1]).toEqual({ kind: "mention", text: "@Maya Okafor" });
  });
  it("leaves moments after the end as text", () => {
    expect(inline("9:99 14:00", { durationMs: 60_000 })).toEqual([text("9:99 14:00")]);
  });
  it("reads blocks", () => {
    expect(parseMarkdown("one\n\n- a\n- **b**\n\n1. x\n2) y\n```\n<b>\n```\nend")).toEqual<Block[]>([
      { kind: "paragraph", nodes: [text("one")] },
      { kind: "list", ordered: false, items: [[text("a")], [{ kind: "strong", nodes: [text("b")] }]] },
      {
        kind: "list",
        ordered: true,
        items: [[text("x")], [text("y")]],
      },
      { kind: "pre", text: "<b>" },
      { kind: "paragraph", nodes: [text("end")] },
    ]);
  });
  it("loses no letter of plain text", () => {
    const source = "a * b ** c _ d [e] (f) @ ` http:// 1: \\";
    expect(inline(source)).toEqual([text(source)]);
  });
  it("reads hostile text quickly", () => {
    const began = performance.now();
    for (const s of ["*", "_", "**a", "`", "[", "@", "1:23 ", "![](", "\\", "https://"])
      parseMarkdown(s.repeat(10_000 / s.length));
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe("links", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.test",
    "/relative",
    "https://bank.test@evil.test/",
    "https://",
    "&#106;avascript:alert(1)",
  ])("refuses %s", (href) => {
    expect(safeHref(href)).toBeUndefined();
    const all = JSON.stringify(parseMarkdown(`[x](${href})`));
    expect(all).not.toContain('"href":"javascript');
    expect(all).not.toContain('"href":"data');
  });
  it("takes the web and mail", () => {
    expect(safeHref("https://a.test/?q=1#x")).toBe("https://a.test/?q=1#x");
    expect(safeHref("mailto:a@b.test")).toBe("mailto:a@b.test");
  });
});
