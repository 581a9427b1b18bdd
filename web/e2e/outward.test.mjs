// What leaves the house, set up by the people themselves: webhooks to a program, messages to a browser while no page is open. And the way
// in: joining a second workspace while signed in, and going back and forth.
import assert from "node:assert/strict";
import { createDecipheriv, createECDH, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { cookieOf, finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 300_000 };
const patience = 60_000;
let server, browser, context, cookie, miraCookie, clip, page, receiver;

/** A program that people's webhooks and push services are: it keeps what comes and answers as it is told. */
async function listen() {
  const got = [];
  const r = { got, status: 204 };
  r.server = createServer((request, response) => {
    const parts = [];
    request.on("data", (d) => parts.push(d));
    request.on("end", () => {
      got.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(r.status).end();
    });
  });
  r.server.listen(0, "127.0.0.1");
  await once(r.server, "listening");
  r.url = `http://127.0.0.1:${r.server.address().port}`;
  return r;
}

before(async () => {
  receiver = await listen();
  server = await Server.start({ BATON_OUTBOUND_NETWORKS: "127.0.0.0/8" });
  const permissions = ["clipboard-read", "clipboard-write", "notifications"];
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 }, permissions }));
  cookie = await signIn(server, context);
  miraCookie = await join(server, cookie, await browser.newContext(), "Mira Member");
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/opus.webm")), "A voice note");
  await finished(server, clip, cookie);
  page = await context.newPage();
  page.setDefaultTimeout(patience);
});
after(async () => {
  await browser?.close();
  receiver?.server.close();
  await server?.stop();
});

const say = (body) => server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie: miraCookie, body: { body, at_ms: 3000 } });
/** The first thing that came since from a place, with a text in it. */
const came = (at, text) =>
  until(`${text} comes`, () => receiver.got.find((g) => g.path === at && g.body.includes(text)), patience);

test("a webhook is made, tried, posts what happens, fails in words, is mended and deleted", limit, async () => {
  await page.goto(`${server.url}/settings/webhooks`);
  await page.getByRole("combobox", { name: /^To/ }).selectOption({ label: "A program (signed JSON)" });
  await page.getByLabel("Name").fill("The build");
  await page.getByLabel("Address").fill("http://10.1.2.3/hook");
  await page.getByLabel("Comments").check();
  await page.getByRole("button", { name: "Add webhook" }).click();
  await page.getByText("not on the public Internet").waitFor();
  await page.getByLabel("Address").fill(`${receiver.url}/hook`);
  await page.keyboard.press("Enter");
  const secret = await page.getByLabel("Secret of The build").inputValue();
  const row = page.getByRole("listitem").filter({ hasText: "The build" }).first();
  await row.getByRole("button", { name: "Test The build" }).click();
  await row.getByText("The test message has arrived.").waitFor();

  await say("A comment for the build");
  const sent = await came("/hook", "A comment for the build");
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${sent.headers["webhook-id"]}.${sent.headers["webhook-timestamp"]}.${sent.body}`;
  const mac = createHmac("sha256", key).update(signed).digest("base64");
  assert.equal(sent.headers["webhook-signature"], `v1,${mac}`);
  assert.equal(JSON.parse(sent.body).type, "comment.created");
  await row.getByRole("button", { name: "Messages to The build" }).click();
  const messages = row.getByRole("list", { name: "Messages to The build" });
  const first = messages.getByRole("listitem").filter({ hasText: "Mira Member commented" }).first();
  await first.getByText("Arrived").waitFor();
  await lookAround(page, "webhooks");

  receiver.status = 500;
  await row.getByRole("button", { name: "Test The build" }).click();
  await row.getByText(/^Not taken: .*500/).waitFor();
  receiver.status = 410;
  await say("Nobody is there");
  await came("/hook", "Nobody is there");
  await until(
    "the webhook is paused",
    async () => (await server.api("GET", "/api/v1/webhooks", { cookie })).json.webhooks[0].paused,
    patience,
  );
  await page.reload();
  await row.getByText("Paused: its receiver says that it is gone for good (410)").waitFor();
  await row.getByRole("button", { name: "Messages to The build" }).click();
  await messages.getByText("Given up").waitFor();
  await lookAround(page, "webhooks-paused");
  receiver.status = 204;
  receiver.got.length = 0;
  await row.getByRole("button", { name: "Go on with The build" }).click();
  await messages.getByRole("button", { name: /^Try again: / }).focus();
  await page.keyboard.press("Enter");
  await came("/hook", "Nobody is there");
  await messages.getByText("Given up").waitFor({ state: "detached" });

  await row.getByRole("button", { name: "Delete The build" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete webhook" }).click();
  await page.getByText("No webhooks yet.").waitFor();
});

/** The keys of a browser, and what it reads of a message (RFC 8291, section 3.4; RFC 8188). */
function browserKeys() {
  const key = createECDH("prime256v1");
  key.generateKeys();
  const auth = randomBytes(16);
  const read = (body) => {
    const sender = body.subarray(21, 21 + body[20]);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), key.getPublicKey(), sender]);
    const shared = Buffer.from(hkdfSync("sha256", key.computeSecret(sender), auth, info, 32));
    const derived = (name, n) => Buffer.from(hkdfSync("sha256", shared, body.subarray(0, 16), `Content-Encoding: ${name}\0`, n));
    const sealed = body.subarray(21 + body[20]);
    const open = createDecipheriv("aes-128-gcm", derived("aes128gcm", 16), derived("nonce", 12));
    open.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  };
  return { p256dh: key.getPublicKey("base64url"), auth: auth.toString("base64url"), read };
}

// The browser maker's push service is the one part that is not real here: PushManager subscribes to an address of this test, with keys of
// this test. Permission, worker, server, encryption and what the worker shows are.
test("a browser is told of what is new, encrypted, and its worker shows it", limit, async () => {
  const keys = browserKeys();
  assert.equal((await server.api("PUT", "/api/v1/me/hours", { cookie, body: await awake() })).status, 200);
  await server.api("POST", "/api/v1/inbox/read", { cookie, body: {} });
  await page.addInitScript(
    ({ endpoint, p256dh, auth }) => {
      let now = null;
      PushManager.prototype.getSubscription = async () => now;
      PushManager.prototype.subscribe = async (options) => {
        if (!options.userVisibleOnly || !options.applicationServerKey) throw new DOMException("no key", "NotSupportedError");
        return (now = { toJSON: () => ({ endpoint, keys: { p256dh, auth } }), unsubscribe: async () => ((now = null), true) });
      };
    },
    { endpoint: `${receiver.url}/push/olga`, p256dh: keys.p256dh, auth: keys.auth },
  );
  await page.goto(`${server.url}/settings/notifications`);
  const turn = page.getByLabel("Notify me in this browser");
  await turn.check();
  const browsers = async () => (await server.api("GET", "/api/v1/me/push", { cookie })).json.browsers;
  await until("the server knows the browser", async () => (await browsers()).length === 1, patience);
  assert.equal(await turn.isChecked(), true);
  await lookAround(page, "push");
  receiver.got.length = 0;
  await say("Look at this, please");
  const pushed = await until("a push comes", () => receiver.got.find((g) => g.path === "/push/olga"), patience);
  assert.equal(pushed.headers["content-encoding"], "aes128gcm");
  assert.match(pushed.headers.authorization, /^vapid t=/);
  const words = keys.read(pushed.body);
  assert.match(words, /Look at this, please/);

  // The real worker is given the words as a push service gives them, and shows them.
  const session = await context.newCDPSession(page);
  const registered = new Promise((resolve) =>
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const mine = registrations.find((r) => r.scopeURL.startsWith(server.url));
      if (mine) resolve(mine.registrationId);
    }),
  );
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  await session.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data: words });
  const shown = () =>
    page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      return all.map((n) => ({ title: n.title, body: n.body, path: n.data.path }));
    });
  const [note] = await until("the notification is shown", async () => ((await shown()).length > 0 ? shown() : null), patience);
  assert.equal(note.title, "Mira Member commented on A voice note");
  assert.equal(note.body, "Look at this, please");
  assert.match(note.path, new RegExp(`^/c/${clip}\\?t=3&comment=`));
  await turn.uncheck();
  await until("the server forgot the browser", async () => (await browsers()).length === 0, patience);
});

/** My hours without quiet ones: the test does not wait for the morning. */
async function awake() {
  const { json } = await server.api("GET", "/api/v1/me/hours", { cookie });
  return { ...json.hours, quiet_from: "00:00", quiet_to: "00:00" };
}

test("somebody who is signed in joins another workspace, and goes back and forth", limit, async () => {
  const added = await server.run(["workspace", "add", "Harbour", "--email", "mira@example.org"]);
  assert.match(added, /made Harbour; mira@example.org owns it/);
  const mira = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await mira.request.post(`${server.url}/api/v1/sign-in`, {
    headers: { origin: server.url },
    data: { email: "mira@example.org", password: "another sentence" },
  });
  const hers = await mira.newPage();
  hers.setDefaultTimeout(patience);
  await hers.goto(`${server.url}/settings/workspaces`);
  const here = (p, name) => p.getByRole("listitem").filter({ hasText: name });
  if ((await here(hers, "Relay").getByText("You are here").count()) > 0) {
    await here(hers, "Harbour").getByRole("button", { name: "Go there" }).click();
    await hers.waitForURL(`${server.url}/`);
  }
  await hers.getByRole("navigation", { name: "Main" }).getByText("Harbour").waitFor();
  await hers.goto(`${server.url}/c/${clip}`);
  await hers.getByRole("heading", { name: "This clip is not here for you" }).waitFor();

  const invited = await server.api("POST", "/api/v1/invites", { cookie: await cookieOf(mira), body: { role: "member" } });
  await page.goto(invited.json.url);
  await page.getByRole("heading", { name: "Join Harbour" }).waitFor();
  await page.getByText("You are signed in as").waitFor();
  await lookAround(page, "join-signed-in");
  await page.getByRole("button", { name: "Join with this account" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/`);
  const rail = page.getByRole("navigation", { name: "Main" });
  await rail.getByText("Harbour").waitFor();
  assert.equal((await page.request.get(`${server.url}/api/v1/clips/${clip}`)).status(), 404);

  await page.goto(`${server.url}/settings/workspaces`);
  await here(page, "Harbour").getByText("You are here").waitFor();
  await here(page, "Harbour").getByText("member").waitFor();
  await here(page, "Relay").getByText("owner").waitFor();
  await lookAround(page, "workspaces");
  await here(page, "Relay").getByRole("button", { name: "Go there" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/`);
  await rail.getByText("Relay").waitFor();
  await page
    .getByRole("link", { name: /A voice note/ })
    .first()
    .waitFor();
  // The same invitation again changes nothing but where one is.
  await page.goto(invited.json.url);
  await page.getByRole("button", { name: "Join with this account" }).click();
  await rail.getByText("Harbour").waitFor();
});
