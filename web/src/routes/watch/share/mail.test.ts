import { expect, test } from "vitest";
import type { Clip } from "../../../api/client";
import { mailText } from "./mail";

const clip = {
  title: `<img src=x onerror="alert('x')"> & co`,
  url: "https://baton.example.org/c/01hf7yat00tvwxyz0123456789",
  duration_ms: 83_000,
} as Clip;

test("a title stays the letters that it is", () => {
  const { html, plain } = mailText(clip, "https://baton.example.org/p.webp?v=1&w=2");
  expect(html).not.toContain("<img src=x");
  const page = new DOMParser().parseFromString(html, "text/html");
  expect(page.querySelectorAll("img")).toHaveLength(1);
  expect(page.querySelector("img")?.src).toBe("https://baton.example.org/p.webp?v=1&w=2");
  expect(page.querySelector("img")?.closest("a")?.href).toBe(clip.url);
  expect(page.querySelectorAll("a")[1]?.textContent).toBe(clip.title);
  expect(plain).toBe(`${clip.title} (1:23)\n${clip.url}\n`);
});

test("without a picture the words stand alone", () => {
  expect(mailText(clip, "").html).not.toContain("<img");
});
