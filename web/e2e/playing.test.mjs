// What a player does while it plays: picture in picture, the rendition that the network bears, skipping hesitations, the tight length, chapters of
// a clip that was cut; and what one takes along: the file, the words, who has watched.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { assertAccessible, shot } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, playFrom, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 240_000 };
let server, browser, context, theirs, cookie, otherCookie, clip, page;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  context.setDefaultTimeout(60_000);
  cookie = await signIn(server, context);
  theirs = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  otherCookie = await join(server, cookie, theirs, "Mira Member");
  // Ten seconds of speech, six of silence, the speech again and silence up to 40 s, over a picture of three megabits a second.
  const film = path(server.data, "film.mp4");
  const speech = path(root, "testdata/media/opus.webm");
  const sound = "[1:a]aresample=48000,apad=pad_dur=6[a];[2:a]aresample=48000,apad[b];[a][b]concat=n=2:v=0:a=1[s]";
  await run("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=15:duration=40", "-i", speech, "-i", speech],
    ...["-filter_complex", sound, "-map", "0:v", "-map", "[s]", "-t", "40"],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-g",
      "30",
      "-b:v",
      "3M",
      "-minrate",
      "3M",
      "-maxrate",
      "3M",
      "-bufsize",
      "1M",
    ],
    ...["-x264-params", "nal-hrd=cbr", "-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  clip = await upload(server, cookie, await readFile(film), "A film");
  await finished(server, clip, cookie, 240_000);
  page = await context.newPage();
  await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const at = (rest = "") => `/api/v1/clips/${clip}${rest}`;
const slider = (p = page) => p.getByRole("slider", { name: "Place in the clip" });
async function open(search = "") {
  await page.goto(`${server.url}/c/${clip}${search}`);
  await slider().waitFor();
}
const video = (p = page) =>
  p.evaluate(() => {
    const v = document.querySelector("video");
    return { at: v.currentTime, paused: v.paused, seeking: v.seeking };
  });
/** Notes where the video goes by itself, and where it plays. */
const follow = () =>
  page.evaluate(() => {
    const v = document.querySelector("video");
    window.went = [];
    window.played = [];
    if (window.followed === v) return;
    window.followed = v;
    v.addEventListener("seeking", () => window.went.push(v.currentTime));
    v.addEventListener("timeupdate", () => {
      if (!v.seeking && !v.paused) window.played.push(v.currentTime);
    });
  });
const noted = () => page.evaluate(() => ({ went: window.went, played: window.played }));
/** Plays from a moment of the recording until the media is at another one, in seconds, and tells which way it took. */
async function way(from, to) {
  await page.evaluate((s) => (document.querySelector("video").currentTime = s), from);
  const there = (v) => !v.seeking && Math.abs(v.at - from) < 0.5; // the jump that brought it here is none of its own
  await until(`it is at ${from} s`, async () => there(await video()), 60_000);
  await follow();
  await page.evaluate(() => void document.querySelector("video").play());
  await until(`it is played up to ${to} s`, async () => (await video()).at > to, 90_000);
  await page.evaluate(() => document.querySelector("video").pause());
  return noted();
}
const begin = async () => {
  await slider().focus();
  await page.keyboard.press("ArrowRight");
  await until("the picture is there", () => page.evaluate(() => document.querySelector("video").readyState >= 2), 60_000);
};

test("picture in picture by its key, and back", limit, async () => {
  await begin();
  const out = () => page.evaluate(() => document.pictureInPictureElement !== null);
  await page.locator("h1").first().click();
  await page.keyboard.press("p");
  await until("the picture is out", out);
  await page.keyboard.press("p");
  await until("the picture is back", async () => !(await out()));
});

test("when the network gets slow, a smaller rendition plays on", limit, async () => {
  const { text } = await server.api("GET", at("/hls/master.m3u8"), { cookie });
  const all = [...text.matchAll(/BANDWIDTH=(\d+)[^\n]*\n([^\n]+)/g)].map(([, b, uri]) => [Number(b), uri.split("/")[0]]);
  const sizes = all.toSorted((a, b) => a[0] - b[0]).map(([, name]) => name);
  assert.ok(sizes.length >= 2, text);
  const asked = [];
  page.on("request", (r) => {
    const found = /\/hls\/([^/]+)\/seg-(\d+)/.exec(r.url());
    if (found) asked.push(found[1]);
  });
  const cdp = await context.newCDPSession(page);
  const network = (bytesPerSecond) =>
    cdp.send("Network.emulateNetworkConditions", {
      ...{ offline: false, latency: 20, downloadThroughput: bytesPerSecond, uploadThroughput: -1 },
    });
  await cdp.send("Network.enable");
  await cdp.send("Network.clearBrowserCache"); // what was played before would come from it, at once
  await open();
  await network(1_000_000); // the large rendition is borne, and not all of it is there at once
  await page.getByRole("button", { name: /^Play/ }).first().click();
  // The very first segment is the smallest one in any case: it measures.
  await until("the large rendition is asked for", () => asked.filter((name) => name !== sizes[0]).length >= 2, 90_000, 50);
  asked.length = 0;
  await network(150_000);
  await until("the smallest rendition is asked for", () => asked.includes(sizes[0]), 90_000);
  await until("it plays on", async () => (await video()).at > 14, 90_000);
  await network(-1);
  await cdp.detach();
  await page.evaluate(() => document.querySelector("video").pause());
});

test("hesitations are jumped over, and played when that is turned off", limit, async () => {
  const { cues } = (await server.api("GET", at("/transcript"), { cookie })).json;
  const late = cues.find((c) => c.start_ms > 15_000) ?? cues.at(-1);
  const long = late.words.map((w, i) => [w.end_ms - w.start_ms, i]).sort((a, b) => b[0] - a[0])[0][1];
  const text = late.text.split(" ").with(long, "um,").join(" "); // it has the time of the word in whose place it stands
  assert.equal((await server.api("PATCH", at(`/transcript/cues/${late.no}`), { cookie, body: { text } })).status, 200);
  const { fillers } = (await server.api("GET", at("/transcript"), { cookie })).json;
  const um = fillers.find((f) => f.start_ms >= late.start_ms);
  assert.ok(um && um.end_ms - um.start_ms > 250, `hesitations ${JSON.stringify(fillers)}`);
  await open();
  await begin();
  const skip = async (on) => {
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByLabel(/^Skip “um” and “uh”/).setChecked(on);
    await page.keyboard.press("Escape");
  };
  const [from, end] = [um.start_ms / 1000 - 1.5, um.end_ms / 1000];
  await skip(true);
  const skipped = await way(from, end + 0.5);
  assert.ok(
    skipped.went.some((s) => Math.abs(s - end) < 0.1),
    `${JSON.stringify(um)}: went to ${skipped.went}`,
  );
  await skip(false);
  const whole = await way(from, end + 0.5);
  assert.deepEqual(whole.went, []);
});

test("the tight length jumps over the silence while it plays", limit, async () => {
  const { tight } = (await server.api("GET", at("/edits"), { cookie })).json;
  const silence = tight.cuts.find((c) => c.kind === "silence" && c.start_ms > 5000 && c.start_ms < 14_000);
  assert.ok(silence, JSON.stringify(tight.cuts));
  await page.getByRole("group", { name: "Length" }).getByText("Tight").click();
  await until("it is shorter", async () => Number(await slider().getAttribute("aria-valuemax")) < 36, 60_000);
  const [from, to] = [silence.start_ms / 1000, silence.end_ms / 1000];
  const { went, played } = await way(from - 1.5, to + 0.5);
  assert.ok(
    went.some((s) => Math.abs(s - to) < 0.3),
    `${JSON.stringify(silence)}: went to ${went}`,
  );
  const inside = played.filter((s) => s > from + 1 && s < to - 0.3);
  assert.deepEqual(inside, [], `of ${from}–${to} s`);
  await page.getByRole("group", { name: "Length" }).getByText("Full").click();
});

test("chapters keep their places when a clip is cut, and when it is whole again", limit, async () => {
  const chapters = ["One", "Two", "Three"].map((title, i) => ({ title, start_ms: [0, 12_000, 20_000][i] }));
  assert.equal((await server.api("PUT", at("/chapters"), { cookie, body: { chapters } })).status, 200);
  const cuts = [{ start_ms: 2000, end_ms: 7000, kind: "hand" }];
  const { no } = (await server.api("GET", at("/edits"), { cookie })).json;
  assert.equal((await server.api("PUT", at("/edits"), { cookie, body: { based_on: no ?? 0, cuts } })).status, 200);
  const other = await theirs.newPage();
  other.setDefaultTimeout(60_000);
  await other.goto(`${server.url}/c/${clip}`);
  const go = (name) => other.getByRole("button", { name });
  await other.getByRole("tab", { name: /Chapters/ }).click();
  await go(/^0:07\s*Two/).click();
  await until("it is at 7 s of what is played", async () => (await slider(other).getAttribute("aria-valuenow")) === "7", 60_000);
  await go(/^0:15\s*Three/).waitFor();
  const stored = (await server.api("GET", at("/chapters"), { cookie })).json.chapters;
  assert.deepEqual(
    stored.map((c) => c.start_ms),
    [0, 12_000, 20_000],
  );
  const vtt = await server.api("GET", at("/chapters.vtt"), { cookie: otherCookie });
  assert.match(vtt.text, /00:00:07\.000 --> 00:00:15\.000\s+Two/);
  assert.equal((await server.api("POST", at("/edits/revert"), { cookie, body: { to: 0 } })).status, 200);
  await go(/^0:12\s*Two/).waitFor();
  await go(/^0:20\s*Three/).waitFor();
});

test("the file, the words, and who has watched are taken along", limit, async () => {
  const other = await theirs.newPage();
  await playFrom(server, other, clip, 3, 7);
  await other.goto("about:blank"); // its last report comes as the page is left; a tab that a test closes tells its page nothing
  const heat = async () => (await server.api("GET", at("/insight"), { cookie })).json.heat.slice(3, 6);
  await until("it is counted", async () => String(await heat()) === "1,1,1", 60_000, 500);
  await other.close();
  await open();
  const saved = async (press) => {
    const [file] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), press()]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const more = () => page.getByRole("button", { name: "More about this clip" }).click();
  await more();
  await page.getByRole("button", { name: "Who has watched" }).click();
  const dialog = page.getByRole("dialog", { name: "Who has watched" });
  await dialog.getByText("Mira Member").first().waitFor();
  await assertAccessible(page, "who has watched");
  await shot(page, "insight");
  const people = await saved(() => dialog.getByRole("link", { name: "As a table (CSV)" }).click());
  assert.equal(people.name, "A film viewers.csv");
  assert.match(people.bytes.toString(), /^name,share,completed,first_at,last_at\r?\nMira Member,0\.\d+,false,/);
  const seconds = await saved(() => dialog.getByRole("link", { name: "Second by second (CSV)" }).click());
  const rows = seconds.bytes.toString().trim().split("\n");
  assert.deepEqual([rows.length, rows[0], rows[1], rows[5]], [41, "second,viewers", "0,0", "4,1"]);
  await page.keyboard.press("Escape");
  await more();
  const film = await saved(() => page.getByRole("link", { name: "Download", exact: true }).click());
  assert.equal(film.name, "A film.mp4");
  assert.equal(film.bytes.subarray(4, 8).toString(), "ftyp");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Transcript" }).click();
  await page.getByRole("button", { name: "Download the transcript" }).click();
  const words = await saved(() => page.getByRole("link", { name: "Subtitles (SubRip)" }).click());
  assert.equal(words.name, "A film.srt");
  assert.match(words.bytes.toString(), /^1\r?\n00:00:0\d,\d{3} --> /);
});
