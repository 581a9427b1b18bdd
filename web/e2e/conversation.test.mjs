// The conversation around a moment, with two people at once: what one says, draws or feels the other sees without reloading.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch, micFile } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 180_000 };
let server, browser, clip, olga, mira, picture;

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  const cookie = await signIn(server, launched.context);
  const other = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await join(server, cookie, other, "Mira Member");
  const film = path(server.data, "film.mp4");
  const picturePath = path(server.data, "picture.png");
  await run("ffmpeg", [
    ...[
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=640x360:rate=30:duration=12",
      "-f",
      "lavfi",
      "-i",
      "sine=220:duration=12",
    ],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=320x200", "-frames:v", "1", picturePath]);
  picture = await readFile(picturePath);
  clip = await upload(server, cookie, await readFile(film), "A film");
  await finished(server, clip, cookie);
  olga = await open(launched.context);
  mira = await open(other);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens the clip with its comments in front. */
async function open(context) {
  const page = await context.newPage();
  await page.goto(`${server.url}/c/${clip}`);
  await page.getByRole("tab", { name: /Comments/ }).click();
  await page.getByLabel(/^Comment at/).waitFor();
  return page;
}

const field = (page) => page.getByLabel(/^Comment at/);
const log = (page) => page.getByRole("log", { name: "Comments" });
const thread = (page, words) => log(page).getByRole("article").filter({ hasText: words });

/** Goes to a second, and waits until the page is there, too. */
async function goTo(page, seconds) {
  await page.evaluate((s) => (document.querySelector("video").currentTime = s), seconds);
  const slider = page.getByRole("slider", { name: "Place in the clip" });
  await until(
    `the player is at ${seconds} s`,
    async () => (await slider.getAttribute("aria-valuenow")) === `${Math.floor(seconds)}`,
  );
}
/** Loads the picture, so that there is a place to be at. */
async function begin(page) {
  await page.getByRole("slider", { name: "Place in the clip" }).focus();
  await page.keyboard.press("ArrowRight");
  await until("the picture is there", () => page.evaluate(() => document.querySelector("video").readyState >= 2));
}

test("a name is completed, the mention and a range arrive at once", limit, async () => {
  await begin(olga);
  await begin(mira);
  await goTo(olga, 3);
  await field(olga).pressSequentially("Look at this @mir");
  await olga.getByRole("option", { name: "Mira Member" }).waitFor();
  await assertAccessible(olga, "names are offered");
  await olga.keyboard.press("Enter");
  assert.equal(await field(olga).inputValue(), "Look at this @Mira Member ");
  await goTo(olga, 6);
  await olga.getByRole("button", { name: /^Up to 0:0[56]/ }).click();
  await field(olga).pressSequentially("please");
  await olga.keyboard.press("Enter");
  const seen = thread(mira, "Look at this");
  await seen.getByText("0:03–0:0").waitFor();
  assert.equal(await seen.locator(".mention").textContent(), "@Mira Member");
  const { json } = await server.api("GET", `/api/v1/clips/${clip}/comments`, { cookie: await cookieOf(mira) });
  assert.deepEqual(
    json.comments[0].mentions.map((p) => p.name),
    ["Mira Member"],
  );
});

const cookieOf = async (page) => (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join("; ");

test("pausing to type keeps the moment, and a draft survives a reload", limit, async () => {
  await goTo(mira, 2);
  await mira.getByRole("button", { name: "Play", exact: true }).click();
  await field(mira).pressSequentially("Half a thou");
  assert.equal(await mira.evaluate(() => document.querySelector("video").paused), true);
  const stamp = await mira.locator(".stamp.held").textContent();
  await mira.reload();
  await mira.getByRole("tab", { name: /Comments/ }).click();
  await until("the draft is there", async () => (await field(mira).inputValue()) === "Half a thou");
  assert.equal(await mira.locator(".stamp.held").textContent(), stamp);
  await field(mira).pressSequentially("ght");
  await mira.keyboard.press("Enter");
  await thread(olga, "Half a thought").getByText(stamp).waitFor();
});

test("the draft of a change survives a reload, and is dropped by Cancel", limit, async () => {
  const change = (page) => page.getByLabel("Change the comment");
  await thread(mira, "Half a thought").getByRole("button", { name: "Edit" }).click();
  await change(mira).press("End");
  await change(mira).pressSequentially(" and more");
  await mira.reload();
  await mira.getByRole("tab", { name: /Comments/ }).click();
  await until("the change goes on", async () => (await change(mira).inputValue()) === "Half a thought and more");
  await mira.getByRole("button", { name: "Cancel" }).click();
  await change(mira).waitFor({ state: "detached" });
  await mira.reload();
  await mira.getByRole("tab", { name: /Comments/ }).click();
  await thread(mira, "Half a thought").waitFor();
  await thread(mira, "Half a thought").getByRole("button", { name: "Edit" }).click();
  assert.equal(await change(mira).inputValue(), "Half a thought");
  await mira.keyboard.press("Escape");
});

test("who names somebody who may not watch is told so, and may let them in", limit, async () => {
  const cookie = await cookieOf(olga);
  const only = (visibility) => server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility } });
  assert.equal((await only("private")).status, 200);
  await mira.goto(`${server.url}/`); // not lost on the clip's page
  await olga.reload();
  await olga.getByRole("tab", { name: /Comments/ }).click();
  await field(olga).pressSequentially("For @mir");
  await olga.getByRole("option", { name: /Mira Member\s+may not watch this/ }).waitFor();
  await olga.keyboard.press("Enter");
  const warning = olga.getByRole("status").filter({ hasText: "Mira Member may not watch this clip and will not be told." });
  await warning.waitFor();
  await lookAround(olga, "mention-unseen");
  await warning.getByRole("button", { name: "Share it with Mira Member" }).click();
  await warning.waitFor({ state: "detached" });
  await field(olga).press("Enter");
  await thread(olga, "For @Mira Member").waitFor();
  const told = async () => (await server.api("GET", "/api/v1/inbox", { cookie: await cookieOf(mira) })).json.notices;
  await until("Mira is told", async () => (await told()).some((n) => n.kind === "mention" && n.excerpt.startsWith("For @Mira")));
  assert.equal((await only("workspace")).status, 200);
  await mira.goto(`${server.url}/c/${clip}`);
  await mira.getByRole("tab", { name: /Comments/ }).click();
  await field(mira).waitFor();
});

test("a drawing is made by pointer and by keys, and shown at its frame", limit, async () => {
  await begin(olga);
  await begin(mira);
  await goTo(olga, 4);
  await field(olga).fill("Here");
  await olga.getByRole("button", { name: "Draw", exact: true }).click();
  const paper = olga.getByRole("application");
  const box = await paper.boundingBox();
  await olga.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.5);
  await olga.mouse.down();
  await olga.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 5 });
  await olga.mouse.up();
  await olga.getByRole("button", { name: "Box" }).click();
  await olga.getByRole("button", { name: "Green" }).click();
  await paper.focus();
  await olga.keyboard.press("ArrowUp");
  await olga.keyboard.press("Enter");
  await olga.keyboard.press("Shift+ArrowRight");
  await olga.keyboard.press("Shift+ArrowDown");
  await olga.keyboard.press("Enter");
  await olga.getByRole("button", { name: "Pen", exact: true }).click();
  await olga.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.2);
  await olga.mouse.down();
  await olga.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3, { steps: 6 });
  await olga.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.2, { steps: 6 });
  await olga.mouse.up();
  await olga.getByRole("button", { name: "Text", exact: true }).click();
  await olga.getByLabel("Words to put on the picture").fill("Look");
  await paper.focus();
  await olga.keyboard.press("Enter");
  // A stroke too many is taken back.
  await olga.getByRole("button", { name: "Arrow", exact: true }).click();
  await paper.focus();
  await olga.keyboard.press("Enter");
  await olga.keyboard.press("Shift+ArrowUp");
  await olga.keyboard.press("Enter");
  await olga.keyboard.press("Backspace");
  await lookAround(olga, "drawing");
  await olga.keyboard.press("Escape");
  await until("the words have the focus", () => field(olga).evaluate((f) => f === document.activeElement));
  await olga.keyboard.press("Enter");
  const said = thread(mira, "Here");
  await said.getByRole("button", { name: "Show the drawing" }).click();
  const drawing = mira.getByRole("img", { name: "A drawing on this frame" });
  await drawing.waitFor();
  assert.equal(await drawing.locator("path:not(.edge)").count(), 3);
  assert.equal(await drawing.locator("text").last().textContent(), "Look");
  const { comments } = (await server.api("GET", `/api/v1/clips/${clip}/comments`, { cookie: await cookieOf(mira) })).json;
  const drawn = comments.find((c) => c.body === "Here").drawing.strokes;
  assert.deepEqual(
    drawn.map((d) => d.tool),
    ["arrow", "box", "pen", "text"],
  );
  assert.ok(drawn[2].points.length > 4, "the pen leaves a line, not its ends");
  await lookAround(mira, "drawn");
  await goTo(mira, 8);
  await drawing.waitFor({ state: "detached" });
});

test("pictures are pasted and seen", limit, async () => {
  await field(mira).focus();
  await mira.evaluate(
    (bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "picture.png", { type: "image/png" }));
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [...picture],
  );
  await mira.getByRole("list", { name: "Pictures of this comment" }).getByRole("img").waitFor();
  await mira.getByRole("button", { name: "Post comment" }).click();
  const image = log(olga).getByRole("img", { name: "Picture 1 of Mira Member" });
  await image.scrollIntoViewIfNeeded();
  await until("the picture is loaded", () => image.evaluate((i) => i.complete && i.naturalWidth === 320));
});

test("a note to the author is seen by nobody else", limit, async () => {
  await field(mira).fill("Between us");
  await mira.getByLabel("Only for Olga Owner").check();
  await mira.getByRole("button", { name: "Post comment" }).click();
  await thread(olga, "Between us").getByText("Private").waitFor();
});

test("reactions are counted and stand on the timeline of both", limit, async () => {
  await goTo(olga, 7.2);
  await goTo(mira, 7.4);
  await olga.locator("body").click({ position: { x: 5, y: 700 } });
  await olga.keyboard.press("e");
  await olga.keyboard.press("Enter");
  await mira.getByRole("button", { name: /^Thumbs up, 1, react at 0:07/ }).click();
  await olga.getByRole("button", { name: /^Thumbs up, 2, take mine back from 0:07/ }).waitFor();
  await olga.getByRole("button", { name: /2 👍/ }).waitFor();
  await olga.locator(".heat path").waitFor({ state: "attached" });
  await mira.getByRole("button", { name: /^Thumbs up, 2, take mine back/ }).click();
  await olga.getByRole("button", { name: /^Thumbs up, 1, take/ }).waitFor();
});

test("answers, changes with their history, resolving, deleting", limit, async () => {
  await thread(mira, "Look at this").getByRole("button", { name: "Reply", exact: true }).click();
  await mira.getByLabel("Reply to Olga Owner").fill("I see");
  await mira.keyboard.press("Enter");
  const answer = thread(olga, "Look at this").getByText("I see");
  await answer.waitFor();
  await thread(mira, "Half a thought").getByRole("button", { name: "Edit" }).click();
  await mira.getByLabel("Change the comment").fill("A whole thought");
  await mira.keyboard.press("Enter");
  await thread(olga, "A whole thought").getByRole("button", { name: "edited" }).click();
  await olga.getByRole("dialog").getByText("Half a thought").waitFor();
  await assertAccessible(olga, "the history of a comment");
  await olga.keyboard.press("Escape");
  await thread(olga, "A whole thought").getByRole("button", { name: "Resolve" }).click();
  await thread(mira, "A whole thought").waitFor({ state: "detached" });
  await mira.getByLabel(/Show resolved \(1\)/).check();
  await thread(mira, "A whole thought").getByText("Resolved by Olga Owner").waitFor();
  await thread(mira, "A whole thought").getByRole("button", { name: "Reopen" }).click();
  await thread(olga, "A whole thought").getByRole("button", { name: "Resolve" }).waitFor();
  await lookAround(olga, "comments");
  await thread(mira, "A whole thought").getByRole("button", { name: "Delete" }).click();
  await mira.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await thread(olga, "A whole thought").waitFor({ state: "detached" });
});

test("what one says while the other is away is there when they come back", limit, async () => {
  await mira.context().setOffline(true);
  await field(olga).fill("Said while you were away");
  await olga.keyboard.press("Enter");
  await thread(olga, "Said while you were away").waitFor();
  await mira.context().setOffline(false);
  await thread(mira, "Said while you were away").waitFor({ timeout: 60_000 });
});

test("a reply is spoken: read, heard, and found again", limit, async () => {
  // Mira speaks in a browser of her own: its microphone plays real speech.
  const mic = await micFile(path(root, "testdata/media/opus.webm"), server.data);
  const speaking = await launch({ mic });
  try {
    await speaking.context.addCookies(await mira.context().cookies());
    const page = await open(speaking.context);
    await thread(page, "Look at this").getByRole("button", { name: "Reply by voice" }).click();
    await page.getByRole("button", { name: "Stop and reply" }).waitFor();
    const heard = thread(olga, "Look at this");
    await heard.getByText("Is being recorded now").waitFor({ timeout: 30_000 });
    const recorder = page.getByRole("region", { name: "Record a reply to Olga Owner" });
    await recorder.getByText("0:06").waitFor({ timeout: 60_000 });
    await assertAccessible(page, "a reply is recorded");
    await page.getByRole("button", { name: "Stop and reply" }).click();
    await heard.getByText(/fellow americans/i).waitFor({ timeout: 120_000 });
    await heard.getByRole("button", { name: "Play the voice reply of Mira Member" }).click();
    await until("it is heard", () => heard.locator("video").evaluate((v) => v.currentTime > 0.5 && !v.paused));
    await heard.getByRole("button", { name: "Pause the voice reply of Mira Member" }).click();
    await lookAround(olga, "spoken-reply");
    const found = await server.api("GET", "/api/v1/search?q=americans", { cookie: await cookieOf(olga) });
    assert.ok(found.json.moments.length > 0, "the words of the reply are not found");

    // Where the line is away at the end, nobody has to stay for it.
    await thread(page, "Look at this").getByRole("button", { name: "Reply by voice" }).click();
    await recorder.getByText("0:02").waitFor({ timeout: 60_000 });
    await page.route("**/finish", (r) => r.abort());
    await page.getByRole("button", { name: "Stop and reply" }).click();
    await recorder.waitFor({ state: "detached", timeout: 60_000 });
    const dock = page.getByRole("region", { name: "Transfers" });
    await dock.getByText(/The server is away; the rest is kept in this browser\./).waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Inbox" }).first().click();
    await page.waitForURL(/\/inbox/);
    await page.unroute("**/finish");
    await dock.getByText("All sent").waitFor({ timeout: 60_000 });
  } finally {
    await speaking.browser.close();
  }
});
