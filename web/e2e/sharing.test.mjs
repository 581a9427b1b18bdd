// Sharing, as people do it: by name, by a link with conditions, in another site's page; and taking it back.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { freePort, Server, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
let server, browser, context, cookie, clip, page;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  cookie = await signIn(server, context);
  const film = path(server.data, "film.mp4");
  await run("ffmpeg", [
    ...[
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      "testsrc2=size=640x360:rate=30:duration=6",
      "-f",
      "lavfi",
      "-i",
      "sine=220:duration=6",
    ],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  clip = await upload(server, cookie, await readFile(film), "A film to share");
  await finished(server, clip, cookie);
  const { status } = await server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility: "private" } });
  assert.equal(status, 200);
  page = await context.newPage();
  await page.goto(`${server.url}/c/${clip}`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const stranger = () => browser.newContext({ viewport: { width: 1440, height: 900 } });
const playing = (p) => until("it plays", () => p.evaluate(() => document.querySelector("video")?.currentTime > 0.2));

async function dialog() {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "People, passwords, embedding" }).click();
  return page.getByRole("dialog", { name: "Share this clip" });
}

test("a link with a password lets a guest watch and comment, until it is taken back", limit, async () => {
  const d = await dialog();
  await d.getByRole("button", { name: "New link" }).click();
  await d.getByLabel("For whom").fill("The customer");
  await d.getByLabel("Password").fill("open sesame");
  await lookAround(page, "share");
  await d.getByRole("button", { name: "Make the link" }).click();
  const link = await d.getByLabel("New link").inputValue();
  await d.getByText(/password · until/).waitFor();

  const guest = await (await stranger()).newPage();
  await guest.goto(`${server.url}/c/${clip}`);
  await guest.getByRole("heading", { name: "This clip is not here for you" }).waitFor();
  await guest.goto(link);
  await guest.getByLabel("Password").fill("wrong");
  await guest.getByRole("button", { name: "Watch" }).click();
  await guest.getByRole("alert").waitFor();
  await assertAccessible(guest, "the password page");
  await guest.getByLabel("Password").fill("open sesame");
  await guest.getByRole("button", { name: "Watch" }).click();
  await guest.waitForURL(`**/c/${clip}`);
  await guest.getByRole("button", { name: /^Play/ }).first().click();
  await playing(guest);

  await guest.getByRole("tab", { name: /Comments/ }).click();
  await guest.getByLabel("Your name, to take part").fill("Gus from outside");
  await guest.getByRole("button", { name: "Go on" }).click();
  await guest.getByLabel(/^Comment at/).fill("Greetings from <b>outside</b>");
  await guest.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: /Comments/ }).click();
  const said = page.getByRole("log", { name: "Comments" }).getByRole("article");
  await said.getByText("Greetings from <b>outside</b>").waitFor();
  await said.getByText("Gus from outside").waitFor();
  await said.getByText("Guest", { exact: true }).waitFor();

  await (await dialog()).getByRole("button", { name: "Take back The customer" }).click();
  await guest.getByText("You may not see this clip any more").waitFor({ timeout: 45_000 });
  await page.keyboard.press("Escape");
});

test("somebody asks to be let in, and is", limit, async () => {
  const other = await browser.newContext();
  await join(server, cookie, other, "Mira Member");
  const mira = await other.newPage();
  await mira.goto(`${server.url}/c/${clip}`);
  await mira.getByLabel("Message").fill("I need it for the report");
  await mira.getByRole("button", { name: "Ask to be let in" }).click();
  await mira.getByText("Asked.").waitFor();
  const d = await dialog();
  await d.getByText("I need it for the report").waitFor();
  await assertAccessible(page, "the share dialog with a request");
  await d.getByRole("button", { name: "Let them in" }).click();
  await d.getByText("I need it for the report").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await mira.goto(`${server.url}/c/${clip}`);
  await mira.getByRole("heading", { name: "A film to share" }).waitFor();
  await (await dialog()).getByRole("button", { name: "No longer share with Mira Member" }).click();
  await mira.getByText("You may not see this clip any more").waitFor({ timeout: 45_000 });
  await page.keyboard.press("Escape");
});

test("another site's page shows the player", limit, async () => {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByLabel("Anyone with the link").check();
  await page.getByText("Anyone with the link can watch now").waitFor();
  await page.getByRole("button", { name: "People, passwords, embedding" }).click();
  const code = await page.getByLabel("Code to embed the player").inputValue();
  await page.getByLabel("They may download it").check();
  const port = await freePort();
  const site = createServer((_, r) =>
    r.setHeader("content-type", "text/html").end(`<!doctype html><title>Another site</title>${code}`),
  );
  await new Promise((r) => site.listen(port, "127.0.0.1", r));
  try {
    const reader = await (await stranger()).newPage();
    await reader.goto(`http://localhost:${port}/`);
    const frame = reader.frameLocator("iframe");
    await frame.getByRole("button", { name: /^Play/ }).first().click();
    await until("it plays in the other page", () => frame.locator("video").evaluate((v) => v.currentTime > 0.2));
    await frame.getByRole("link", { name: /A film to share/ }).waitFor();
  } finally {
    site.close();
  }
  const strange = await (await stranger()).newPage();
  await strange.goto(`${server.url}/embed/${clip}`);
  await strange.getByRole("button", { name: /^Play/ }).first().waitFor();
  await lookAround(strange, "embed");
  const file = await server.api("GET", `/api/v1/clips/${clip}/download`);
  assert.equal(file.status, 200);
  assert.match(file.headers.get("content-type"), /video\/mp4/);
});

test("its owner sees who has watched it", limit, async () => {
  const other = await stranger();
  await join(server, cookie, other, "Nils Nextdoor");
  const nils = await other.newPage();
  await nils.goto(`${server.url}/c/${clip}`);
  await nils.getByRole("button", { name: /^Play/ }).first().click();
  await until("it is played to its end", () => nils.evaluate(() => document.querySelector("video").ended), 60_000);
  await nils.close();
  const insight = () => server.api("GET", `/api/v1/clips/${clip}/insight`, { cookie });
  await until("the report has arrived", async () =>
    (await insight()).json.viewers.some((v) => v.person?.name === "Nils Nextdoor"),
  );
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More about this clip" }).click();
  await page.getByRole("button", { name: "Who has watched" }).click();
  const row = page.getByRole("dialog", { name: "Who has watched" }).getByRole("listitem").filter({ hasText: "Nils Nextdoor" });
  const share = await row.getByRole("meter").getAttribute("value");
  assert.ok(Number(share) > 0.8, `${share} of the clip was counted`);
  await lookAround(page, "insight");
});
