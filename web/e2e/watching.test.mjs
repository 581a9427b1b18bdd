// The watch page without a pointer, and an answer by camera.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 300_000 };
const patience = 60_000;
let server, browser, cookie, clip, olga, mira;

before(async () => {
  server = await Server.start();
  const mic = await micFile(path(root, "testdata/media/opus.webm"), server.data);
  const launched = await launch({ viewport: { width: 1440, height: 900 }, mic });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/avc1-opus.mkv")), "Where we stand");
  await finished(server, clip, cookie, 240_000);
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["microphone", "camera"] });
  await join(server, cookie, other, "Mira Member");
  [olga, mira] = [await launched.context.newPage(), await other.newPage()];
  for (const p of [olga, mira]) p.setDefaultTimeout(patience);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const video = (page, name) => page.evaluate((n) => document.querySelector("video")[n], name);
const log = (page) => page.getByRole("log", { name: "Comments" });
const thread = (page, words) => log(page).getByRole("article").filter({ hasText: words });
/** Presses Tab until what has the focus is named so; fails when no Tab leads there. */
async function tabTo(page, name, key = "Tab") {
  const named = () =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  for (let i = 0; i < 120; i++) {
    if (name.test(((await named()) ?? "").trim())) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no ${key} leads to ${name}`);
}

test(
  "all is done by keys alone: play, chapters, sound, captions, full screen, a comment, a reaction, an answer",
  limit,
  async () => {
    await olga.goto(`${server.url}/c/${clip}`);
    await olga.getByRole("slider", { name: "Place in the clip" }).waitFor();
    await olga.keyboard.press("k");
    await until("it plays", async () => (await video(olga, "currentTime")) > 0.2, patience);
    await olga.keyboard.press("m");
    await until("the sound is off", () => video(olga, "muted"));
    await olga.keyboard.press("k");
    await until("it is paused", () => video(olga, "paused"));
    const { chapters } = (await server.api("GET", `/api/v1/clips/${clip}/chapters`, { cookie })).json;
    await olga.keyboard.press("0");
    await until("it is at its start", async () => (await video(olga, "currentTime")) < 0.3);
    await olga.keyboard.press("Control+ArrowRight");
    const second = chapters[1]?.start_ms ?? 0;
    await until("it is at the next chapter", async () => Math.abs((await video(olga, "currentTime")) * 1000 - second) < 600);
    const captions = olga.getByRole("button", { name: "Captions", exact: true });
    const shown = await captions.getAttribute("aria-pressed");
    await olga.keyboard.press("c");
    await until("the captions turn", async () => (await captions.getAttribute("aria-pressed")) !== shown);
    await olga.keyboard.press("f");
    await until("it fills the screen", () => olga.evaluate(() => document.fullscreenElement !== null));
    await olga.keyboard.press("f");
    await until("it does no longer", () => olga.evaluate(() => document.fullscreenElement === null));

    await olga.keyboard.press("n");
    const field = olga.getByLabel(/^Comment at/);
    await until("the words have the focus", () => field.evaluate((f) => f === document.activeElement));
    await olga.keyboard.type("Typed, mk not pressed"); // the letters are no shortcuts here
    await olga.keyboard.press("Enter");
    await thread(olga, "Typed, mk not pressed").waitFor();
    assert.equal(await video(olga, "muted"), true);
    await tabTo(olga, /^React|^Edit$|^Reply$/, "Shift+Tab");
    await olga.keyboard.press("e");
    await olga.keyboard.press("Enter");
    await olga.getByRole("button", { name: /^Thumbs up, 1, take mine back/ }).waitFor();
    await olga.getByRole("tab", { name: /Comments/ }).focus();
    await tabTo(olga, /^Reply$/);
    await olga.keyboard.press("Enter");
    await olga.keyboard.type("An answer to myself");
    await olga.keyboard.press("Enter");
    await thread(olga, "Typed, mk not pressed").getByText("An answer to myself").waitFor();
    await olga.keyboard.press("m");
  },
);

test("an answer by camera stands in the thread, can be read, and plays there", limit, async () => {
  await mira.goto(`${server.url}/c/${clip}`);
  await mira.getByRole("tab", { name: /Comments/ }).click();
  await thread(mira, "Typed, mk not pressed").getByRole("button", { name: "Reply with the camera" }).click();
  const recorder = mira.getByRole("region", { name: "Record a reply to Olga Owner" });
  await recorder.getByText("0:06").waitFor();
  await assertAccessible(mira, "a reply by camera is recorded");
  await mira.getByRole("button", { name: "Stop and reply" }).click();
  const heard = thread(olga, "Typed, mk not pressed");
  await heard.locator(".words", { hasText: /\w{3,}/ }).waitFor({ timeout: 180_000 });
  await heard.getByRole("button", { name: "Play the video reply of Mira Member" }).click();
  const seen = () => heard.locator("video").evaluate((v) => v.currentTime > 0.5 && v.videoWidth > 0);
  await until("it is seen", seen, patience);
  await lookAround(olga, "video-reply");
});
