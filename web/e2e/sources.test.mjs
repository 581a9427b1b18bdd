// Every way a clip comes into being but the screen's, which the other tests use: the camera, the voice, a file that is
// dropped on the page; and a second person who watches while it is recorded.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";
import { clipOf, finished, openRecorder, record, signIn, stop } from "./steps.mjs";

const limit = { timeout: 240_000 };
const speech = join(root, "testdata/media/opus.webm");
let server, browser, context, cookie;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ mic: await micFile(speech, server.data), screenTitle: "Moving page" }));
  cookie = await signIn(server, context);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Waits until a time of the recording is on the page's title. */
const recorded = (page, seconds) =>
  until(`${seconds} s are recorded`, async () => Number(/ 0:(\d\d) /.exec(await page.title())?.[1] ?? 0) >= seconds, 90_000);

/** Plays what the watch page shows and waits until it goes on; gives the size of its picture. */
async function plays(page) {
  const play = page.getByRole("button", { name: /^Play/ }).first();
  await play.click({ timeout: 60_000 });
  return until(
    "it plays",
    async () => {
      const v = await page.evaluate(() => {
        const { currentTime, videoWidth } = document.querySelector("video") ?? { currentTime: 0 };
        return { time: currentTime, width: videoWidth };
      });
      return v.time > 0.5 ? v : null;
    },
    60_000,
  );
}

for (const [mode, kind] of [
  ["camera", "camera"],
  ["voice", "audio"],
]) {
  test(`a ${mode} take is recorded, stopped and played`, limit, async () => {
    const page = await context.newPage();
    await openRecorder(server, page, { mode });
    await record(page);
    await recorded(page, 4);
    const id = await stop(page);
    const { width } = await plays(page);
    const clip = await finished(server, id, cookie);
    assert.equal(clip.kind, kind);
    assert.equal(width > 0, mode === "camera", `a picture ${width} px wide`);
    assert.ok(clip.duration_ms > 3500, `${clip.duration_ms} ms of 4 s`);
    assert.equal(clip.transcript_state, "done");
    await page.close();
  });
}

test("a file that is dropped on the page becomes a clip, also when people go on to another page", limit, async () => {
  const page = await context.newPage();
  await openRecorder(server, page, { mode: "voice" });
  const data = (await readFile(speech)).toString("base64");
  const files = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], "A talk.webm", { type: "video/webm" }));
    return transfer;
  }, data);
  await page.dispatchEvent("main", "dragenter", { dataTransfer: files });
  await page.getByText("Drop videos or sound here").waitFor();
  await page.dispatchEvent("main", "drop", { dataTransfer: files });
  await page.getByRole("link", { name: "Close" }).click();
  const dock = page.getByRole("region", { name: "Transfers" });
  await dock.getByText("All sent").waitFor({ timeout: 60_000 });
  const link = dock.getByRole("link", { name: "A talk" });
  const id = (await link.getAttribute("href")).split("/c/")[1];
  await link.click();
  await page.waitForURL(`**/c/${id}`);
  const clip = await finished(server, id, cookie, 180_000);
  assert.equal(clip.kind, "upload");
  assert.equal(clip.title, "A talk");
  await plays(page);
  await page.close();
});

test("others watch while it is recorded, and the same page becomes the finished clip", limit, async (t) => {
  const screen = await context.newPage();
  await screen.setContent(`<title>Moving page</title><h1 style="font-size:120px"></h1><script>
    setInterval(() => (document.querySelector("h1").textContent = Date.now()), 40)</script>`);
  const page = await context.newPage();
  await openRecorder(server, page, { mode: "screen" });
  await record(page);
  const id = await clipOf(page);

  const second = await launch();
  t.after(() => second.browser.close());
  await second.context.addCookies(await context.cookies());
  const watcher = await second.context.newPage();
  await recorded(page, 4);
  await watcher.goto(`${server.url}/c/${id}`);
  await watcher.evaluate(() => (globalThis.sameDocument = true));
  await plays(watcher);
  await watcher.getByRole("button", { name: /live/i }).waitFor();
  const seen = await watcher.evaluate(() => document.querySelector("video").currentTime);
  await until("the watcher sees more", () =>
    watcher.evaluate((from) => document.querySelector("video").currentTime > from + 3, seen),
  );
  assert.equal((await server.api("GET", `/api/v1/clips/${id}`, { cookie })).json.state, "recording");

  await stop(page);
  await watcher.getByRole("button", { name: /live/i }).waitFor({ state: "detached", timeout: 60_000 });
  const clip = await finished(server, id, cookie);
  const length = await until("the player knows the whole length", () =>
    watcher.evaluate((ms) => {
      const { duration } = document.querySelector("video");
      return Math.abs(duration * 1000 - ms) < 1500 && duration;
    }, clip.duration_ms),
  );
  assert.ok(length > 7);
  assert.equal(await watcher.evaluate(() => globalThis.sameDocument), true, "the page was loaded again");
});
