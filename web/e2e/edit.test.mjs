// Cutting a clip, with two people at once: its author trims it and cuts words, the other one sees what is left and nothing else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround, shot } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
let server, browser, context, cookie, clip, page, other, theirs, otherCookie;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, context);
  theirs = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  otherCookie = await join(server, cookie, theirs, "Max Member");
  // Ten seconds of speech, six of silence, the speech again, over a picture that changes at every frame.
  const film = path(server.data, "film.mp4");
  const speech = path(root, "testdata/media/opus.webm");
  const sound = "[1:a]aresample=48000,apad=pad_dur=6[a];[2:a]aresample=48000[b];[a][b]concat=n=2:v=0:a=1[s]";
  await run("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-i", speech, "-i", speech],
    ...["-filter_complex", sound, "-map", "0:v", "-map", "[s]", "-shortest"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  clip = await upload(server, cookie, await readFile(film), "A film to cut");
  await finished(server, clip, cookie);
  const said = { at_ms: 20_000, body: "This is the moment" };
  assert.equal((await server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie, body: said })).status, 201);
  page = await context.newPage();
  other = await theirs.newPage();
  for (const p of [page, other]) await p.goto(`${server.url}/c/${clip}`);
  await slider(other).waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const slider = (p) => p.getByRole("slider", { name: "Place in the clip" });
const seconds = async (p) => Number(await slider(p).getAttribute("aria-valuemax"));
const edits = async (who = cookie) => (await server.api("GET", `/api/v1/clips/${clip}/edits`, { cookie: who })).json;
const lasts = (p, ms) => until(`the page says ${ms} ms`, async () => Math.abs((await seconds(p)) - ms / 1000) <= 1, 60_000);
const editor = () => page.getByRole("region", { name: "Edit the clip" });
async function edit() {
  await page.getByRole("button", { name: "More about this clip" }).click();
  await page.getByRole("button", { name: "Edit the clip" }).click();
  await editor().getByRole("slider", { name: "Trim the start" }).waitFor();
  await editor().getByRole("option").first().waitFor();
}

test("by keyboard alone: trim, cut words, undo, save; the other one sees the shorter version", limit, async () => {
  const whole = await edits();
  await edit();
  await lookAround(page, "edit");
  const start = editor().getByRole("slider", { name: "Trim the start" });
  await start.focus();
  await start.press("Shift+ArrowRight");
  await start.press("Shift+ArrowRight");
  await until("two seconds are trimmed", async () => (await start.getAttribute("aria-valuenow")) === "2");
  await start.press("Control+z");
  await until("one is back", async () => (await start.getAttribute("aria-valuenow")) === "1");
  await start.press("Control+Shift+z");
  const words = editor().getByRole("listbox", { name: "Words" });
  const texts = await editor().getByRole("option").allTextContents();
  await words.focus();
  await words.press("ArrowRight");
  for (let i = 0; i < texts.length - 4; i++) await words.press("ArrowRight");
  await words.press("Shift+ArrowRight");
  await words.press("Delete");
  await until("two words are struck out", async () => (await editor().locator(".gone").count()) >= 2);
  await shot(page, "edit-cut");

  // Not saved yet: it survives a reload, and what is undone in a comment leaves the cuts alone.
  const cut = await editor().getByRole("status").textContent();
  await page.reload();
  await edit();
  await until("the cuts are there still", async () => (await editor().getByRole("status").textContent()) === cut);
  await page.getByRole("tab", { name: /Comments/ }).click();
  await page.getByLabel(/^Comment at/).pressSequentially("Not");
  await page.keyboard.press("Control+z");
  await page.getByLabel(/^Comment at/).fill("");
  assert.equal(await editor().getByRole("status").textContent(), cut);
  await editor().getByRole("button", { name: "Save" }).click();
  await editor().waitFor({ state: "detached" });

  const now = await edits();
  assert.ok(now.played_ms < whole.played_ms - 2000, `${now.played_ms} of ${whole.played_ms}`);
  assert.deepEqual(
    now.cuts.map((c) => c.kind),
    ["hand", "hand"],
  );
  await lasts(other, now.played_ms);
  await lasts(page, now.played_ms);
  const at = `/api/v1/clips/${clip}`;
  assert.equal((await server.api("GET", `${at}/hls/source/seg-0.m4s`, { cookie: otherCookie })).status, 404);
  assert.equal((await server.api("GET", `${at}/hls/source/seg-0.m4s`, { cookie })).status, 200);
  const left = (who) => server.api("GET", `${at}/transcript`, { cookie: who }).then((r) => r.json.cues.flatMap((c) => c.words));
  assert.ok((await left(otherCookie)).length <= (await left(cookie)).length - 2);
});

test("the comment keeps its place, and what plays there is what was commented on", limit, async () => {
  const { kept } = await edits();
  const played = kept.reduce((sum, s) => sum + Math.max(0, Math.min(s.end_ms, 20_000) - s.start_ms), 0);
  await finished(server, clip, cookie);
  await until("the exact version is there", async () => (await edits()).rendered, 120_000);
  await other.reload();
  await lasts(other, (await edits()).played_ms);
  await other.getByRole("tab", { name: /Comments/ }).click();
  const say = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  await other
    .getByRole("button", { name: new RegExp(`^${say(played)}`) })
    .first()
    .click();
  const video = () =>
    other.evaluate(() => ({ at: document.querySelector("video").currentTime, long: document.querySelector("video").duration }));
  await until("the picture of that moment", async () => Math.abs((await video()).at - played / 1000) < 0.3, 60_000);
  const { played_ms } = await edits();
  await until("the media is the short one", async () => Math.abs((await video()).long - played_ms / 1000) < 0.15, 60_000);
  const stored = await server.api("GET", `/api/v1/clips/${clip}/comments`, { cookie });
  assert.equal(stored.json.comments[0].at_ms, 20_000);
});

test("two lengths: full and tight", limit, async () => {
  const { tight } = await edits(otherCookie);
  const choice = other.getByRole("group", { name: "Length" });
  await choice.getByText("Tight").click();
  await lasts(other, tight.played_ms);
  // Over the silence: media goes on seconds further while what is played goes on without a break.
  await other.getByRole("button", { name: "Play", exact: true }).click();
  await until("it plays", () => other.evaluate(() => !document.querySelector("video").paused), 60_000);
  await lookAround(other, "tight");
  await choice.getByText("Full").click();
  await lasts(other, (await edits()).played_ms);
});

test("what was cut is brought back, for everybody", limit, async () => {
  await edit();
  await editor().getByText("Earlier versions").click();
  await editor().getByRole("button", { name: "Bring back" }).last().click();
  await until("it is whole", async () => (await edits()).played_ms === (await edits()).duration_ms);
  await lasts(other, (await edits()).duration_ms);
  assert.equal((await server.api("GET", `/api/v1/clips/${clip}/hls/source/seg-0.m4s`, { cookie: otherCookie })).status, 200);
  await editor().getByRole("button", { name: "Close" }).click();
  assert.equal((await edits()).history.length, 2);
});

test("with the mouse: hesitations, silences, words that are dragged over, the handle at the end", limit, async () => {
  const at = `/api/v1/clips/${clip}`;
  const line = (await server.api("GET", `${at}/transcript`, { cookie })).json.cues[0];
  const text = line.text.split(" ").with(1, "um,").join(" "); // it has the time of the word in whose place it stands
  const said = await server.api("PATCH", `${at}/transcript/cues/${line.no}`, { cookie, body: { text } });
  assert.equal(said.status, 200, said.text);
  const whole = await edits();
  await edit();
  await until("the page has the line", async () => /um/i.test((await editor().getByRole("option").nth(1).textContent()) ?? ""));
  const pressed = (b) => async () => (await b.getAttribute("aria-pressed")) === "true";
  const fillers = editor().getByRole("button", { name: /^Remove fillers/ });
  const silences = editor().getByRole("button", { name: /^Remove silences/ });
  await fillers.click();
  await until("the hesitations are out", pressed(fillers));
  await editor()
    .getByRole("option", { name: /^um.*cut$/i })
    .waitFor();
  await silences.click();
  await until("the silences are out", pressed(silences));
  await silences.click();
  await until("the silences are back", async () => !(await pressed(silences)()));
  await silences.click();

  const word = (n) => editor().getByRole("option").nth(n);
  const before = await editor().locator(".gone").count();
  await word(4).hover();
  await page.mouse.down();
  await word(5).hover();
  await word(6).hover();
  await page.mouse.up();
  await word(8).hover(); // the button is up: nothing more is selected
  assert.equal(await editor().getByRole("option", { selected: true }).count(), 3);
  await editor().getByRole("button", { name: "Cut the words" }).click();
  await until("three words are struck out", async () => (await editor().locator(".gone").count()) >= before + 3);

  const end = editor().getByRole("slider", { name: "Trim the end" });
  const [now, steps] = [async () => Number(await end.getAttribute("aria-valuenow")), [0.75, 0.5, 0.25]];
  const from = await now();
  const box = await end.boundingBox();
  await end.hover();
  await page.mouse.down();
  for (const share of steps) await page.mouse.move(box.x - 80 * (1 - share), box.y + box.height / 2);
  await page.mouse.up();
  await until("the end is trimmed", async () => (await now()) < from);
  const trimmed = await now();
  await editor().getByRole("button", { name: "Undo" }).click();
  await until("one step back is the whole way", async () => (await now()) === from);
  await editor().getByRole("button", { name: "Redo" }).click();
  await until("it is trimmed again", async () => (await now()) === trimmed);
  await shot(page, "edit-mouse");
  await editor().getByRole("button", { name: "Save" }).click();
  await editor().waitFor({ state: "detached" });

  const cut = await edits();
  assert.deepEqual([...new Set(cut.cuts.map((c) => c.kind))].toSorted(), ["filler", "hand", "silence"]);
  assert.ok(cut.played_ms < whole.played_ms - 5000, `${cut.played_ms} of ${whole.played_ms}`);
  await lasts(other, cut.played_ms);
  assert.equal((await server.api("POST", `${at}/edits/revert`, { cookie, body: { to: 0 } })).status, 200);
});

test("the exact version is made although the server is killed while it works on it", limit, async () => {
  await finished(server, clip, cookie);
  const { no } = await edits();
  const cuts = [{ start_ms: 0, end_ms: 3000, kind: "hand" }];
  const saved = await server.api("PUT", `/api/v1/clips/${clip}/edits`, { cookie, body: { based_on: no, cuts } });
  assert.equal(saved.status, 200, saved.text);
  await server.kill();
  await server.up();
  await until("the exact version is there", async () => (await edits())?.rendered, 180_000, 300);
  const master = await server.api("GET", `/api/v1/clips/${clip}/hls/master.m3u8`, { cookie: otherCookie });
  assert.match(master.text, /cut\w+\/index\.m3u8/);
});
