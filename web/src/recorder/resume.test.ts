// @vitest-environment node
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Chunker } from "./chunker";
import { FakeServer } from "./server.fake";
import { completeTakes, discardTake, takeAsFile, type Unfinished } from "./resume";
import { Spool, type TakeRecord } from "./spool";

let server: FakeServer;
let spool: Spool;
let held: string[];

beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  held = [];
  const request = async (name: string, _: unknown, act: (lock: object | null) => Promise<void>): Promise<void> => {
    await act(held.includes(name) ? null : {});
  };
  vi.stubGlobal("navigator", { locks: { request } });
  spool = await Spool.open();
});
afterEach(() => {
  spool.close();
  vi.unstubAllGlobals();
});

const fail = (error: Error): void => {
  throw error;
};

/** Leaves a take behind as a crash does: without a total. Its first chunks may be gone, stored by the server. */
async function leave(id: string, from: number, to: number, more: Partial<TakeRecord> = {}): Promise<void> {
  await spool.putTake({
    id,
    owner: "me",
    clipId: `clip-${id}`,
    mimeType: "video/x-matroska;codecs=avc1,opus",
    kind: "screen",
    title: "Stand-up",
    visibility: "private",
    startedAt: 0,
    total: undefined,
    ...more,
  });
  const chunker = new Chunker(id, spool, () => undefined, fail);
  for (let seq = 0; seq < to; seq++) {
    chunker.add(new Blob([new Uint8Array([seq, 1, 2])]));
    if (seq < from) server.chunks[seq] = new Uint8Array([seq, 1, 2]);
  }
  await chunker.settled();
  await spool.drop(id, from);
}

it("sends what a crash left, and says how much is safe", async () => {
  await leave("a", 3, 8);
  const heard: Unfinished[] = [];
  await completeTakes("me", (u) => heard.push(u));
  expect(server.chunks.length).toBe(8);
  expect(server.finished?.chunks).toBe(8);
  expect(heard.at(-1)).toMatchObject({
    id: "a",
    title: "Stand-up",
    safe: 8,
    total: 8,
    refused: undefined,
    receipt: { chunks: 8 },
  });
  expect(await spool.takes()).toEqual([]);
});

it("finishes a take of which the server has all that there was", async () => {
  await leave("a", 5, 5);
  await completeTakes("me", () => undefined);
  expect(server.finished?.chunks).toBe(5);
  expect(await spool.takes()).toEqual([]);
});

it("forgets what was begun and never recorded", async () => {
  await leave("a", 0, 0, { clipId: undefined });
  await completeTakes("me", () => undefined);
  expect(server.log).toEqual([]);
  expect(await spool.takes()).toEqual([]);
});

it("leaves a take alone that another tab is recording", async () => {
  await leave("a", 0, 2);
  held = ["baton-take-a"];
  await completeTakes("me", () => undefined);
  expect(server.log).toEqual([]);
  expect(await spool.takes()).toHaveLength(1);
});

it("keeps a take that the server will not have, as a file to save or to throw away", async () => {
  await leave("a", 0, 3);
  server.fault = () => new Response("{}", { status: 404 });
  const heard: Unfinished[] = [];
  await completeTakes("me", (u) => heard.push(u));
  expect(heard.at(-1)?.refused).toBeDefined();
  const file = await takeAsFile("a");
  expect(file?.name).toBe("Stand-up.mkv");
  expect(new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(new Uint8Array([0, 1, 2, 1, 1, 2, 2, 1, 2]));
  await discardTake("a");
  expect(await takeAsFile("a")).toBeUndefined();
  expect(await spool.takes()).toEqual([]);
});
