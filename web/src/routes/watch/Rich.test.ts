import { render } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import Rich from "./Rich.svelte";

// What has slipped through renderers of comments elsewhere.
const corpus = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](vbscript:msgbox(1))",
  '[x](https://a.test/"onmouseover="alert(1))',
  '![x](https://a.test/x.png"onerror="alert(1))',
  "[<img src=x onerror=alert(1)>](https://a.test)",
  "**<b onclick=alert(1)>x</b>**",
  "`<script>alert(1)</script>`",
  "```\n<script>alert(1)</script>\n```",
  "- <a href=javascript:alert(1)>x</a>",
  "@<img src=x onerror=alert(1)>",
  "https://a.test/<script>alert(1)</script>",
  "https://a.test/'onclick='alert(1)",
  "<https://a.test onclick=alert(1)>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "\u202Ehttps://evil.test",
  "{@html '<img src=x onerror=alert(1)>'}",
  "*".repeat(300),
];

const allowed = new Set(["DIV", "P", "STRONG", "EM", "CODE", "PRE", "A", "B", "BR", "UL", "OL", "LI", "BUTTON"]);

describe("Rich", () => {
  it.each(corpus.map((text, i) => [i, text] as const))("shows no. %i as text", (_, text) => {
    const { container } = render(Rich, { text, seek: () => undefined });
    for (const el of container.querySelectorAll("*")) {
      expect(allowed).toContain(el.tagName);
      for (const a of el.attributes) expect(a.name).not.toMatch(/^(on|src|style)/);
    }
    for (const a of container.querySelectorAll("a")) expect(a.protocol).toMatch(/^(https?|mailto):$/);
  });

  it("shows what it knows, without spaces of its own", () => {
    const { container } = render(Rich, { text: "a**b**c, `d` and\nhttps://a.test/x.", seek: () => undefined });
    expect(container.textContent).toBe("abc, d andhttps://a.test/x.");
    expect(container.querySelector("a")?.rel).toContain("noopener");
  });

  it("goes to the moment of a time stamp", () => {
    const seek = vi.fn();
    const { getByRole } = render(Rich, { text: "look at 1:05", seek });
    getByRole("button", { name: /1:05/ }).click();
    expect(seek).toHaveBeenCalledWith(65_000);
  });
});
