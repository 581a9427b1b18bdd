// Links with conditions, as the one who makes them and those who open them see them: the domain of an address, a number of views, an end
// with more time asked for and given, and an open player that is shut.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { Server, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
const patience = 60_000;
let server, browser, cookie, clip, page;

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  const film = path(server.data, "film.mp4");
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=90"];
  const sound = ["-f", "lavfi", "-i", "sine=220:duration=90"];
  const encode = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  await run("ffmpeg", ["-v", "error", ...picture, ...sound, ...encode, film]);
  clip = await upload(server, cookie, await readFile(film), "A film to share");
  await finished(server, clip, cookie);
  const { status } = await server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility: "private" } });
  assert.equal(status, 200);
  page = await launched.context.newPage();
  page.setDefaultTimeout(patience);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A browser of somebody whom nobody knows. */
async function stranger() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(patience);
  return context.newPage();
}
const title = (p, words) => p.getByRole("heading", { name: words }).waitFor();
const watching = (p) => p.waitForURL(`**/c/${clip}`).then(() => title(p, "A film to share"));
const playing = (p) => until("it plays", () => p.evaluate(() => document.querySelector("video")?.currentTime > 0.2), patience);

/** Makes a link in the dialog, by what is told in fill; gives its address and its row. */
async function makeLink(name, fill) {
  await page.goto(`${server.url}/c/${clip}?share=links`);
  const dialog = page.getByRole("dialog", { name: "Share this clip" });
  await dialog.getByRole("button", { name: "New link" }).click();
  await dialog.getByLabel("For whom").fill(name);
  await fill(dialog);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByLabel("New link").inputValue();
  const { shares } = (await server.api("GET", `/api/v1/clips/${clip}/shares`, { cookie })).json;
  return { link, id: shares.find((s) => s.name === name).id, row: dialog.getByRole("listitem").filter({ hasText: name }) };
}
const change = (id, body) => server.api("PATCH", `/api/v1/clips/${clip}/shares/${id}`, { cookie, body });

test("a link for an e-mail domain lets in who signs in with an address there, and nobody else", limit, async () => {
  const { link, row } = await makeLink("The partner", (d) => d.getByLabel("Only e-mail of").fill("@Example.org"));
  await row.getByText("people of example.org").waitFor();
  await join(server, cookie, await browser.newContext(), "Mira Member");
  const someone = await stranger();
  await someone.goto(link);
  await title(someone, "For people of example.org");
  await lookAround(someone, "link-domain");
  await someone.getByRole("link", { name: "Sign in" }).focus();
  await someone.keyboard.press("Enter");
  await someone.getByLabel("E-mail").fill("mira@example.org");
  await someone.getByLabel("Password").fill("another sentence");
  await someone.keyboard.press("Enter");
  await watching(someone);
  await someone.getByRole("button", { name: /^Play/ }).first().click();
  await playing(someone);

  const elsewhere = await makeLink("Another partner", (d) => d.getByLabel("Only e-mail of").fill("partner.test"));
  await someone.goto(elsewhere.link);
  await title(someone, "This link does not work");
  await someone.getByText("this link is for people with an address of partner.test", { exact: false }).waitFor();
});

test("a link for one opens again for that one, and is over for the next", limit, async () => {
  const { link } = await makeLink("Only one", (d) => d.getByLabel("How many may open it").fill("1"));
  const first = await stranger();
  await first.goto(link);
  await watching(first);
  await first.goto(link);
  await watching(first);
  const second = await stranger();
  await second.goto(link);
  await title(second, "This link was opened as often as it may be");
  await second.getByText("Whoever sent it can send you another.").waitFor();
  await assertAccessible(second, "a link that was opened as often as it may be");
  await second.goto(`${server.url}/c/${clip}`);
  await title(second, "This clip is not here for you");
  await page.goto(`${server.url}/c/${clip}?share=links`);
  const row = page.getByRole("listitem").filter({ hasText: "Only one" });
  await row.getByText("opened 1 of 1").waitFor();
});

test("who comes too late asks for more time, the owner gives it, and the same link works again", limit, async () => {
  const { link, id } = await makeLink("Until yesterday", (d) => d.getByLabel("Works for").selectOption("1 day"));
  const guest = await stranger();
  await guest.goto(link);
  await watching(guest);
  assert.equal((await change(id, { expires_at: new Date(Date.now() - 3_600_000).toISOString() })).status, 200);
  await guest.getByText("You may not see this clip any more").waitFor({ timeout: patience });
  await guest.goto(link);
  await title(guest, "This link has expired");
  await lookAround(guest, "link-expired");
  await guest.getByLabel("Your name").focus();
  await guest.keyboard.type("Gus from outside");
  await guest.keyboard.press("Tab");
  await guest.keyboard.type("I was on leave until today");
  await guest.keyboard.press("Enter");
  await guest.getByText("Asked. When they agree, the same link works again.").waitFor();

  // The owner hears of it where they hear of everything, and is led to the answer.
  await page.goto(`${server.url}/inbox`);
  const notice = page.getByRole("listitem").filter({ hasText: "I was on leave until today" });
  await notice.getByRole("link").focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Share this clip" });
  await dialog.getByText("asks for more time on a link").waitFor();
  await lookAround(page, "link-request");
  await dialog.getByRole("button", { name: "Seven days more" }).click();
  await dialog.getByText("asks for more time on a link").waitFor({ state: "detached" });
  await guest.goto(link);
  await watching(guest);
  await guest.getByRole("button", { name: /^Play/ }).first().click();
  await playing(guest);
});

test("a player that plays is shut when its link is taken back", limit, async () => {
  const { link, row } = await makeLink("The customer", (d) => d.getByLabel("Password").fill("open sesame"));
  const guest = await stranger();
  await guest.goto(link);
  await guest.getByLabel("Password").fill("open sesame");
  await guest.keyboard.press("Enter");
  await watching(guest);
  await guest.goto(link); // nobody is asked twice
  await watching(guest);
  await guest.getByRole("button", { name: /^Play/ }).first().click();
  await playing(guest);
  const segment = `${server.url}/api/v1/clips/${clip}/hls/source/seg-0.m4s`;
  assert.equal((await guest.request.get(segment)).status(), 200);
  await row.getByRole("button", { name: "Take back The customer" }).focus();
  await page.keyboard.press("Enter");
  await guest.getByText("You may not see this clip any more").waitFor({ timeout: patience });
  await until("the picture is gone", () => guest.evaluate(() => !(document.querySelector("video")?.currentTime > 0)), patience);
  assert.equal((await guest.request.get(segment)).status(), 404);
  await guest.goto(link);
  await title(guest, "This link was taken back");
  await assertAccessible(guest, "a link that was taken back");
});
