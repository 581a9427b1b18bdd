// The player of the watch page in a real Chromium: how fast it starts and seeks, and everything its keys and buttons do.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { measure } from "./speed.mjs";
import { finished, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 180_000 };
let server, browser, context, cookie, clip, voice;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, context);
  // Ten seconds of speech, six of silence, the speech again, over a picture that changes at every frame.
  const film = join(server.data, "film.mp4");
  const speech = join(root, "testdata/media/opus.webm");
  const sound = "[1:a]aresample=48000,apad=pad_dur=6[a];[2:a]aresample=48000[b];[a][b]concat=n=2:v=0:a=1[s]";
  await run("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-i", speech, "-i", speech],
    ...["-filter_complex", sound, "-map", "0:v", "-map", "[s]", "-shortest"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  clip = await upload(server, cookie, await readFile(film), "A film");
  voice = await upload(server, cookie, await readFile(speech), "A voice note");
  await finished(server, clip, cookie);
  await finished(server, voice, cookie);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens a watch page with nothing remembered. */
async function open(id = clip, search = "") {
  const page = await context.newPage();
  await page.goto(`${server.url}/c/${id}${search}`);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole("slider", { name: "Place in the clip" }).waitFor();
  return page;
}

const video = (page) =>
  page.evaluate(() => {
    const v = document.querySelector("video");
    return { at: v.currentTime, paused: v.paused, rate: v.playbackRate, ready: v.readyState, seeking: v.seeking };
  });
const plays = (page) => until("it plays", async () => ((await video(page)).at > 0.2 ? true : null));
const stands = (page, at) =>
  until(`it stands at ${at} s`, async () => {
    const v = await video(page);
    return !v.seeking && v.ready >= 2 && Math.abs(v.at - at) < 0.6;
  });

const middle = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

test("starts and seeks at once", limit, async (t) => {
  const page = await open(); // once before, so that the browser has the page's files
  await page.close();
  const { starts, seeks } = await measure(context, `${server.url}/c/${clip}`, 5, [12.3, 3.1, 20.7]);
  const words = (all) => `median ${Math.round(middle(all))} ms, worst ${Math.round(Math.max(...all))} ms`;
  t.diagnostic(`press of play → first picture: ${words(starts)}`);
  t.diagnostic(`seek → picture there: ${words(seeks)}`);
  // The aims are 500 and 300 ms on a machine of one's own; this only has to hold on a crowded one.
  assert.ok(middle(starts) < 5000, `starts took ${starts} ms`);
  assert.ok(middle(seeks) < 5000, `seeks took ${seeks} ms`);
});

test("keys move, step, loop and set the speed", limit, async () => {
  const page = await open();
  await page.keyboard.press("k");
  await plays(page);
  await page.keyboard.press("k");
  await until("it is paused", async () => (await video(page)).paused);
  await page.keyboard.press("5");
  await until("it is in the middle", async () => Math.abs((await video(page)).at - 13) < 2);
  const { at } = await video(page);
  await page.keyboard.press("l");
  await stands(page, at + 10);
  await page.keyboard.press("j");
  await stands(page, at);
  await page.keyboard.press("ArrowLeft");
  await stands(page, at - 5);
  await page.keyboard.press(".");
  await until("it is one frame on", async () => {
    const now = (await video(page)).at - (at - 5);
    return now > 0.02 && now < 0.08;
  });
  await page.keyboard.press("Home"); // scrolls: the player has not the focus
  assert.ok((await video(page)).at > 1);
  await page.keyboard.press("1");
  await page.keyboard.press("i");
  const from = (await video(page)).at;
  await page.keyboard.press("ArrowRight");
  await stands(page, from + 5);
  await page.keyboard.press("o");
  await page.keyboard.press("2");
  await page.keyboard.press("k");
  await until("the loop went back to its start", async () => {
    const v = await video(page);
    return !v.paused && v.at >= from - 0.1 && v.at < from + 1;
  });
  await page.keyboard.press("Escape");
  await page.keyboard.press("k");
  for (let i = 0; i < 12; i++) await page.keyboard.press(">");
  assert.equal((await video(page)).rate, 3);
  await page.reload();
  await page.getByLabel("Speed").waitFor();
  assert.equal(await page.getByLabel("Speed").inputValue(), "3", "the speed is remembered");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).getByText("Loop from here").waitFor();
  await assertAccessible(page, "the list of keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.locator("[aria-label='Wide player'][aria-pressed=true]").waitFor();
  await page.close();
});

test("links lead to a moment, and a clip goes on where it was left", limit, async () => {
  const page = await open(clip, "?t=12.5");
  await stands(page, 12.5);
  await page.keyboard.press("y");
  await page.getByText("Link copied, starting at 0:12").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\?t=12\.5$/);
  if ((await video(page)).paused) await page.keyboard.press("k"); // it plays by itself after a press
  await until("it went on", async () => (await video(page)).at > 13);
  await page.keyboard.press("k");
  await until("it is paused", async () => (await video(page)).paused);
  await page.goto(`${server.url}/c/${clip}`);
  await page.getByRole("slider", { name: "Place in the clip" }).waitFor();
  await page.keyboard.press("k");
  await page.getByText(/Going on at 0:[12]\d/).waitFor();
  await page.close();
});

test("skips silences and says what that saves", limit, async () => {
  const page = await open();
  const skip = page.getByRole("button", { name: /Skip silence/ });
  assert.match(await skip.textContent(), /−0:0[4567]/);
  await skip.click();
  await page.keyboard.press("k");
  await plays(page);
  await page.keyboard.press("3"); // speech is heard until 10 s
  const began = Date.now();
  await until("the second speech is heard", async () => (await video(page)).at > 17, 60_000);
  await page.keyboard.press("k");
  assert.ok(Date.now() - began < 60_000);
  await page.getByRole("button", { name: "More", exact: true }).click();
  const saved = await page.getByText(/saved so far/).textContent();
  assert.match(saved, /^0:0[34567] saved so far/);
  await page.close();
});

test("shows pictures, chapters and captions as one likes them", limit, async () => {
  const page = await open();
  const line = page.getByRole("slider", { name: "Place in the clip" });
  await line.hover();
  await page.locator(".preview .shot").waitFor();
  const chapters = (await server.api("GET", `/api/v1/clips/${clip}/chapters`, { cookie })).json.chapters;
  await page.locator(".preview .name").getByText(chapters[0].title).waitFor();
  await page.locator(".cue .time").first().click();
  await page.locator(".caption span").waitFor();
  await page.keyboard.press("w");
  await page.locator(".caption.soft").waitFor();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.locator("label").filter({ hasText: /^top$/ }).click();
  await page.locator(".caption.soft.top").waitFor();
  await lookAround(page, "player-more");
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator(".cue .time").first().click();
  await page.locator(".caption.soft.top").waitFor();
  await lookAround(page, "player");
  await page.close();
});

test("a voice note shows its speaker and its sound", limit, async () => {
  const page = await open(voice);
  await page.locator(".voice .avatar").getByText("OO").waitFor();
  const heights = await page.locator(".voice path.rest").evaluate((p) =>
    p
      .getAttribute("d")
      .match(/v[\d.]+/g)
      .map((v) => +v.slice(1)),
  );
  assert.ok(new Set(heights).size > 10, "the waveform is flat");
  await page.getByRole("button", { name: /^Play/ }).first().click();
  await plays(page);
  await lookAround(page, "voice");
  await page.close();
});
