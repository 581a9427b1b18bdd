// What goes wrong while people record: the server dies, the browser dies, the line is cut, the sharing is ended, a device
// is refused. Nothing that was recorded may be lost, and people are told in words what happened.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";
import { beside, clipOf, cookieOf, finished, openRecorder, record, signIn, stop } from "./steps.mjs";

const tapCode = readFile(beside("pages/capture-tap.js"), "utf8");
const limit = { timeout: 180_000 };
let server, mic, cookie, storage;

before(async () => {
  server = await Server.start();
  mic = await micFile(join(root, "testdata/media/opus.webm"), server.data);
});
after(async () => {
  await server?.stop();
});

/** Signs a context in as the one person of this file. */
async function enter(context) {
  if (!cookie) {
    cookie = await signIn(server, context);
    storage = await context.cookies();
  } else {
    await context.addCookies(storage);
  }
}

/** A recorder that records its own voice, with a second account of what its encoder gives. */
async function recorder(t, { mode = "voice", carrier, context } = {}) {
  if (!context) {
    const launched = await launch({ mic });
    ({ context } = launched);
    t.after(() => launched.browser.close());
  }
  await enter(context);
  const page = await context.newPage();
  await page.addInitScript(await tapCode);
  await openRecorder(server, page, { mode, carrier });
  return page;
}

/** Waits until so many seconds are recorded. */
const recorded = (page, seconds) =>
  until(`${seconds} s are recorded`, () => page.evaluate((s) => performance.now() - tap.started > s * 1000, seconds), 90_000);

/** The server has, byte for byte, what the encoder gave. */
async function same(page, id) {
  const { json } = await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie });
  assert.equal(json.state, "finished");
  assert.equal(json.sha256, await page.evaluate(() => tap.hash()), "the server's bytes are not the encoder's");
}

describe("the server", () => {
  for (const carrier of ["channel", "http"]) {
    test(`is killed while a recording comes in over ${carrier}: the recording goes on, nothing is lost`, limit, async (t) => {
      const page = await recorder(t, { carrier });
      await record(page);
      const id = await clipOf(page);
      await recorded(page, 4);
      await server.kill();
      await page.getByText("The server is away. Recording goes on, nothing is lost.").waitFor({ timeout: 15_000 });
      await recorded(page, 6);
      await server.up();
      await page.getByText("Saved as you go").waitFor({ timeout: 30_000 });
      await recorded(page, 10);
      assert.equal(await stop(page), id);
      await same(page, id);
      const clip = await finished(server, id, cookie);
      assert.equal(clip.transcript_state, "done");
      assert.ok(clip.duration_ms > 9000, `${clip.duration_ms} ms of 10 s`);
    });
  }

  test("is down when a recording begins: it is completed when the server is back", limit, async (t) => {
    const page = await recorder(t);
    await server.kill();
    await record(page);
    await page.getByText("The server cannot be reached").waitFor();
    await recorded(page, 4);
    await page.getByRole("button", { name: "Stop" }).click();
    // Nobody waits on the page: the take is in the dock until the server is back.
    const dock = page.getByRole("region", { name: "Transfers" });
    await dock.getByText("The server is away; the rest is kept in this browser.").waitFor();
    await server.up();
    await dock.getByText("All sent").waitFor({ timeout: 60_000 });
    const id = (await dock.getByRole("link").getAttribute("href")).split("/c/")[1];
    await same(page, id);
    assert.equal((await finished(server, id, cookie)).transcript_state, "done");
  });
});

test("a browser that is offline for ten seconds loses nothing", limit, async (t) => {
  const page = await recorder(t, { carrier: "http" });
  await record(page);
  const id = await clipOf(page);
  await recorded(page, 3);
  await page.context().setOffline(true);
  await page.getByText("You are offline. Recording goes on, nothing is lost.").waitFor();
  await recorded(page, 13);
  await page.context().setOffline(false);
  await page.getByText("Saved as you go").waitFor({ timeout: 30_000 });
  assert.equal(await stop(page), id);
  await same(page, id);
  assert.ok((await finished(server, id, cookie)).duration_ms > 12_000);
});

test("an encoder that is slow to end is waited for", limit, async (t) => {
  const page = await recorder(t);
  await page.addInitScript(() => {
    const stop = MediaRecorder.prototype.stop;
    MediaRecorder.prototype.stop = function () {
      this.pause(); // it says nothing, and has something to give yet
      setTimeout(() => stop.call(this), 12_000);
    };
  });
  await page.reload();
  await record(page);
  const id = await clipOf(page);
  await recorded(page, 2);
  assert.equal(await stop(page), id); // what is left is sent from the dock
  const state = async () => (await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie })).json.state;
  await until("it is finished", async () => (await state()) === "finished", 60_000);
  await same(page, id);
});

test("a browser that is killed completes its take when it is started again", limit, async (t) => {
  const profile = join(server.data, "profile");
  const first = await launch({ mic, profile });
  t.after(() => first.context.close().catch(() => undefined)); // killed long ago, if all went well
  const page = await recorder(t, { context: first.context, carrier: "http" });
  await record(page);
  const id = await clipOf(page);
  await recorded(page, 3);
  await server.kill(); // what comes now is in the browser alone
  await recorded(page, 8);
  const bytes = await page.evaluate(() => tap.blobs.slice(0, -3).reduce((n, b) => n + b.size, 0));
  const pid = await browserProcess(profile);
  process.kill(pid, "SIGKILL");
  await until("the browser is dead", () => !alive(pid));
  await server.up();

  const second = await launch({ mic, profile });
  t.after(() => second.context.close());
  await enter(second.context);
  const again = await second.context.newPage();
  await again.goto(server.url);
  await again.getByText("Finishing an earlier recording").or(again.getByText("All sent")).waitFor({ timeout: 30_000 });
  const clip = await finished(server, id, await cookieOf(second.context));
  const { json } = await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie });
  assert.equal(json.state, "finished");
  assert.ok(json.bytes >= bytes, `${json.bytes} bytes on the server, the encoder had given ${bytes} a second before the end`);
  assert.ok(clip.duration_ms > 6000, `${clip.duration_ms} ms of 8 s`);
  await again.getByText("All sent").waitFor();
  const row = again.getByRole("region", { name: "Transfers" }).getByRole("listitem");
  const [, safe, total] = /(\d+) of (\d+) segments safe/.exec(await row.getByText(/segments safe/).textContent());
  assert.equal(safe, total);
  await row.getByText(/^Receipt: .* byte for byte what was recorded$/).click();
  await row.getByText(json.sha256).waitFor();
});

/** The process id of the browser that has a profile open: the target of the profile's lock ends with it. */
async function browserProcess(profile) {
  const { readlink } = await import("node:fs/promises");
  return Number((await readlink(join(profile, "SingletonLock"))).split("-").pop());
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("ending the sharing from the browser's bar saves the take and says so", limit, async (t) => {
  const { browser, context } = await launch({ mic, screenTitle: "Shared page" });
  t.after(() => browser.close());
  const shared = await context.newPage();
  await shared.setContent("<title>Shared page</title><h1>Something to see</h1>");
  const page = await recorder(t, { context, mode: "screen" });
  await record(page);
  const id = await clipOf(page);
  await recorded(page, 3);
  await shared.close(); // what is shared goes away: the same end as the button in the browser's bar
  await page.getByText("Screen sharing stopped. Your recording so far is saved.").waitFor();
  await page.waitForURL(`**/c/${id}*`, { timeout: 30_000 });
  await same(page, id);
  assert.equal((await finished(server, id, cookie)).state, "ready");
});

describe("what people are told", () => {
  const refusal = (page) => page.getByRole("alert");

  test("when they refuse the microphone", limit, async (t) => {
    const { browser, context } = await launch({ mic, permissions: [] });
    t.after(() => browser.close());
    const page = await recorder(t, { context });
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await refusal(page).getByText("This page may not use the microphone").waitFor();
    await refusal(page).getByText("allow the microphone, and press Record again").waitFor();
  });

  test("when there is no microphone", limit, async (t) => {
    const { browser, context } = await launch({ args: ["--use-fake-device-for-media-stream=device-count=0"] });
    t.after(() => browser.close());
    const page = await recorder(t, { context });
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
    });
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await refusal(page).getByText("No microphone was found").waitFor();
  });

  test("when the address is not secure", limit, async (t) => {
    const { browser, context } = await launch({ mic });
    t.after(() => browser.close());
    const ip = Object.values(networkInterfaces())
      .flat()
      .find((i) => i.family === "IPv4" && !i.internal)?.address;
    assert.ok(ip, "this machine has no address but its own loopback");
    const open = await Server.start({}, ip);
    t.after(() => open.stop());
    await signIn(open, context);
    const page = await context.newPage();
    await openRecorder(open, page, { mode: "voice" });
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await refusal(page).getByText("This address is not secure").waitFor();
    await refusal(page).getByText("set up https").waitFor();
  });
});
