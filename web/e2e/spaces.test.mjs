// A clip shared with a space: its people see it, and nobody else; guests who are taken out; strangers who ask; a clip for one's own mail.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 300_000 };
const wide = { viewport: { width: 1440, height: 900 } };
let server, browser, context, cookie, clip, page, mira, miraCookie;

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch(wide));
  cookie = await signIn(server, context);
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/avc1-opus.mkv")), "A plan for few");
  await finished(server, clip, cookie, 240_000);
  const { status } = await server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility: "private" } });
  assert.equal(status, 200);
  const other = await browser.newContext(wide);
  miraCookie = await join(server, cookie, other, "Mira Member");
  mira = await other.newPage();
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function dialog() {
  await page.goto(`${server.url}/c/${clip}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "People, passwords, embedding" }).click();
  return page.getByRole("dialog", { name: "Share this clip" });
}
const spaceId = async () => (await server.api("GET", "/api/v1/spaces", { cookie })).json.spaces[0].id;

test("the people of a closed space see what is shared with it, until they are taken out", limit, async () => {
  await page.goto(`${server.url}/settings/spaces`);
  await page.getByLabel("New space").fill("Design");
  await page.getByLabel("Closed: people are let in").check();
  await page.getByRole("button", { name: "Make a space" }).click();
  await page.getByRole("link", { name: "Design" }).waitFor();

  await mira.goto(`${server.url}/settings/spaces`);
  await mira.getByRole("link", { name: "Design" }).waitFor();
  assert.equal(await mira.getByRole("button", { name: "Join Design" }).count(), 0);

  await page.getByRole("button", { name: "People of Design" }).click();
  const people = page.getByRole("dialog", { name: "People of Design" });
  await people.getByLabel("Somebody to let in").selectOption({ label: "Mira Member" });
  await people.getByRole("button", { name: "Let in" }).click();
  await people.getByRole("button", { name: "Take out Mira Member" }).waitFor();
  await lookAround(page, "space-people");
  await page.keyboard.press("Escape");
  await people.waitFor({ state: "detached" });

  // Open and closed: everybody may join, or they are let in.
  await page.getByRole("button", { name: "Open Design" }).click();
  await page.getByRole("button", { name: "Open space" }).click();
  await page.getByRole("button", { name: "Close Design" }).waitFor();
  await lookAround(page, "spaces-open");
  await page.getByRole("button", { name: "Close Design" }).click();
  await page.getByRole("button", { name: "Open Design" }).waitFor();
  await lookAround(page, "spaces");

  const d = await dialog();
  await d.getByLabel("A space to share with").selectOption({ label: "Design (closed)" });
  await d.getByRole("button", { name: "Share", exact: true }).click();
  await d.getByRole("button", { name: "No longer share with Design" }).waitFor();
  await assertAccessible(page, "the share dialog with a space");
  await lookAround(page, "share-space");
  await page.keyboard.press("Escape");

  await mira.goto(`${server.url}/?space=${await spaceId()}`);
  await mira
    .getByRole("link", { name: /A plan for few/ })
    .first()
    .waitFor();
  await mira.goto(`${server.url}/inbox`);
  await mira.getByText("A plan for few").first().waitFor();
  await mira.goto(`${server.url}/c/${clip}`);
  await mira.getByRole("heading", { name: "A plan for few" }).waitFor();

  await page.goto(`${server.url}/settings/spaces`);
  await page.getByRole("button", { name: "People of Design" }).click();
  await people.getByRole("button", { name: "Take out Mira Member" }).click();
  await people.getByRole("button", { name: "Take out Mira Member" }).waitFor({ state: "detached" });
  await mira.getByText("You may not see this clip any more").waitFor({ timeout: 60_000 });
  const { status } = await server.api("GET", `/api/v1/clips/${clip}/hls/master.m3u8`, { cookie: miraCookie });
  assert.equal(status, 404);
});

test("a guest is taken out", limit, async () => {
  const made = await server.api("POST", `/api/v1/clips/${clip}/shares`, {
    cookie,
    body: { name: "The customer", comments: true },
  });
  const guest = await (await browser.newContext(wide)).newPage();
  await guest.goto(made.json.url);
  await guest.waitForURL(`**/c/${clip}`);
  await guest.getByRole("tab", { name: /Comments/ }).click();
  await guest.getByLabel("Your name, to take part").fill("Gus from outside");
  await guest.getByRole("button", { name: "Go on" }).click();
  await guest.getByLabel(/^Comment at/).fill("Buy my watches");
  await guest.keyboard.press("Enter");
  await guest.getByRole("article").getByText("Buy my watches").waitFor();

  const guests = (await dialog()).getByRole("region", { name: "Guests" });
  await guests.getByText("Gus from outside").waitFor();
  await guests.getByText("Buy my watches").waitFor();
  await assertAccessible(page, "the list of guests");
  await lookAround(page, "share-guests");
  await guests.getByRole("button", { name: "Take out Gus from outside" }).click();
  await page.getByRole("button", { name: "Take out", exact: true }).last().click();
  await guests.getByText(/taken out/).waitFor();
  await guest.getByText("You may not see this clip any more").waitFor({ timeout: 60_000 });
  await guest.goto(made.json.url);
  await guest.getByText(/taken out/).waitFor();
  await page.goto(`${server.url}/c/${clip}`);
  await page.getByRole("tab", { name: /Comments/ }).click();
  await page.getByRole("log", { name: "Comments" }).waitFor();
  assert.equal(await page.getByText("Buy my watches").count(), 0);
});

test("somebody without an account asks, and gets a link", limit, async () => {
  const strange = await (await browser.newContext(wide)).newPage();
  await strange.goto(`${server.url}/c/${clip}`);
  await strange.getByLabel("Your name").fill("Ana Outside");
  await strange.getByLabel("Your e-mail address").fill("ana@example.net");
  await strange.getByLabel("Message").fill("You told me of it");
  await assertAccessible(strange, "asking without an account");
  await lookAround(strange, "ask-stranger");
  await strange.getByRole("button", { name: "Ask for a link" }).click();
  await strange.getByText("Asked.").waitFor();
  const d = await dialog();
  await d.getByText("You told me of it").waitFor();
  await d.getByText(/ana@example.net/).waitFor();
  await lookAround(page, "share-stranger");
  await d.getByRole("button", { name: "Make a link for them" }).click();
  const link = await d.getByLabel("Link for Ana Outside").inputValue();
  await strange.goto(link);
  await strange.getByRole("heading", { name: "A plan for few" }).waitFor();
});

test("a clip is copied for one's own mail", limit, async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  const d = await dialog();
  await d.getByRole("button", { name: "Copy for e-mail" }).click();
  await page.getByText("Copied: paste it into your mail").waitFor();
  // Chromium counts what is written to the clipboard a moment after it was, and takes what is read meanwhile for changed.
  const read = () =>
    page.evaluate(async () => {
      try {
        const [item] = await navigator.clipboard.read();
        const text = async (type) => (await item.getType(type)).text();
        return { html: await text("text/html"), plain: await text("text/plain") };
      } catch (error) {
        if (error.name === "InvalidStateError") return undefined;
        throw error;
      }
    });
  const copied = () => until("the clipboard is at rest", read);
  const first = await copied();
  assert.match(first.html, new RegExp(`<a href="${server.url}/c/${clip}"`));
  assert.match(first.html, /<img [^>]*src="data:image\/(webp|jpeg);base64,/);
  assert.match(first.plain, new RegExp(`^A plan for few \\(\\d+:\\d\\d\\)\\r?\\n${server.url}/c/${clip}`));

  await server.api("PATCH", `/api/v1/clips/${clip}`, { cookie, body: { visibility: "link" } });
  const again = await dialog();
  await again.getByText("They may comment under a name").waitFor();
  await again.getByRole("button", { name: "Copy for e-mail" }).click();
  await until("the picture is an address", async () =>
    /<img [^>]*src="http[^"]*\/(preview\.webp|poster\.jpg)/.test((await copied()).html),
  );
});
