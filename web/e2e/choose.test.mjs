// Choosing words of the transcript: by keys alone, with the mouse, by pressing the first and the last one. What is said about them has the
// words' own times. And the speaker's picture, which they set themselves.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 180_000 };
let server, browser, context, theirs, cookie, clip, page, words, portrait;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  context.setDefaultTimeout(60_000);
  cookie = await signIn(server, context);
  theirs = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  theirs.setDefaultTimeout(60_000);
  await join(server, cookie, theirs, "Mira Member");
  portrait = path(server.data, "portrait.png");
  await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=640x480", "-frames:v", "1", portrait]);
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/opus.webm")), "A voice note");
  await finished(server, clip, cookie);
  const { cues } = (await server.api("GET", `/api/v1/clips/${clip}/transcript`, { cookie })).json;
  words = cues.flatMap((c) => c.words);
  assert.ok(words.length > 8, `only ${words.length} words were heard`);
  page = await context.newPage();
  await page.goto(`${server.url}/c/${clip}`);
  await page.locator(".cue .time").first().waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const acts = () => page.getByRole("group", { name: "With the selected words" });
const said = () => page.getByRole("region", { name: "What was said" });
const chosen = () => said().getByRole("option", { selected: true });
const chosenAre = (n) => until(`${n} words are selected`, async () => (await chosen().count()) === n);
const comments = async () => (await server.api("GET", `/api/v1/clips/${clip}/comments`, { cookie })).json.comments;

test("by keys alone: from word to word, selected with Shift, quoted with the words' own times", limit, async () => {
  await page.locator(".cue .time").first().focus();
  await page.keyboard.press("Shift+ArrowRight");
  await chosenAre(1);
  const list = page.getByRole("listbox", { name: /^Words at 0:0/ }).first();
  await until("the words have the focus", () => list.evaluate((l) => l === document.activeElement));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await chosenAre(3);
  await page.getByRole("status").filter({ hasText: "3 words selected, 0:0" }).waitFor({ state: "attached" });
  const active = await list.evaluate((l) => document.getElementById(l.getAttribute("aria-activedescendant")).textContent.trim());
  assert.equal(active, words[4].text);
  await lookAround(page, "choose");
  // Over the ends of lines to the very last word, and back to the start of its line.
  for (let i = 0; i < words.length; i++) await page.keyboard.press("Shift+ArrowRight");
  await chosenAre(words.length - 2);
  await page.keyboard.press("Home");
  await chosenAre(1);
  await page.keyboard.press("Escape");
  await acts().waitFor({ state: "detached" });
  await until("the focus is on the line", () => page.evaluate(() => document.activeElement.classList.contains("time")));

  await page.locator(".cue .time").first().focus();
  await page.keyboard.press("Shift+ArrowRight");
  await chosenAre(1);
  for (const key of ["ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
  await chosenAre(3);
  await page.keyboard.press("Tab");
  const comment = acts().getByRole("button", { name: "Comment on this" });
  await until("its button has the focus", () => comment.evaluate((b) => b === document.activeElement));
  await page.keyboard.press("Shift+Tab");
  await until("the words have it again", () => page.evaluate(() => document.activeElement.role === "listbox"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const field = page.getByLabel(/^Comment at/);
  const quoted = `“${words
    .slice(1, 4)
    .map((w) => w.text)
    .join(" ")}” `;
  await until("the words are quoted", async () => (await field.inputValue()) === quoted);
  await field.pressSequentially("Indeed");
  await page.keyboard.press("Enter");
  const made = await until("the comment is there", async () => (await comments()).find((c) => c.body.endsWith("Indeed")));
  assert.deepEqual([made.at_ms, made.end_ms], [words[1].start_ms, words[3].end_ms]);
});

test("by pressing the first and the last word, as fingers do, and marked as a decision", limit, async () => {
  await page.getByRole("tab", { name: "Transcript" }).click();
  await page.getByRole("button", { name: "Select words" }).click();
  await chosenAre(1);
  const option = (n) => said().getByRole("option").nth(n);
  await option(2).click();
  await chosenAre(1);
  await option(5).click();
  await chosenAre(4);
  assert.equal(
    (await page.evaluate(() => document.querySelector("video").currentTime)) > 0,
    false,
    "it does not play from there",
  );
  await assertAccessible(page, "words are chosen");
  const made = page.waitForResponse((r) => r.url().endsWith("/api/v1/decisions") && r.request().method() === "POST");
  await acts().getByRole("button", { name: "Mark as decision" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  const body = (await made).request().postDataJSON();
  assert.deepEqual([body.start_ms, body.end_ms], [words[2].start_ms, words[5].end_ms]);
});

test("with the mouse: what is dragged over becomes whole words, and links to the first one", limit, async () => {
  await page.reload();
  const text = page.locator(".cue .text").first();
  await text.waitFor();
  // From the middle of the second word to the middle of the third.
  const [from, to] = await text.evaluate(
    (el, [a, b]) => {
      const node = [...el.childNodes].find((n) => n.nodeType === 3 && n.data.trim());
      const at = (word) => {
        const r = document.createRange();
        const i = node.data.indexOf(word) + 1;
        r.setStart(node, i);
        r.setEnd(node, i + 1);
        const box = r.getBoundingClientRect();
        return [box.left, box.top + box.height / 2];
      };
      return [at(a), at(b)];
    },
    [words[1].text, words[2].text],
  );
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("status").filter({ hasText: "2 words selected" }).waitFor({ state: "attached" });
  await acts()
    .getByRole("button", { name: /^Copy link at/ })
    .click();
  await page.getByText(/^Link copied, starting at/).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const t = Number(new URL(copied).searchParams.get("t")); // to a tenth of a second
  assert.ok(Math.abs(t - words[1].start_ms / 1000) < 0.06, `${copied}, not ${words[1].start_ms} ms`);
});

test("one's own picture: chosen, seen by others large on what one says, and gone again", limit, async () => {
  await page.goto(`${server.url}/settings`);
  const picker = page.getByLabel("Choose a picture");
  await picker.setInputFiles({ name: "no.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg onload='alert(1)'/>") });
  await page.getByRole("alert").filter({ hasText: "no PNG, JPEG, GIF or WebP" }).waitFor();
  await picker.setInputFiles(portrait);
  const own = page.locator(".face img");
  await until("it is shown", () => own.evaluate((i) => i.complete && i.naturalWidth === 320));
  await page.getByRole("alert").waitFor({ state: "detached" });
  await lookAround(page, "picture-settings");

  const other = await theirs.newPage();
  await other.goto(`${server.url}/c/${clip}`);
  const speaker = other.locator(".voice .avatar img");
  await until("the speaker is seen", () => speaker.evaluate((i) => i.complete && i.naturalWidth === 320));
  assert.equal((await speaker.boundingBox()).width, 120);
  await lookAround(other, "picture-voice");
  await other.getByRole("tab", { name: /Comments/ }).click();
  await other.getByRole("log", { name: "Comments" }).locator("article img").first().waitFor();

  // A stranger with the link sees it, too.
  assert.equal((await server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility: "link" } })).status, 200);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${server.url}/c/${clip}`);
  const seen = stranger.locator(".voice .avatar img");
  await seen.waitFor({ timeout: 60_000 });
  await until("a stranger sees the speaker", () => seen.evaluate((i) => i.complete && i.naturalWidth === 320));

  await page.getByRole("button", { name: "Remove it" }).click();
  await own.waitFor({ state: "detached" });
  await page.getByLabel("Choose a picture").waitFor({ state: "attached" });
  await other.reload();
  await other.locator(".voice .avatar").getByText("OO").waitFor();
});
