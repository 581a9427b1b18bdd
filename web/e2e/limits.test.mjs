// What a server cannot take: its object store is away, its disk is full, it has enough recordings, or one is as long or as large as it
// allows. The recorder says what is the matter and what to do, and nothing is lost.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";
import { beside, clipOf, finished, openRecorder, record, signIn, stop } from "./steps.mjs";

const tapCode = readFile(beside("pages/capture-tap.js"), "utf8");
const limit = { timeout: 240_000 };
const type = "video/webm;codecs=vp9,opus";

/** A server with settings of its own, a browser that is signed in, and a recorder. */
class Scene {
  static async start(env) {
    const s = new Scene();
    s.server = await Server.start(env);
    s.mic = await micFile(join(root, "testdata/media/opus.webm"), s.server.data);
    Object.assign(s, await launch({ mic: s.mic, viewport: { width: 1440, height: 900 } }));
    s.cookie = await signIn(s.server, s.context);
    return s;
  }

  async stop() {
    await this.browser?.close();
    await this.server?.stop();
  }

  /** A page that records a voice, with a second account of what its encoder gives. */
  async recorder(carrier) {
    const page = await this.context.newPage();
    await page.addInitScript(await tapCode);
    await openRecorder(this.server, page, { mode: "voice", carrier });
    return page;
  }

  async clip(title) {
    const body = { kind: "screen", title, visibility: "private", mime_type: type };
    return (await this.server.api("POST", "/api/v1/clips", { cookie: this.cookie, body })).json.id;
  }

  /** Sends a chunk of a recording that is not the browser's. */
  chunk(clip, seq, bytes) {
    const digest = createHash("sha256").update(bytes).digest("base64");
    const headers = { "content-type": type, "content-digest": `sha-256=:${digest}:` };
    return this.server.api("PUT", `/api/v1/clips/${clip}/chunks/${seq}`, { cookie: this.cookie, body: bytes, headers });
  }

  async state(clip) {
    return (await this.server.api("GET", `/api/v1/clips/${clip}/recording`, { cookie: this.cookie })).json;
  }

  /** The server has, byte for byte, what the encoder gave. */
  async same(page, clip) {
    const state = await this.state(clip);
    assert.equal(state.state, "finished");
    assert.equal(state.sha256, await page.evaluate(() => tap.hash()), "the server's bytes are not the encoder's");
  }
}

const recorded = (page, seconds) =>
  until(`${seconds} s are recorded`, () => page.evaluate((s) => performance.now() - tap.started > s * 1000, seconds), 90_000);
const says = (page, text, timeout = 60_000) => page.getByText(text).first().waitFor({ timeout });

/** The process of a server's own object store. */
async function objectStore(server) {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const args = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (args.includes("internal-s3") && args.includes(server.data)) return Number(pid);
  }
  throw new Error("the object store does not run");
}

describe("a server whose store fails", () => {
  let scene;
  before(async () => {
    scene = await Scene.start({ BATON_SPOOL_BYTES: "5MiB" });
  });
  after(() => scene?.stop());

  for (const carrier of ["http", "channel"]) {
    test(
      `the object store is away, over ${carrier}: the page says so, and when the spool is full it keeps all`,
      limit,
      async (t) => {
        const page = await scene.recorder(carrier);
        await record(page);
        const id = await clipOf(page);
        await recorded(page, 2);
        const store = await objectStore(scene.server);
        process.kill(store, "SIGSTOP");
        t.after(() => process.kill(store, "SIGCONT"));
        await says(page, "The server's storage is away or slow. Recording goes on, nothing is lost.");
        await says(page, "Until the storage has caught up, what you record is kept on this computer");
        assert.equal((await scene.state(id)).trouble, "store_away");

        // Another recording fills what is left of the spool; then the browser keeps what it records to itself.
        const other = await scene.clip("fills the spool");
        let seq = 0;
        let answer;
        for (const size of [4 << 20, 1 << 18, 1 << 15, 1 << 12]) {
          while ((answer = await scene.chunk(other, seq, Buffer.alloc(size, 7))).status === 200) seq++;
        }
        assert.equal(answer.status, 503);
        assert.equal(answer.json.type, "/problems/spool-full");
        assert.ok(Number(answer.headers.get("retry-after")) > 0);
        const acknowledged = (await scene.state(id)).next_seq;
        await recorded(page, (await page.evaluate(() => performance.now() - tap.started)) / 1000 + 6);
        assert.ok((await scene.state(id)).next_seq <= acknowledged + 3, "a full spool took more");
        await says(page, "The server's storage is away or slow. Recording goes on, nothing is lost.");
        await look(page, `storage-away-${carrier}`);

        process.kill(store, "SIGCONT");
        await says(page, "Saved as you go", 90_000);
        assert.equal(await stop(page), id);
        await until("it is finished", async () => (await scene.state(id)).state === "finished", 90_000);
        await scene.same(page, id);
        await scene.server.api("DELETE", `/api/v1/clips/${other}`, { cookie: scene.cookie });
      },
    );
  }

  test("the disk is full: the page says so and who can help, and goes on when there is room", limit, async () => {
    const page = await scene.recorder("http");
    // What such a server answers; internal/chaos fills real disks.
    const full = { type: "/problems/disk-full", title: "Not available right now", status: 503, reason: "disk_full" };
    const refuse = (route) =>
      route.fulfill({
        status: 503,
        headers: { "retry-after": "1" },
        contentType: "application/problem+json",
        body: JSON.stringify(full),
      });
    await page.route("**/chunks/*", refuse);
    await record(page);
    await says(page, "The server's disk is full. Recording goes on, nothing is lost.");
    await says(page, "Whoever runs the server has to make room.");
    await recorded(page, 5);
    await look(page, "disk-full");
    await page.unroute("**/chunks/*", refuse);
    await says(page, "Saved as you go");
    const id = await stop(page);
    await scene.same(page, id);
  });
});

describe("a server that allows one recording at a time", () => {
  let scene;
  before(async () => {
    scene = await Scene.start({ BATON_MAX_RECORDINGS_PER_USER: "1" });
  });
  after(() => scene?.stop());

  test("the second waits in the browser, and is told why", limit, async () => {
    const first = await scene.clip("the first");
    const bytes = await readFile(join(root, "testdata/media/opus.webm"));
    assert.equal((await scene.chunk(first, 0, bytes.subarray(0, 1000))).status, 200);
    const page = await scene.recorder("http");
    await record(page);
    await says(page, "The server takes no more recordings just now. Recording goes on, nothing is lost.");
    await says(
      page,
      "The server says: you are recording already, and this server allows one person 1 at a time; finish one first.",
    );
    await look(page, "busy");
    await scene.server.api("POST", `/api/v1/clips/${first}/finish`, { cookie: scene.cookie, body: { chunks: 1 } });
    await says(page, "Saved as you go");
    const id = await stop(page);
    await until("it is finished", async () => (await scene.state(id)).state === "finished");
    await scene.same(page, id);
  });
});

test("as long as a recording may be: the page counts down to it, stops, and all of it is a clip", limit, async (t) => {
  const scene = await Scene.start({ BATON_MAX_RECORDING_LENGTH: "12s" });
  t.after(() => scene.stop());
  const page = await scene.recorder("http");
  await record(page);
  await says(page, "As much as this server takes: the recording is stopped in");
  await look(page, "limit-near");
  await page.waitForURL(/\/c\/[0-9a-z]{26}/, { timeout: 60_000 });
  await says(page, "This server takes no larger or longer recordings: yours was stopped here.");
  const id = page.url().match(/\/c\/([0-9a-z]{26})/)[1];
  await until("it is finished", async () => (await scene.state(id)).state === "finished");
  await scene.same(page, id);
  const clip = await finished(scene.server, id, scene.cookie);
  assert.ok(clip.duration_ms > 5000 && clip.duration_ms <= 13_500, `${clip.duration_ms} ms of at most 12 s`);
});

test(
  "larger than a server takes, recorded while it was down: what fits is a clip, the rest stays and can be saved",
  limit,
  async (t) => {
    const scene = await Scene.start({ BATON_MAX_RECORDING_BYTES: "60000" });
    t.after(() => scene.stop());
    const page = await scene.recorder("http");
    await scene.server.kill();
    await record(page);
    await until("it is too large", () => page.evaluate(() => tap.blobs.reduce((n, b) => n + b.size, 0) > 90_000), 120_000);
    await scene.server.up();
    await says(page, "The server does not take more of this recording: a recording has at most 60 kB here; finish it.");
    const dock = page.getByRole("region", { name: "Transfers" });
    await dock.getByRole("button", { name: "Save as a file" }).waitFor();
    await look(page, "too-large");
    const id = (await dock.getByRole("link").getAttribute("href")).split("/c/")[1];
    const clip = await finished(scene.server, id, scene.cookie);
    assert.ok(clip.duration_ms > 2000, `${clip.duration_ms} ms`);
    const state = await scene.state(id);
    assert.ok(state.state === "finished" && state.bytes <= 60_000, JSON.stringify(state));
  },
);

/** Looks at a page in both widths, where pictures are wanted; it is never wider than the screen. */
async function look(page, name) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    if (process.env.BATON_E2E_SHOTS)
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(process.env.BATON_E2E_SHOTS, `${name}-${width}-${colorScheme}.png`) });
      }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name} is wider than ${width} px`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}
