import { beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../api/client";
import { throwAway, throwAwayRest } from "./thrown";

const answer = (status: number) => Promise.resolve({ error: { title: "No" }, response: new Response(null, { status }) }) as never;
const del = vi.spyOn(api, "DELETE");
const asked = () => del.mock.calls.map((c) => (c as unknown as [string, { params: { path: { id: string } } }])[1].params.path.id);

beforeEach(() => {
  localStorage.clear();
  del.mockReset().mockImplementation(() => answer(204));
});

describe("a take that is thrown away", () => {
  it("is deleted at once, and never again", async () => {
    expect(await throwAway("olga", "c1")).toBe(true);
    await throwAwayRest("olga");
    expect(asked()).toEqual(["c1"]);
    expect(localStorage.length).toBe(0);
  });

  it("is deleted at the next visit of its owner when the server is away", async () => {
    del.mockImplementation(() => Promise.reject(new TypeError("no network")));
    expect(await throwAway("olga", "c1")).toBe(false);
    await throwAwayRest("olga");
    del.mockReset().mockImplementation(() => answer(204));
    await throwAwayRest("mira");
    expect(asked()).toEqual([]);
    await throwAwayRest("olga");
    expect(asked()).toEqual(["c1"]);
    expect(localStorage.length).toBe(0);
  });

  it.each([
    [404, 0],
    [403, 0],
    [401, 1],
    [503, 1],
  ])("of which the server says %i is asked for %i more times", async (status, times) => {
    del.mockImplementation(() => answer(status));
    await throwAway("olga", "c1").catch(() => undefined);
    del.mockReset().mockImplementation(() => answer(204));
    await throwAwayRest("olga");
    expect(asked()).toHaveLength(times);
  });
});
