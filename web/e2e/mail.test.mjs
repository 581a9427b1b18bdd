// A mail as a person gets it: from the real server by SMTP, about a clip, with its picture inside; and its last line, which ends the mail.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Mailbox } from "./mailbox.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 300_000 };
const patience = 120_000;
let server, browser, cookie, miraCookie, clip, box;

/** The parts of a mail (RFC 2046) with their bytes, however they are nested. */
function partsOf(mail) {
  const [, head, body] = /^([^]*?)\r\n\r\n([^]*)$/.exec(mail);
  const header = (name) =>
    new RegExp(`^${name}: *((?:.*(?:\r\n[ \t])?)*)`, "im").exec(head)?.[1].replaceAll(/\r\n\s+/g, " ") ?? "";
  const boundary = /boundary="?([^";\s]+)/.exec(header("Content-Type"))?.[1];
  if (boundary)
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((p) => partsOf(p.replace(/^\r\n/, "")));
  const coding = header("Content-Transfer-Encoding").toLowerCase();
  const plain = () =>
    Buffer.from(
      body.replaceAll("=\r\n", "").replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    );
  const bytes =
    coding === "base64" ? Buffer.from(body, "base64") : coding === "quoted-printable" ? plain() : Buffer.from(body, "latin1");
  return [{ type: header("Content-Type").split(";")[0], id: header("Content-ID").replaceAll(/[<>]/g, "").trim(), bytes }];
}

before(async () => {
  box = await Mailbox.open();
  server = await Server.start({ BATON_SMTP_URL: box.url, BATON_MAIL_FROM: "Baton <baton@example.org>" });
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  miraCookie = await join(server, cookie, await browser.newContext(), "Mira Member");
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/avc1-opus.mkv")), "Where we stand");
  await finished(server, clip, cookie, 240_000);
  const { json } = await server.api("GET", "/api/v1/me/hours", { cookie });
  const body = { ...json.hours, quiet_from: "00:00", quiet_to: "00:00" }; // whenever this runs
  assert.equal((await server.api("PUT", "/api/v1/me/hours", { cookie, body })).status, 200);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await box?.close();
});

test("a mail shows the clip by itself, reads without pictures, and its last line ends the mail", limit, async () => {
  const body = { body: "Look at <b>this</b>, please", at_ms: 2000 };
  assert.equal((await server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie: miraCookie, body })).status, 201);
  const mail = await until("the mail comes", () => box.raw.find((m) => m.includes("olga@example.org")), patience);
  const parts = partsOf(mail);
  const text = parts.find((p) => p.type === "text/plain").bytes.toString();
  assert.match(text, /Mira Member commented on Where we stand/);
  assert.match(text, /Look at <b>this<\/b>, please/);
  assert.ok(text.includes(`${server.url}/c/${clip}?t=2&comment=`), text);
  const moving = parts.find((p) => p.type === "image/webp");
  assert.equal(moving.bytes.subarray(8, 12).toString(), "WEBP");
  const letter = parts.find((p) => p.type === "text/html").bytes.toString();
  assert.ok(letter.includes(`src="cid:${moving.id}"`), letter);

  const reader = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await reader.newPage();
  page.setDefaultTimeout(patience);
  const asked = [];
  page.on("request", (r) => asked.push(r.url()));
  await page.setContent(letter.replace(`cid:${moving.id}`, `data:image/webp;base64,${moving.bytes.toString("base64")}`));
  await until("the picture is shown", () => page.evaluate(() => document.querySelector("img").naturalWidth > 100));
  assert.deepEqual(
    asked.filter((u) => /^https?:/.test(u)),
    [],
    "reading it asks nobody for anything",
  );
  assert.equal(await page.locator("b").count(), 0, "people's words are no HTML");
  await lookAround(page, "mail");

  await page.goto(/No more mail: (\S+)/.exec(text)[1]);
  await page.getByRole("heading", { name: "Stop the mail from Baton?" }).waitFor();
  const choice = async () => (await server.api("GET", "/api/v1/me/notifications", { cookie })).json.mail;
  assert.equal(await choice(), "each", "opening the page changes nothing");
  await lookAround(page, "unsubscribe");
  await page.getByRole("button", { name: "Stop the mail" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No more mail" }).waitFor();
  assert.equal(await choice(), "never");
});

test("somebody who is not signed in answers a round from the link in a chat, on a phone", limit, async () => {
  const timeZone = Intl.supportedValuesOf("timeZone").find(
    (zone) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit" }).format(new Date()) === "12",
  );
  const call = async (method, at, body) => {
    const answer = await server.api(method, `/api/v1${at}`, { cookie, body });
    assert.ok(answer.status < 300, `${method} ${at}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  await call("PUT", "/me/hours", { time_zone: timeZone, days, from: "00:00", to: "24:00" });
  const { id } = await call("GET", "/me");
  const today = new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());
  const daily = { template: "stand-up", name: "Daily", rule: "FREQ=DAILY", starts_on: today, opens: "00:00", closes: "24:00" };
  const round = await call("POST", "/rounds", { ...daily, members: [id] });
  const held = async () => (await call("GET", `/rounds/${round.id}/occurrences`)).occurrences[0];
  const { id: occurrence } = await until("it opens", held, 180_000);

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await phone.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`${server.url}/rounds/${round.id}/${occurrence}`); // as the message in the chat has it
  await page.getByRole("heading", { name: "Answer without signing in" }).waitFor();
  await lookAround(page, "answer-by-mail");
  await page.getByLabel("Your e-mail address").fill("olga@example.org");
  await page.keyboard.press("Enter");
  await page.getByText(/their link is on its way/).waitFor();
  const [link] = await box.find("olga@example.org", /http\S+\/api\/v1\/answer\/\w+/);
  await page.goto(link);
  await page.waitForURL(new RegExp(`/rounds/${round.id}/${occurrence}$`));
  await page.getByRole("link", { name: "Record your answer" }).waitFor();
  await page.getByRole("button", { name: "Write instead" }).click();
  await page.getByLabel("Today").fill("Came from the chat");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your answer is in").waitFor();
  assert.equal((await held()).answers[0].parts[0].text, "Came from the chat");
});
