import { afterEach, expect, test, vi } from "vitest";
import { go, here, start } from "./router.svelte";

const page = { default: () => ({}) };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a page whose code cannot be fetched now comes when the server is back", async () => {
  vi.useFakeTimers();
  let away = true;
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => (away ? Promise.reject(new TypeError("away")) : Promise.resolve({ ok: true })));
  const load = vi.fn(() => (away ? Promise.reject(new TypeError("no code")) : Promise.resolve(page)));
  await start([
    { path: /^\/c\/(?<id>\w+)$/, audience: "all", load: load },
    { path: /./, audience: "all", load: () => Promise.resolve(page) },
  ]);
  const gone = go("/c/1");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(here.path).not.toBe("/c/1");
  expect(load.mock.calls.length).toBeGreaterThan(2);
  away = false;
  await vi.advanceTimersByTimeAsync(5000);
  await gone;
  expect(here.path).toBe("/c/1");
  expect(here.params).toEqual({ id: "1" });
});
