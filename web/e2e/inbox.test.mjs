// The inbox: a mention arrives while one looks elsewhere, leads to its moment, and is read then.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 180_000 };
let server, browser, cookie, clip, mira, miraCookie;

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  miraCookie = await join(server, cookie, other, "Mira Member");
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/opus.webm")), "A voice note");
  await finished(server, clip, cookie);
  mira = await other.newPage();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a mention arrives, leads to its moment, and is read", limit, async () => {
  await mira.goto(`${server.url}/inbox`);
  await mira.getByText("You are all caught up.").waitFor();
  const { id } = (await server.api("GET", "/api/v1/me", { cookie: miraCookie })).json;
  const body = { body: "@Mira Member what do you think?", at_ms: 3000, mentions: [id] };
  assert.equal((await server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie, body })).status, 201);
  const notice = mira.getByRole("listitem").filter({ hasText: "what do you think?" });
  await notice.getByText("Olga Owner").waitFor({ timeout: 60_000 });
  await mira.getByRole("link", { name: /Inbox 1/ }).waitFor();
  await lookAround(mira, "inbox");
  await notice.getByRole("link").click();
  await mira.waitForURL(new RegExp(`/c/${clip}`));
  await until("it is read", async () => (await server.api("GET", "/api/v1/inbox", { cookie: miraCookie })).json.unread === 0);
});

test("one chooses what one hears of", limit, async () => {
  await mira.goto(`${server.url}/inbox`);
  await mira.getByLabel("Somebody names me").uncheck();
  await mira.getByLabel("At most one an hour").check();
  const kept = async () => (await server.api("GET", "/api/v1/me/notifications", { cookie: miraCookie })).json;
  await until("the choice is kept", async () => {
    const { mail, muted } = await kept();
    return mail === "hourly" && muted.includes("mention");
  });
});
