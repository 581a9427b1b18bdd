// Joining clips: somebody who may watch two of them makes a third, which is theirs and private, and has the words of both.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, playFrom, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
let server, browser, cookie, owners, maker, page, talk, silent, tools, film;

/** Media is made only while this file is not there. */
const hold = () => path(tools, "hold");
before(async () => {
  tools = await mkdtemp(path(tmpdir(), "bt-tools-"));
  const { stdout } = await run("sh", ["-c", "command -v ffmpeg"]);
  const slow = `#!/bin/sh\nwhile [ -e "${hold()}" ]; do /bin/sleep 0.1; done\nexec ${stdout.trim()} "$@"\n`;
  await writeFile(path(tools, "ffmpeg"), slow);
  await chmod(path(tools, "ffmpeg"), 0o755);
  server = await Server.start({ PATH: `${tools}:${process.env.PATH}` });
  ({ browser, context: owners } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, owners);
  const theirs = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  maker = await join(server, cookie, theirs, "Max Member");
  film = async (name, args) => {
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
  await rm(tools, { recursive: true, force: true });
  await browser?.close();
  await server?.stop();
});

const picture = (size, seconds) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=30:d=${seconds}`];

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
  // Enter takes what was found, and joins nothing yet.
  await dialog.getByLabel("Add a clip").fill("tal");
  const offered = dialog.getByRole("list", { name: "Clips to add" }).getByRole("button", { name: /Talk/ });
  await offered.waitFor({ timeout: 60_000 });
  await dialog.getByLabel("Add a clip").press("Enter");
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
  await until("the focus is in the list", () => page.evaluate(() => document.activeElement?.closest("ol") !== null));
  // Before anything is made it plays as it will be.
  await dialog.getByRole("button", { name: "Watch it now" }).press("Enter");
  const preview = dialog.getByRole("region", { name: "How it will be" });
  await preview.getByRole("button", { name: /^Play, / }).press("Enter", { timeout: 60_000 });
  const slider = preview.getByRole("slider", { name: "Place in the clip" });
  await until("it plays", async () => Number(await slider.getAttribute("aria-valuenow")) >= 1, 60_000);
  await slider.press("End");
  await until("it is at its end", async () => /Silent demo/.test(await slider.getAttribute("aria-valuetext")), 60_000);
  await lookAround(page, "stitch-preview");
  await dialog.getByRole("button", { name: "Close the player" }).press("Enter");
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

/** Where the player says it is, in seconds. */
const place = async (on) => Number(await on.getByRole("slider", { name: "Place in the clip" }).getAttribute("aria-valuenow"));

test("while it is made it plays from its parts, and goes on as the made clip where it is", limit, async () => {
  const own = await upload(server, maker, await film("own.mp4", picture("480x270", 12)), "My own");
  await finished(server, own, maker);
  assert.equal((await api("PATCH", `/api/v1/clips/${own}`, { visibility: "private" })).status, 200);
  await writeFile(hold(), "");
  const { json } = await api("POST", `/api/v1/clips/${talk}/stitch`, { clip_ids: [own, silent], title: "All at once" });
  assert.equal((await api("PATCH", `/api/v1/clips/${json.id}`, { visibility: "workspace" })).status, 200);

  // Who may not watch one of the parts sees how far it is, and learns nothing of that part.
  const { parts } = (await api("GET", `/api/v1/clips/${json.id}/parts`, undefined, cookie)).json;
  assert.deepEqual(
    parts.map((p) => p.clip?.title),
    ["Talk", undefined, "Silent demo"],
  );
  const other = await owners.newPage();
  await other.goto(`${server.url}/c/${json.id}`);
  await other.getByText("Getting it ready to play").first().waitFor({ timeout: 60_000 });
  assert.equal(await other.getByRole("button", { name: /^Play, / }).count(), 0);

  await page.goto(`${server.url}/c/${json.id}`);
  await page.evaluate(() => (globalThis.sameDocument = true));
  await page.getByRole("button", { name: /^Play, 0:2\d$/ }).click({ timeout: 60_000 });
  await page.getByRole("tab", { name: "Chapters 3" }).waitFor({ timeout: 60_000 });
  const [first] = await words(talk, maker);
  await page.getByRole("region", { name: "What was said" }).getByText(first.text).first().waitFor({ timeout: 60_000 });
  const { played_ms } = (await api("GET", `/api/v1/clips/${talk}/edits`)).json;
  const joint = played_ms / 1000;
  await page.getByText("Playing from its parts while it is made").waitFor({ timeout: 60_000 });
  await until("it plays over the joint", async () => (await place(page)) > joint + 0.5, 60_000);
  const gap = await page.evaluate(() => performance.getEntriesByName("parts-gap").at(-1)?.duration);
  assert.ok(gap !== undefined, "how long nothing was seen at the joint was not measured");
  console.log(`    from part to part in ${Math.round(gap)} ms`);
  await page.keyboard.press("0");
  await until("back at the start", async () => (await place(page)) < joint - 1);
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
  await lookAround(page, "stitch-parts");
  await page.keyboard.press("9");
  await until("in the last part", async () => (await place(page)) > joint + 12);
  const before = await place(page);

  const media = new Set();
  page.on("response", (r) => {
    if (r.url().includes(`/clips/${json.id}/hls/`) && r.url().includes(".m4s")) media.add(r.url());
  });
  await rm(hold());
  const ready = async () => (await api("GET", `/api/v1/clips/${json.id}`)).json.state === "ready";
  await until("it is made", ready, 200_000);
  await until("the page plays what was made", () => media.size > 0, 60_000);
  await until("it stands where it stood", async () => Math.abs((await place(page)) - before) <= 1, 60_000);
  assert.equal(await page.locator("video").count(), 1);
  assert.equal(await page.evaluate(() => globalThis.sameDocument), true, "the page was loaded again");
  await page.getByText("Playing from its parts").waitFor({ state: "detached", timeout: 60_000 });
  await page.keyboard.press("k");
  await until("the made clip plays on from there", async () => (await place(page)) > before, 60_000);
  await other.getByRole("button", { name: /^Play, 0:2\d$/ }).waitFor({ timeout: 60_000 });
  await other.close();
  assert.equal((await api("DELETE", `/api/v1/clips/${own}`)).status, 204);
});

/** Notes which places are seen once the made clip plays, and for how long the picture stands when it begins to. */
const watchTheChange = () => {
  const slider = document.querySelector('[aria-label="Place in the clip"]');
  const seen = (globalThis.seen = { places: [], stood: undefined });
  let [since, at] = [performance.now(), -1];
  const look = () => {
    const videos = [...document.querySelectorAll("video")];
    const shown = videos.find((v) => v.style.visibility !== "hidden");
    if (shown && shown.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && shown.currentTime !== at) {
      if (videos.length === 1) seen.stood ??= performance.now() - since;
      [since, at] = [performance.now(), shown.currentTime];
    }
    if (videos.length === 1) seen.places = [...new Set([...seen.places, Number(slider.ariaValueNow)])];
    requestAnimationFrame(look);
  };
  look();
};

test("it goes on while it plays, with the stretch that is played again and again", limit, async () => {
  await writeFile(hold(), "");
  const { json } = await api("POST", `/api/v1/clips/${talk}/stitch`, { clip_ids: [silent], title: "Round and round" });
  await page.goto(`${server.url}/c/${json.id}`);
  await page.getByRole("button", { name: /^Play, 0:\d\d$/ }).click({ timeout: 60_000 });
  await until("it plays", async () => (await place(page)) >= 1, 60_000);
  for (const key of ["2", "i", "5", "o"]) await page.keyboard.press(key);
  await page.evaluate(watchTheChange);
  await rm(hold());
  const seen = () => page.evaluate(() => globalThis.seen);
  await until("the made clip plays on", async () => (await seen()).places.length >= 3, 200_000);
  const { places, stood } = await seen();
  const { duration_ms } = (await api("GET", `/api/v1/clips/${json.id}`)).json;
  assert.ok(Math.min(...places) >= 1 && Math.max(...places) <= duration_ms / 2000 + 1, `it was at ${places}`);
  assert.equal(await page.getByRole("button", { name: "Play", exact: true }).count(), 0, "it does not play");
  console.log(`    the picture stood for ${Math.round(stood)} ms`);
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
