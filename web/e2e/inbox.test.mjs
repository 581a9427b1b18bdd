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
let server, browser, context, cookie, clip, mira, miraCookie;

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  ({ browser, context } = launched);
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

const comment = async (words, mentions = []) => {
  const body = { body: words, at_ms: 3000, mentions };
  assert.equal((await server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie: miraCookie, body })).status, 201);
};

test("two tabs agree about what is unread, as it changes", limit, async () => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto(`${server.url}/inbox`);
  await two.goto(`${server.url}/`);
  const number = (tab, words) => tab.getByRole("link", { name: words }).waitFor({ timeout: 60_000 });
  await number(two, "Inbox");
  await comment("first");
  await comment("second");
  await number(one, /^Inbox 2/);
  await number(two, /^Inbox 2/);
  // Read in one, it is read in the other, which nobody has touched; and the other way round.
  const first = one.getByRole("listitem").filter({ hasText: "“first”" });
  await first.getByRole("link").focus();
  await one.keyboard.press("Enter");
  await one.waitForURL(new RegExp(`/c/${clip}`));
  await number(two, /^Inbox 1/);
  await one.goto(`${server.url}/inbox`);
  await two.goto(`${server.url}/inbox`);
  await two.getByRole("button", { name: "Mark all read" }).click();
  await one.getByRole("button", { name: "Mark all read" }).waitFor({ state: "detached", timeout: 60_000 });
  await one.getByRole("link", { name: "Inbox", exact: true }).waitFor({ timeout: 60_000 });
  await Promise.all([one.close(), two.close()]);
});

test("one chooses what one hears of, where and when", limit, async () => {
  await mira.goto(`${server.url}/inbox`);
  await mira.getByRole("link", { name: "What you hear of, and how" }).click();
  const box = (name) => mira.getByRole("checkbox", { name });
  await box("Somebody names me: E-mail").focus();
  await mira.keyboard.press("Space");
  await box("The record of a round is there: Inbox").uncheck();
  await mira.getByLabel("One each working day").check();
  await mira.getByLabel("Time of the daily mail").fill("07:45");
  const kept = async () => (await server.api("GET", "/api/v1/me/notifications", { cookie: miraCookie })).json;
  await until("the choice is kept", async () => {
    const { mail, digest_at, muted, not_inbox, not_mail } = await kept();
    return (
      mail === "daily" &&
      digest_at === "07:45" &&
      muted.length === 0 &&
      not_mail.join() === "mention" &&
      not_inbox.join() === "round.record"
    );
  });
  // What a program has silenced everywhere can be heard again in one way.
  const body = { ...(await kept()), muted: ["comment"] };
  assert.equal((await server.api("PUT", "/api/v1/me/notifications", { cookie: miraCookie, body })).status, 200);
  await mira.reload();
  assert.equal(await box("Somebody comments on my clips: Browser").isChecked(), false);
  await box("Somebody comments on my clips: Browser").check();
  await until("it is silent in the others alone", async () => {
    const { muted, not_inbox, not_mail, not_push } = await kept();
    return muted.length === 0 && not_inbox.includes("comment") && not_mail.includes("comment") && not_push.length === 0;
  });
});

test("a clip, a space and a round are muted where they are, and heard again in the settings", limit, async () => {
  const call = async (method, at, body) => {
    const answer = await server.api(method, `/api/v1${at}`, { cookie, body });
    assert.ok(answer.status < 300, `${method} ${at}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const me = await call("GET", "/me");
  const space = await call("POST", "/spaces", { name: "Harbour" });
  await call("PATCH", `/clips/${clip}`, { space_id: space.id });
  const round = await call("POST", "/rounds", { template: "stand-up", members: [me.id] });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const press = async (name) => {
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };
  const muted = async () => (await call("GET", "/me/mutes")).mutes.map((m) => m.kind).join();
  await page.goto(`${server.url}/c/${clip}`);
  await press("More about this clip");
  await press("Stop telling me about this");
  await until("the clip is muted", async () => (await muted()) === "clip");
  await call("POST", "/inbox/read", {});
  await comment("nobody is told");
  await comment("@Olga Owner is", [me.id]);
  const { notices } = await call("GET", "/inbox");
  assert.ok(notices[0].excerpt.includes("@Olga Owner is") && !notices.some((n) => n.excerpt === "nobody is told"));
  await page.goto(`${server.url}/?space=${space.id}`);
  await press("Mute");
  await until("the space is muted", async () => (await muted()) === "space,clip");
  await page.getByRole("button", { name: "Hear of it again", exact: true }).waitFor();
  await lookAround(page, "space-muted");
  await page.goto(`${server.url}/rounds/${round.id}`);
  await press("Mute");
  await until("the round is muted", async () => (await muted()) === "round,space,clip");
  await lookAround(page, "round-muted");
  await page.goto(`${server.url}/settings/notifications`);
  await page.getByLabel("One each working day").check();
  await page.getByRole("button", { name: "Hear again: Harbour" }).waitFor();
  await lookAround(page, "notifications");
  for (const name of [round.name, "Harbour", "A voice note"]) {
    await press(`Hear again: ${name}`);
    await page.getByRole("button", { name: `Hear again: ${name}` }).waitFor({ state: "detached" });
  }
  assert.equal(await muted(), "");
  await page.close();
});
