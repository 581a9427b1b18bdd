// Joining clips: somebody who may watch two of them makes a third, which is theirs and private, and has the words of both.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, playFrom, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
let server, browser, cookie, maker, page, talk, silent;

before(async () => {
  server = await Server.start();
  let context;
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, context);
  const theirs = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  maker = await join(server, cookie, theirs, "Max Member");
  const film = async (name, args) => {
    const to = path(server.data, name);
    await run("ffmpeg", [
      "-v",
      "error",
      ...args,
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      "60",
      "-pix_fmt",
      "yuv420p",
      to,
    ]);
    return await readFile(to);
  };
  const speech = path(root, "testdata/media/opus.webm");
  const picture = (size, seconds) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=30:d=${seconds}`];
  talk = await upload(
    server,
    cookie,
    await film("talk.mp4", [...picture("640x360", 10), "-i", speech, "-shortest", "-c:a", "aac"]),
    "Talk",
  );
  silent = await upload(server, cookie, await film("silent.mp4", picture("320x240", 4)), "Silent demo");
  await Promise.all([finished(server, talk, cookie), finished(server, silent, cookie)]);
  const cuts = [{ start_ms: 0, end_ms: 2000, kind: "hand" }];
  assert.equal((await api("PUT", `/api/v1/clips/${talk}/edits`, { cuts }, cookie)).status, 200);
  page = await theirs.newPage();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const api = (method, at, body, who = maker) => server.api(method, at, { cookie: who, body });
const words = async (id, who) => {
  const { json } = await api("GET", `/api/v1/clips/${id}/transcript`, undefined, who);
  return json.cues.flatMap((c) => c.words);
};

let made;
test("by keyboard alone: two clips that one may watch become a third", limit, async () => {
  await page.goto(`${server.url}/c/${silent}`);
  const more = page.getByRole("button", { name: "More about this clip" });
  await more.focus();
  await more.press("Enter");
  await page.getByRole("button", { name: "Join with other clips" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Join clips" });
  await dialog.getByLabel("Add a clip").fill("tal");
  const offered = dialog.getByRole("list", { name: "Clips to add" }).getByRole("button", { name: /Talk/ });
  await offered.press("Enter");
  await dialog.getByLabel("Add a clip").fill("");
  await dialog
    .getByRole("list", { name: "Clips to add" })
    .getByRole("button", { name: /Silent/ })
    .press("Enter");
  const parts = dialog.getByRole("list", { name: "Parts" }).getByRole("listitem");
  await until("three parts", async () => (await parts.count()) === 3);
  await lookAround(page, "stitch");
  await parts.nth(0).getByRole("button", { name: "Move Silent demo down" }).press("Enter");
  await until("the talk comes first", async () => /Talk/.test((await parts.nth(0).textContent()) ?? ""));
  await until("the focus went with it", () => page.evaluate(() => document.activeElement?.ariaLabel === "Move Silent demo down"));
  await parts.nth(2).getByRole("button", { name: "Take Silent demo out" }).press("Enter");
  await until("two parts", async () => (await parts.count()) === 2);
  await dialog.getByLabel("Title").fill("Both of them");
  await dialog.getByLabel("Title").press("Enter");
  await page.waitForURL((u) => /\/c\/[0-9a-z]{26}/.test(u.pathname) && !u.pathname.includes(silent), { timeout: 60_000 });
  made = page.url().match(/\/c\/([0-9a-z]{26})/)[1];
  await page.getByRole("heading", { name: "Both of them" }).waitFor({ timeout: 60_000 });
});

test("it has the words of both and nothing of what was cut out, and is its maker's own", limit, async () => {
  const clip = await finished(server, made, maker);
  assert.equal(clip.visibility, "private");
  assert.equal(clip.transcript_state, "done");
  assert.equal((await api("GET", `/api/v1/clips/${made}`, undefined, cookie)).status, 404);
  const [here, there] = [await words(made, maker), await words(talk, maker)];
  assert.deepEqual(
    here.map((w) => w.text),
    there.map((w) => w.text),
  );
  assert.ok(here.length < (await words(talk, cookie)).length, "what was cut out is in it");
  for (const [i, w] of here.entries())
    assert.ok(Math.abs(w.start_ms - (there[i].start_ms - 2000)) <= 100, `word ${i} is elsewhere`);
  const { chapters } = (await api("GET", `/api/v1/clips/${made}/chapters`)).json;
  assert.match(chapters[0].title, /^Talk/);
  assert.equal(chapters.at(-1).title, "Silent demo");
  const { played_ms } = (await api("GET", `/api/v1/clips/${talk}/edits`)).json;
  assert.ok(Math.abs(chapters.at(-1).start_ms - played_ms) <= 100, `${chapters.at(-1).start_ms} instead of ${played_ms}`);
  assert.ok(Math.abs(clip.duration_ms - played_ms - 4000) <= 150, `${clip.duration_ms} ms long`);
});

test("it plays over the joint", limit, async () => {
  const { chapters } = (await api("GET", `/api/v1/clips/${made}/chapters`)).json;
  const joint = chapters.at(-1).start_ms / 1000;
  await playFrom(server, page, made, Math.floor(joint - 1), joint + 1);
  await lookAround(page, "stitched");
});

test("it is made although the server is killed while it works on it, and the parts may go", limit, async () => {
  const again = await api("POST", `/api/v1/clips/${talk}/stitch`, { clip_ids: [silent, talk] });
  assert.equal(again.status, 201, again.text);
  await server.kill();
  await server.up();
  const clip = await finished(server, again.json.id, maker, 240_000);
  assert.equal(clip.title, "Talk + Silent demo and 1 more");
  for (const id of [talk, silent]) assert.equal((await api("DELETE", `/api/v1/clips/${id}`, undefined, cookie)).status, 204);
  const media = await api("GET", `/api/v1/clips/${made}/hls/source/seg-0.m4s`);
  assert.equal(media.status, 200);
  assert.ok((await words(made, maker)).length > 0);
});
