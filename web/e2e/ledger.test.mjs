// The ledger's meetings put right, the calendar of what is due, core hours where one chooses, and where somebody new starts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, until } from "./server.mjs";
import { join, signIn } from "./steps.mjs";

const limit = { timeout: 240_000 };
const patience = 60_000;
let server, browser, cookie, page, mira, miraId, miraCookie;
const errors = [];

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  miraCookie = await join(server, cookie, other, "Mira Member");
  miraId = (await server.api("GET", "/api/v1/me", { cookie: miraCookie })).json.id;
  [page, mira] = [await launched.context.newPage(), await other.newPage()];
  for (const p of [page, mira]) {
    p.setDefaultTimeout(patience);
    p.on("pageerror", (e) => errors.push(e.message));
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function ok(method, where, who, body) {
  const answer = await server.api(method, where, { cookie: who, body });
  assert.ok(answer.status < 300, `${where}: ${answer.status} ${answer.text}`);
  return answer.json;
}

test("a meeting is put right: its round, and the day on which it was held again", limit, async () => {
  const round = await ok("POST", "/api/v1/rounds", cookie, { template: "stand-up", name: "Daily round", members: [miraId] });
  await page.goto(`${server.url}/ledger`);
  const today = await page.getByLabel("to", { exact: true }).inputValue();
  const ago = (days) => new Date(new Date(today).getTime() - days * 86_400_000).toISOString().slice(0, 10);
  await ok("POST", "/api/v1/meetings", cookie, { name: "Status", minutes: 60, people: 10, per_year: 73.05, since: ago(19) });
  await page.reload();
  await page.getByText("Rounds saved 40 h of people's time.").waitFor();
  const form = page.getByRole("dialog");
  await page.getByRole("button", { name: "Change Status" }).click();
  assert.equal(await form.getByLabel("Held no more since").inputValue(), ago(19));
  await form.getByLabel("Last day without it").fill(ago(10));
  await lookAround(page, "ledger-form");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Rounds saved 20 h of people's time.").waitFor();
  await page.getByRole("button", { name: "Change Status" }).click();
  await form.getByLabel("The round that stands in for it").selectOption({ label: "Daily round" });
  await form.getByText("Only the days count for which the round was held").waitFor();
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Nothing to reckon in these days yet.").waitFor(); // nobody has answered it
  await ok("DELETE", `/api/v1/rounds/${round.id}`, cookie);
  await page.getByRole("button", { name: "Change Status" }).click();
  const chosen = form.getByLabel("The round that stands in for it");
  await until("its round is shown to have ended", async () => (await chosen.inputValue()) === round.id, patience);
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });

  const people = Array.from({ length: 8 }, (_, i) => `ATTENDEE:mailto:p${i}@example.org\r\n`).join("");
  const event = (name) =>
    `BEGIN:VEVENT\r\nDTSTART:20260302T100000Z\r\nDTEND:20260302T103000Z\r\nSUMMARY:${name}\r\nRRULE:FREQ=WEEKLY\r\n${people}END:VEVENT\r\n`;
  const ics = `BEGIN:VCALENDAR\r\n${event("Weekly for all")}${event("Brainstorming")}END:VCALENDAR\r\n`;
  await page
    .getByLabel("Calendar file (.ics)")
    .setInputFiles({ name: "team.ics", mimeType: "text/calendar", buffer: Buffer.from(ics) });
  await page.getByText("208 h a year: comes back 52 times").waitFor();
  await page.getByText("8 people, its title says “Weekly”").waitFor();
  assert.equal(await page.getByRole("button", { name: "Register Brainstorming" }).count(), 0);
  await lookAround(page, "ledger-meetings");
});

test("core hours are seen where one chooses: whom to ask, and when a round opens", limit, async () => {
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const hours = (from, to) => ({ time_zone: "UTC", days, from: "00:00", to: "23:00", core_from: from, core_to: to });
  await ok("PUT", "/api/v1/me/hours", cookie, hours("10:00", "14:00"));
  await ok("PUT", "/api/v1/me/hours", miraCookie, hours("12:00", "16:00"));
  await page.goto(`${server.url}/asks`);
  await page.getByRole("button", { name: "Ask somebody" }).first().click();
  await page.getByRole("dialog").getByLabel("Who").selectOption({ label: "Mira Member" });
  await page.getByText(/both in your core hours/).waitFor();
  await lookAround(page, "ledger-ask");
  await page.goto(`${server.url}/rounds/new`);
  await page.getByRole("checkbox", { name: /Mira Member/ }).check();
  await page.getByText("At 09:00 0 of 2 are in their core hours, at 12:00 everybody is.").waitFor();
  await lookAround(page, "ledger-opening");
  await page.getByRole("button", { name: "Open at 12:00" }).click();
  assert.equal(await page.getByLabel("Opens").inputValue(), "12:00");
  assert.equal(await page.getByLabel("Closes", { exact: true }).inputValue(), "15:00");
  await page.getByText("At 12:00 0").waitFor({ state: "detached" });
});

test("what is due stands in a calendar at an address of one's own, until that ends", limit, async () => {
  await ok("POST", "/api/v1/asks", cookie, { owner_id: miraId, body: "Confirm the date, please" });
  await mira.goto(`${server.url}/settings/calendar`);
  await mira.getByRole("button", { name: "Make an address" }).click();
  const field = mira.getByLabel("Address of the calendar");
  const address = await field.inputValue();
  assert.match(address, /\/api\/v1\/due\/.+\.ics$/);
  await lookAround(mira, "ledger-due-calendar");
  const read = async (url) => {
    const answer = await fetch(url); // as a calendar program does: without a sign-in
    return { status: answer.status, type: answer.headers.get("content-type") ?? "", text: await answer.text() };
  };
  const first = await read(address);
  assert.equal(first.status, 200);
  assert.match(first.type, /^text\/calendar/);
  assert.match(first.text, /SUMMARY:.*Confirm the date/);
  await mira.reload();
  await mira.getByText("There is an address, made").waitFor();
  await mira.getByRole("button", { name: "Make a new address" }).click();
  await mira.getByRole("dialog").getByRole("button", { name: "Make a new one" }).click();
  await until("the new address is shown", async () => (await field.inputValue()) !== address, patience);
  const second = await field.inputValue();
  assert.deepEqual([(await read(address)).status, (await read(second)).status], [404, 200]);
  await mira.getByRole("button", { name: "End it" }).click();
  await mira.getByRole("dialog").getByRole("button", { name: "End it" }).click();
  await mira.getByRole("button", { name: "Make an address" }).waitFor();
  assert.equal((await read(second)).status, 404);
});

test("nothing went wrong in a page", () => {
  assert.deepEqual(errors, []);
});
