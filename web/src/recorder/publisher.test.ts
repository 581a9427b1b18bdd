// @vitest-environment node
import "fake-indexeddb/auto";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { problemError } from "../api/client";
import { CarrierLost, type Carrier } from "./carrier";
import { ChannelCarrier } from "./channel";
import { Chunker } from "./chunker";
import { HttpCarrier } from "./http";
import { Publisher, TakeRefused, tooLarge, type PublisherNeeds } from "./publisher";
import { FakeServer } from "./server.fake";
import { Spool, type TakeRecord } from "./spool";

let server: FakeServer;
let spool: Spool;
let take: TakeRecord;
const clip = "01arz3ndektsv4rrffq69g5fav";
let names = 0;

beforeEach(async () => {
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  spool = await Spool.open(`publisher-${++names}`);
  take = {
    id: `take-${names}`,
    owner: "me",
    clipId: undefined,
    mimeType: "video/webm",
    kind: "screen",
    title: "",
    visibility: "private",
    startedAt: 0,
    total: undefined,
  };
  await spool.putTake(take);
});
afterEach(() => {
  spool.close();
  vi.unstubAllGlobals();
});

/** Records n chunks into the spool. */
async function record(n: number, size = 1000): Promise<Buffer> {
  const bytes = Buffer.from(randomBytes(n * size));
  const chunker = new Chunker(take.id, spool, () => undefined, fail);
  for (let i = 0; i < n; i++) chunker.add(new Blob([new Uint8Array(bytes.subarray(i * size, (i + 1) * size))]));
  expect(await chunker.settled()).toBe(n);
  return bytes;
}
const fail = (error: Error): never => {
  throw error;
};

function publisher(needs: Partial<PublisherNeeds> = {}): Publisher {
  return new Publisher(take, {
    spool,
    createClip: () => Promise.resolve(clip),
    carrier: "http",
    wait: () => Promise.resolve(),
    ...needs,
  });
}

/** Opens real carriers, the channel's other end being the fake server. */
function carriers(channel = () => server.channel()): NonNullable<PublisherNeeds["open"]> {
  return async (name, id, mimeType): Promise<Carrier> => {
    if (name === "http") return new HttpCarrier(id, mimeType, 5000);
    const carrier = new ChannelCarrier(channel(), () => undefined);
    await carrier.greet(mimeType, AbortSignal.timeout(1000));
    return carrier;
  };
}

describe.each(["http", "channel"] as const)("over %s", (carrier) => {
  test("every byte arrives in order, is verified, and leaves the spool", async () => {
    const bytes = await record(40, 70_000);
    const p = publisher({ carrier, open: carriers() });
    p.offer(40, 40);
    const receipt = await p.run();
    expect(server.bytes().equals(bytes)).toBe(true);
    expect(receipt).toMatchObject({ clipId: clip, chunks: 40, bytes: bytes.length, verified: true });
    expect(await spool.takes()).toEqual([]);
    expect(await spool.range(take.id)).toBeUndefined();
  });

  test("chunks are sent as they come", async () => {
    const p = publisher({ carrier, open: carriers() });
    const running = p.run();
    const bytes = await record(3);
    p.offer(3);
    await vi.waitFor(() => {
      expect(p.acknowledged).toBe(3);
    });
    p.offer(3, 3);
    await running;
    expect(server.bytes().equals(bytes)).toBe(true);
  });

  test("a chunk that arrived damaged is sent again", async () => {
    const bytes = await record(5);
    let damaged = 0;
    const real = spool.chunk.bind(spool);
    vi.spyOn(spool, "chunk").mockImplementation(async (t, seq) => {
      const c = await real(t, seq);
      return c && seq === 2 && damaged++ === 0 ? { ...c, data: c.data.slice(1) } : c;
    });
    const p = publisher({ carrier, open: carriers() });
    p.offer(5, 5);
    await p.run();
    expect(damaged).toBeGreaterThan(1);
    expect(server.bytes().equals(bytes)).toBe(true);
  });
});

test("a recording that began while the server was away gets its clip when it is back", async () => {
  await record(3);
  let away = 4;
  const createClip = vi.fn(() => (away-- > 0 ? Promise.reject(new TypeError("network")) : Promise.resolve(clip)));
  const p = publisher({ createClip });
  p.offer(3, 3);
  expect((await p.run()).clipId).toBe(clip);
  expect(createClip).toHaveBeenCalledTimes(5);
});

test("lost requests and lost answers are made good", async () => {
  const bytes = await record(30);
  let n = 0;
  server.fault = () => (++n % 4 === 0 ? "lost" : n % 7 === 0 ? "unanswered" : undefined);
  const p = publisher();
  p.offer(30, 30);
  await p.run();
  expect(server.bytes().equals(bytes)).toBe(true);
});

test("a node that does not know that it was overtaken gets no chunk that is stored, and the take goes on", async () => {
  const bytes = await record(20);
  let stale = 3;
  let cut = false;
  server.fault = ({ method, path, seq }) => {
    if (seq === 11) server.stored = 10; // and dropped here
    if (seq === 14 && !cut) {
      cut = true;
      return "lost";
    }
    if (cut && method === "GET" && path.endsWith("/recording") && stale-- > 0) {
      return Response.json({ state: "recording", next_seq: 3, stored_seq: 3, bytes: 3000, sha256: "" });
    }
    return undefined;
  };
  const p = publisher();
  p.offer(20, 20);
  await p.run();
  expect(stale).toBeLessThan(1);
  expect(server.bytes().equals(bytes)).toBe(true);
});

test("what a server turns out to have already is not sent again", async () => {
  const bytes = await record(20);
  let back = false;
  server.fault = ({ seq }) => {
    if (seq !== 4 || back) return undefined;
    back = true; // with more of it than was known, and all that in the object store
    for (let i = 4; i < 15; i++) server.chunks.push(new Uint8Array(bytes.subarray(i * 1000, (i + 1) * 1000)));
    server.stored = 15;
    return undefined;
  };
  const p = publisher();
  p.offer(20, 20);
  await p.run();
  expect(back).toBe(true);
  expect(server.bytes().equals(bytes)).toBe(true);
});

test("503 and 429 are waited out as long as the server says", async () => {
  await record(2);
  const waits: number[] = [];
  const answers = [server.refuse(503, "spool_full", { "Retry-After": "7" }), server.refuse(429, "busy", { "Retry-After": "3" })];
  server.fault = ({ seq }) => (seq === 0 ? answers.shift() : undefined);
  const p = publisher({
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  p.offer(2, 2);
  await p.run();
  expect(waits).toEqual([7000, 3000]);
});

test("pauses grow while nothing works and are short again afterwards", async () => {
  await record(2);
  const waits: number[] = [];
  let failures = 8;
  server.fault = () => (failures-- > 0 ? "lost" : undefined);
  const p = publisher({
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  p.offer(2, 2);
  await p.run();
  expect(waits[0]).toBeLessThan(400);
  expect(Math.max(...waits)).toBeLessThanOrEqual(13_000);
  expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0);
});

test("when another node takes over, it goes on from what that one has", async () => {
  const bytes = await record(20);
  const p = publisher();
  const running = p.run();
  p.offer(12);
  await vi.waitFor(() => {
    expect(p.acknowledged).toBe(12);
  });
  server.stored = 8;
  server.takeOver();
  p.offer(20, 20);
  await running;
  expect(server.bytes().equals(bytes)).toBe(true);
});

test("what the object store has leaves the spool, the rest and the last stay", async () => {
  await record(6);
  const p = publisher();
  void p.run().catch(() => undefined);
  server.stored = 4;
  p.offer(6);
  await vi.waitFor(async () => {
    expect(await spool.range(take.id)).toMatchObject({ first: 4, last: 5 });
  });
  p.stop();
});

test("a finish that misses chunks sends them; one with another hash is finished unverified", async () => {
  const bytes = await record(4);
  const p = publisher();
  let finishes = 0;
  server.fault = ({ path }) => {
    if (!path.endsWith("/finish")) return undefined;
    finishes++;
    if (finishes === 1) {
      server.chunks.length = 2;
      return server.refuse(409, "missing");
    }
    return finishes === 2 ? server.refuse(422, "sha256") : undefined;
  };
  p.offer(4, 4);
  expect((await p.run()).verified).toBe(false);
  expect(server.bytes().equals(bytes)).toBe(true);
});

test.each([
  [404, ""],
  [409, "different"],
  [409, "type"],
  [409, "finished"],
  [413, "recording_too_large"],
  [415, ""],
])("%i %s ends it, and the spool keeps everything", async (status, reason) => {
  await record(3);
  server.fault = ({ seq }) => (seq === 1 ? server.refuse(status, reason) : undefined);
  const p = publisher();
  p.offer(3, 3);
  await expect(p.run()).rejects.toThrow(TakeRefused);
  expect(await spool.range(take.id)).toMatchObject({ first: 0, last: 2 });
});

test("what a reply answers is gone: that ends it, a proxy without a way does not", async () => {
  await record(1);
  const gone = problemError(404, { title: "Not found", detail: "what this answers is gone" });
  let lost = 2;
  const createClip = () => Promise.reject(lost-- > 0 ? problemError(404, "<html>") : gone);
  const p = publisher({ createClip });
  p.offer(1, 1);
  await expect(p.run()).rejects.toThrow("what this answers is gone");
  expect(lost).toBe(-1);
  expect(await spool.range(take.id)).toMatchObject({ first: 0, last: 0 });
});

test("a person who was signed out meanwhile loses nothing", async () => {
  await record(3);
  let out = 5;
  server.fault = () => (out-- > 0 ? server.refuse(401, "") : undefined);
  const troubles: unknown[] = [];
  const p = publisher({ onprogress: (_, { trouble }) => troubles.push(trouble) });
  p.offer(3, 3);
  expect((await p.run()).chunks).toBe(3);
  expect(troubles).toContain("signed-out"); // the page says so
  expect(troubles.at(-1)).toBeUndefined();
});

test.each([
  [503, "disk_full", "disk-full"],
  [503, "spool_full", "store-away"],
  [503, "store_away", "store-away"],
  [429, "busy", "busy"],
  [503, "", "unwell"],
  [500, "", "unwell"],
  [401, "", "signed-out"],
] as const)("%i %s is told as %s until a chunk is taken", async (status, reason, trouble) => {
  await record(3);
  let left = 3;
  server.fault = ({ seq }) => (seq === 1 && left-- > 0 ? server.refuse(status, reason, { "Retry-After": "1" }) : undefined);
  const told: (string | undefined)[] = [];
  const p = publisher({ onprogress: (_, line) => told.push(line.trouble) });
  p.offer(3, 3);
  await p.run();
  expect(told).toContain(trouble);
  if (status !== 401) {
    const since = told.slice(told.indexOf(trouble), told.lastIndexOf(trouble));
    expect(since.every((t) => t === trouble)).toBe(true); // it does not flicker between the attempts
  }
  expect(told.at(-1)).toBeUndefined();
});

test("that the object store is away is told while chunks are taken, until it is back", async () => {
  await record(6);
  server.fault = ({ seq }) => {
    server.storeAway = seq !== undefined && seq >= 2 && seq < 4;
    return undefined;
  };
  const told: (string | undefined)[] = [];
  const p = publisher({
    open: (_, id, type) => Promise.resolve(Object.assign(new HttpCarrier(id, type, 5000), { window: 1 })),
    onprogress: (_, line) => told.push(line.trouble),
  });
  p.offer(6, 6);
  await p.run();
  expect(told.filter((t, i) => i === 0 || t !== told[i - 1])).toEqual([undefined, "store-away", undefined]);
});

test("of a recording that is too large the server makes a clip of what it has, and says why", async () => {
  await record(5);
  server.fault = ({ seq }) => (seq !== undefined && seq >= 3 ? server.refuse(413, "recording_too_large") : undefined);
  const told: unknown[] = [];
  const p = publisher({ onprogress: (_, { trouble, detail }) => told.push([trouble, detail]) });
  p.offer(5);
  const refused: unknown = await p.run().catch((error: unknown) => error);
  expect(refused instanceof TakeRefused && tooLarge(refused)).toBe(true);
  expect(server.finished?.chunks).toBe(3);
  expect(told.at(-1)).toEqual(["refused", "recording_too_large"]);
  expect(await spool.range(take.id)).toMatchObject({ last: 4 });
});

describe("the carrier is chosen at run time", () => {
  test("HTTP when WebRTC does not connect", async () => {
    const bytes = await record(10);
    const real = carriers();
    const p = publisher({
      carrier: "auto",
      open: (name, ...rest) => (name === "channel" ? Promise.reject(new CarrierLost("blocked")) : real(name, ...rest)),
    });
    p.offer(10, 10);
    await p.run();
    expect(server.bytes().equals(bytes)).toBe(true);
    expect(server.log.filter((l) => l.startsWith("PUT"))).toHaveLength(10);
  });

  test("HTTP when the channel dies with chunks under way", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "performance"] });
    try {
      const bytes = await record(20);
      const p = publisher({
        carrier: "auto",
        open: carriers(() => server.channel(({ seq }) => (seq >= 5 ? "deaf" : undefined))),
      });
      p.offer(20, 20);
      const running = p.run();
      await vi.waitFor(() => {
        expect(p.acknowledged).toBe(5);
      });
      vi.advanceTimersByTime(3500);
      await running;
      expect(server.bytes().equals(bytes)).toBe(true);
      expect(server.log).toContain("PUT 5");
    } finally {
      vi.useRealTimers();
    }
  });

  test("the channel again after a while, with HTTP carrying meanwhile", async () => {
    let now = 0;
    let blocked = true;
    const real = carriers();
    const used: string[] = [];
    const p = publisher({
      carrier: "auto",
      now: () => now,
      onprogress: (_, line) => used.push(line.carrier),
      open: (name, ...rest) => {
        if (name === "channel" && blocked) return Promise.reject(new CarrierLost("blocked"));
        return real(name, ...rest);
      },
    });
    const running = p.run();
    const bytes = await record(30);
    p.offer(10);
    await vi.waitFor(() => {
      expect(p.acknowledged).toBe(10);
    });
    expect(used).toContain("http");
    blocked = false;
    now = 20_000;
    p.offer(11);
    await vi.waitFor(() => {
      expect(used.at(-1)).toBe("channel");
    });
    p.offer(30, 30);
    await running;
    expect(server.bytes().equals(bytes)).toBe(true);
    expect(server.log).toContain("channel 29");
  });
});
