// How far somebody is: one goes on where one stopped in another browser, and the clip's owner sees it as it happens.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, until } from "./server.mjs";
import { join, playFrom, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 240_000 };
let server, browser, cookie, owner, clip, viewer, laptop, phone;

before(async () => {
  server = await Server.start();
  ({ browser, context: owner } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, owner);
  laptop = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  viewer = await join(server, cookie, laptop, "Max Member");
  phone = await browser.newContext({ viewport: { width: 390, height: 844 }, storageState: await signedIn(laptop) });
  const film = path(server.data, "film.mp4");
  await run("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15:d=90", "-f", "lavfi", "-i", "sine=440:d=90"],
    ...["-c:a", "aac", "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", film],
  ]);
  clip = await upload(server, cookie, await readFile(film), "A long film");
  const ready = async () => (await server.api("GET", `/api/v1/clips/${clip}`, { cookie })).json?.state === "ready";
  await until("the clip is ready", ready, 120_000, 300);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The sign-in alone: nothing that the other browser remembers. */
const signedIn = async (context) => ({ cookies: (await context.storageState()).cookies, origins: [] });
const watched = async (who) => (await server.api("GET", `/api/v1/clips/${clip}/watched`, { cookie: who })).json;
const now = (page) => page.evaluate(() => document.querySelector("video").currentTime);

/** Plays from a moment for two seconds and leaves the page. */
async function watchFrom(context, seconds, who = viewer) {
  const page = await context.newPage();
  await playFrom(server, page, clip, seconds, seconds + 2);
  await page.getByRole("link", { name: "Library" }).first().click();
  const middle = (seconds + 1) * 1000;
  const known = async () => (await watched(who)).ranges.some((r) => r.start_ms <= middle && middle <= r.end_ms);
  await until("the server knows it", known, 60_000);
  await page.close();
}
/** Opens the page as one does every day and plays: it goes on at that second or later. */
async function goesOn(context, seconds) {
  const page = await context.newPage();
  await page.goto(`${server.url}/c/${clip}`);
  const knows = ([id, ms]) => (JSON.parse(localStorage.getItem("baton.watched") ?? "{}")[id]?.[0] ?? 0) >= ms;
  await page.waitForFunction(knows, [clip, seconds * 1000], { timeout: 60_000 });
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText(/Going on at \d:\d\d/).waitFor({ timeout: 60_000 });
  await until("it plays from there", async () => (await now(page)) >= seconds, 60_000);
  await page.close();
}

test("one goes on in another browser where one stopped, and the newer place counts", limit, async () => {
  await watchFrom(laptop, 20);
  await goesOn(phone, 20);
  await watchFrom(phone, 60);
  await goesOn(laptop, 60); // although it remembers a place of its own
});

test("the owner sees who watches, and how far they are, without loading it again", limit, async () => {
  const page = await owner.newPage();
  await page.goto(`${server.url}/c/${clip}`);
  await page.getByRole("button", { name: "More about this clip" }).click();
  await page.getByRole("button", { name: "Who has watched" }).click();
  const dialog = page.getByRole("dialog", { name: "Who has watched" });
  const share = async () => Number((await dialog.getByRole("meter", { name: /Max Member/ }).getAttribute("value")) ?? 0);
  await dialog.getByText("Max Member").waitFor({ timeout: 60_000 });
  const before = await share();
  await watchFrom(laptop, 30);
  await until("the share has grown", async () => (await share()) > before, 60_000);
  const third = await browser.newContext();
  await watchFrom(third, 5, await join(server, cookie, third, "Nora New"));
  await dialog.getByRole("meter", { name: /Nora New/ }).waitFor({ timeout: 60_000 });
  await lookAround(page, "insight");
});
