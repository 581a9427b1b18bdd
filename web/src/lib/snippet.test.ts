import { describe, expect, it } from "vitest";
import { snippetParts } from "./snippet";

describe("snippetParts", () => {
  it("splits at marks and reads entities", () => {
    expect(snippetParts("the <mark>upload</mark> &amp; <mark>resume</mark> &lt;b&gt; don&#39;t &#x1F600;")).toEqual([
      { text: "the ", hit: false },
      { text: "upload", hit: true },
      { text: " & ", hit: false },
      { text: "resume", hit: true },
      { text: " <b> don't 😀", hit: false },
    ]);
  });

  it("keeps every other tag as text, and survives what is not well-formed", () => {
    expect(snippetParts("<img src=x onerror=alert(1)>")).toEqual([{ text: "<img src=x onerror=alert(1)>", hit: false }]);
    expect(snippetParts("a</mark>b<mark>c")).toEqual([
      { text: "a", hit: false },
      { text: "b", hit: false },
      { text: "c", hit: true },
    ]);
    expect(snippetParts("&nosuch; &#0; &#99999999; &amp;lt;")).toEqual([{ text: "&nosuch; &#0; &#99999999; &lt;", hit: false }]);
    expect(snippetParts("")).toEqual([]);
  });
});
