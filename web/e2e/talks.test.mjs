// Asks, decisions, blockers and the ledger: made from what was said, carried to their end by two people, with keys alone where it is
// said so. The clip's words are the speech engine's own; one line is corrected into a sentence that asks for something.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const limit = { timeout: 480_000 };
const patience = 60_000;
let server, browser, cookie, clip, page, mira, miraId, miraCookie, last, round;
const errors = [];

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  cookie = await signIn(server, launched.context);
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["microphone", "camera"] });
  miraCookie = await join(server, cookie, other, "Mira Member");
  miraId = (await server.api("GET", "/api/v1/me", { cookie: miraCookie })).json.id;
  const all = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  await server.api("PUT", "/api/v1/me/hours", { cookie, body: { time_zone: "UTC", days: all, from: "00:00", to: "24:00" } });
  const me = (await server.api("GET", "/api/v1/me", { cookie })).json.id;
  const daily = {
    template: "stand-up",
    name: "Daily",
    members: [me],
    rule: "FREQ=DAILY",
    opens: "00:00",
    closes: "24:00",
    close_after_days: 1,
  };
  const made = await server.api("POST", "/api/v1/rounds", { cookie, body: daily });
  assert.equal(made.status, 201, made.text);
  round = made.json;
  clip = await upload(server, cookie, await readFile(path(root, "testdata/media/avc1-opus.mkv")), "Where we stand");
  await finished(server, clip, cookie, 240_000);
  const { cues } = (await server.api("GET", `/api/v1/clips/${clip}/transcript`, { cookie })).json;
  last = cues.at(-1);
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

const dialogOf = (p) => p.getByRole("dialog");
const openToast = (p) => p.getByRole("button", { name: "Open", exact: true }).click();
/** Presses Tab until what has the focus is named so. */
async function tabTo(p, name) {
  const named = () => p.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  for (let i = 0; i < 80; i++) {
    if (name.test(((await named()) ?? "").trim())) return;
    await p.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${name}`);
}
/** Waits until the page's video plays somewhere in a stretch. */
const plays = (p, fromMs, toMs) =>
  until(
    `something plays between ${fromMs} and ${toMs} ms`,
    () =>
      p.evaluate(
        ([from, to]) =>
          [...document.querySelectorAll("video")].some(
            (v) => v.played.length > 0 && v.currentTime * 1000 > from && v.currentTime * 1000 <= to + 1500,
          ),
        [fromMs, toMs],
      ),
    patience,
  );

test("an ask from selected words reaches the other one live, and its answer comes back", limit, async () => {
  await mira.goto(`${server.url}/asks`);
  await mira.getByText("Nothing waits for you.").waitFor();
  await page.goto(`${server.url}/c/${clip}`);
  const line = page.locator(`[data-no="${last.no}"] .text`);
  await line.waitFor();
  await line.evaluate((el) => getSelection().selectAllChildren(el));
  await page.getByRole("group", { name: "With the selected words" }).getByRole("button", { name: "Ask somebody" }).click();
  const form = dialogOf(page);
  await form.getByLabel("Who").selectOption({ label: "Mira Member" });
  await form.getByLabel("What do you need?").fill("Can you confirm the date?");
  await form.getByText(/An answer is due .* your time/).waitFor();
  await lookAround(page, "talks-ask-form");
  await form.getByRole("button", { name: "Ask", exact: true }).click();
  await openToast(page);
  await page.waitForURL(/\/asks\/[0-9a-z]{26}$/);
  await page.getByRole("listitem").filter({ hasText: "your time" }).waitFor();

  const waiting = mira.getByRole("link", { name: "Can you confirm the date?" });
  await waiting.waitFor();
  await lookAround(mira, "talks-asks");
  await waiting.click();
  await mira.getByRole("heading", { name: "Olga Owner asks you" }).waitFor();
  await mira
    .locator("blockquote")
    .filter({ hasText: last.text.slice(0, 20) })
    .waitFor();
  await mira.getByRole("button", { name: /^Play at/ }).click();
  await plays(mira, last.start_ms, last.end_ms);
  await mira.getByLabel("In words").fill("Yes, Thursday it is.");
  await lookAround(mira, "talks-ask");
  await mira.getByRole("button", { name: "Answer", exact: true }).click();
  await mira.getByRole("heading", { name: "Answered" }).waitFor();
  // The one who asked sees it without doing anything.
  await page.getByText("Yes, Thursday it is.").waitFor();
  await page.goto(`${server.url}/asks`);
  await page.getByText("You wait for nobody.").waitFor();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("link", { name: "Can you confirm the date?" }).waitFor();
});

test("an ask is answered by voice: the recorder is bound to it", limit, async () => {
  const body = { owner_id: miraId, body: "How did the launch go?", clip_id: clip, start_ms: 0 };
  const ask = (await server.api("POST", "/api/v1/asks", { cookie, body })).json;
  await mira.goto(`${server.url}/asks/${ask.id}`);
  await mira.getByRole("link", { name: "Answer by voice" }).click();
  await mira.getByText("When you stop, your clip is the answer.").waitFor();
  await mira.getByLabel("Countdown").selectOption({ label: "None" });
  await mira.getByRole("button", { name: "Record", exact: true }).click();
  await mira.getByRole("button", { name: "Stop" }).waitFor();
  await until("a second is recorded", () => mira.evaluate(() => /0:(0[1-9]|[1-5]\d)/.test(document.title)), patience);
  await mira.getByRole("button", { name: "Stop" }).click();
  await mira.waitForURL(new RegExp(`/asks/${ask.id}$`));
  await mira.getByRole("heading", { name: "The answer" }).waitFor();
  const answered = (await server.api("GET", `/api/v1/asks/${ask.id}`, { cookie })).json;
  assert.equal(answered.state, "answered");
  assert.match(answered.answer_clip_id, /^[0-9a-z]{26}$/);
});

test("what was said is proposed to who said it", limit, async () => {
  // The engine writes no full stops here, and a sentence begins after one.
  const lines = last.no > 0 ? [[last.no - 1, "And so it is."]] : [];
  for (const [no, text] of [...lines, [last.no, "Mira, can you confirm the launch date by Thursday?"]]) {
    const put = await server.api("PATCH", `/api/v1/clips/${clip}/transcript/cues/${no}`, { cookie, body: { text } });
    assert.ok(put.status < 300, put.text);
  }
  await page.goto(`${server.url}/c/${clip}`);
  const card = page.getByRole("region", { name: "What you said" });
  const offer = card.getByRole("button", { name: /^Make it an ask to Mira, due/ });
  await offer.waitFor();
  await lookAround(page, "talks-proposals");
  await offer.click();
  assert.match(await dialogOf(page).getByLabel("What do you need?").inputValue(), /confirm the launch date/);
  await until("Mira is chosen", async () => (await dialogOf(page).getByLabel("Who").inputValue()) === miraId, patience);
  await dialogOf(page).getByRole("button", { name: "Ask", exact: true }).click();
  await offer.waitFor({ state: "detached" });
  const sent = (await server.api("GET", "/api/v1/asks?box=sent", { cookie })).json.asks;
  assert.ok(
    sent.some((a) => a.origin === "spoken" && a.owner.name === "Mira Member" && a.source.clip_id === clip),
    JSON.stringify(sent),
  );
});

test("a decision is marked while recording, and plays its moment", limit, async () => {
  await mira.goto(`${server.url}/record?mode=voice`);
  await mira.getByLabel("Countdown").selectOption({ label: "None" });
  await mira.getByRole("button", { name: "Record", exact: true }).click();
  await mira.getByRole("button", { name: "Stop" }).waitFor();
  await until("two seconds are recorded", () => mira.evaluate(() => /0:(0[2-9]|[1-5]\d)/.test(document.title)), patience);
  await mira.getByRole("button", { name: "Mark this moment" }).click();
  await mira.getByRole("button", { name: "Mark as decision" }).click();
  await dialogOf(mira).getByLabel("What was decided").fill("We record in the morning");
  await dialogOf(mira).getByRole("button", { name: "Keep it" }).click();
  await dialogOf(mira).waitFor({ state: "detached" });
  await mira.getByRole("button", { name: "Stop" }).click(); // the take went on meanwhile
  await mira.waitForURL(/\/c\/[0-9a-z]{26}/);
  const taken = mira.url().match(/\/c\/([0-9a-z]{26})/)[1];
  const { decisions } = (await server.api("GET", "/api/v1/decisions", { cookie: miraCookie })).json;
  const kept = decisions.find((d) => d.what === "We record in the morning");
  assert.equal(kept?.source.clip_id, taken);
  assert.ok(kept.source.start_ms >= 1900, JSON.stringify(kept.source));
  const gone = await server.api("DELETE", `/api/v1/decisions/${kept.id}`, { cookie: miraCookie });
  assert.equal(gone.status, 204, gone.text);
});

test("a decision is marked while watching, found in the log, played, replaced, and taken along", limit, async () => {
  await page.goto(`${server.url}/c/${clip}?t=2`);
  await page.getByRole("button", { name: "Mark this moment" }).click();
  await page.getByRole("button", { name: "Mark as decision" }).click();
  const form = dialogOf(page);
  await form.getByLabel("What was decided").fill("We queue in Redis");
  await form.getByLabel("Why").fill("It is fast");
  await form.getByLabel("Mira Member").check();
  await lookAround(page, "talks-decision-form");
  await mira.goto(`${server.url}/decisions`);
  await mira.getByText("Nothing written down yet.").waitFor();
  await form.getByRole("button", { name: "Keep it" }).click();
  await mira.getByRole("link", { name: "We queue in Redis" }).waitFor();
  await mira.getByRole("button", { name: "Play the moment: We queue in Redis" }).click();
  await plays(mira, 1000, 23_000);

  await openToast(page);
  await page.getByRole("heading", { name: "We queue in Redis", level: 1 }).waitFor();
  await page.getByRole("button", { name: "More about this decision" }).click();
  await page.getByRole("button", { name: "Replace it by a new one" }).click();
  await form.getByLabel("What was decided").fill("We queue in PostgreSQL");
  await form.getByLabel("What was not chosen").fill("Redis, Kafka");
  await form.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("heading", { name: "We queue in PostgreSQL", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "How it came to be" }).waitFor();
  await lookAround(page, "talks-decision");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await form.getByLabel("Why").fill("One transaction");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("One transaction").waitFor();

  await mira.getByText("Replaced by").waitFor();
  await lookAround(mira, "talks-decisions");
  await mira.getByRole("searchbox").fill("kafka");
  await until(
    "only one is found",
    async () => (await mira.getByRole("list", { name: "Decisions" }).getByRole("listitem").count()) === 1,
    patience,
  );
  await page.getByRole("button", { name: "More about this decision" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "As Markdown" }).click()]);
  assert.match(await readFile(await file.path(), "utf8"), /# We queue in PostgreSQL[\s\S]*Supersedes[\s\S]*One transaction/);
  await page.goto(`${server.url}/decisions`);
  const [all] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "All as Markdown" }).click()]);
  assert.equal((await readFile(await all.path())).subarray(0, 2).toString(), "PK");
});

test("a blocker is raised and cleared with keys alone", limit, async () => {
  await mira.goto(`${server.url}/blockers`);
  await mira.getByText("Nothing is in anybody's way.").waitFor();
  await page.goto(`${server.url}/blockers`);
  await page.getByText("Nothing is in anybody's way.").waitFor();
  await tabTo(page, /^Something is in my way$/);
  await page.keyboard.press("Enter");
  await dialogOf(page).waitFor();
  await page.keyboard.type("No access to staging");
  await tabTo(page, /^Put it on the board$/);
  await page.keyboard.press("Enter");
  await mira.getByText("No access to staging").waitFor();
  await page.getByText("under a working hour old").waitFor();
  await lookAround(page, "talks-blockers");
  await tabTo(page, /^Clear: No access to staging$/);
  await page.keyboard.press("Enter");
  const cleared = mira.getByRole("region", { name: /^Cleared/ });
  await cleared.getByText("No access to staging").waitFor();
  await tabTo(page, /^Open again: No access to staging$/);
  await page.keyboard.press("Enter");
  await mira.getByRole("region", { name: /^Open/ }).getByText("No access to staging").waitFor();
});

test("a comment becomes a blocker that remembers where it was said", limit, async () => {
  const said = { body: "We have no licence for this", at_ms: 2000 };
  const comment = (await server.api("POST", `/api/v1/clips/${clip}/comments`, { cookie: miraCookie, body: said })).json;
  await page.goto(`${server.url}/c/${clip}?comment=${comment.id}`);
  await page.getByRole("button", { name: "Make something of it" }).click();
  await page.getByRole("button", { name: "Blocker", exact: true }).click();
  assert.equal(await dialogOf(page).getByLabel("Blocker").inputValue(), said.body);
  await dialogOf(page).getByRole("button", { name: "Put it on the board" }).click();
  await until(
    "it is on the board with its comment",
    async () => {
      const { blockers } = (await server.api("GET", "/api/v1/blockers", { cookie })).json;
      return blockers.some((b) => b.body === said.body && b.source.comment_id === comment.id && b.source.start_ms === 2000);
    },
    patience,
  );
});

test("what was said to be in the way is put on the board from the round's page, said again, or left", limit, async () => {
  const said = ["The key of the store is still missing.", "Nobody has a desk for me.", "The printer is on fire."];
  const at = `/api/v1/clips/${clip}`;
  const { cues } = (await server.api("GET", `${at}/transcript`, { cookie })).json;
  const put = await server.api("PATCH", `${at}/transcript/cues/${cues[0].no}`, { cookie, body: { text: said.join(" ") } });
  assert.ok(put.status < 300, put.text);
  const body = { body: "Waiting for the store key" };
  const known = (await server.api("POST", "/api/v1/blockers", { cookie, body })).json;
  const held = await until(
    "the round is open",
    async () => (await server.api("GET", `/api/v1/rounds/${round.id}/occurrences`, { cookie })).json.occurrences[0],
    150_000,
    500,
  );
  const parts = [
    { section: "blockers", clip_id: clip, start_ms: 0 },
    { section: "today", clip_id: clip, start_ms: cues[1].start_ms },
  ];
  const answered = await server.api("PUT", `/api/v1/occurrences/${held.id}/answer`, { cookie, body: { parts } });
  assert.equal(answered.status, 200, answered.text);

  await page.goto(`${server.url}/rounds/${round.id}/${held.id}`);
  const card = page.getByRole("region", { name: "What you said" });
  await card.getByText(/On the board, raised .*“Waiting for the store key”/).waitFor();
  await lookAround(page, "talks-said-in-a-round");
  await card.getByRole("button", { name: /^Still in the way ?: The key/ }).click();
  await card.getByText(said[0]).first().waitFor({ state: "detached" });
  await card.getByRole("button", { name: /^Put it on the board ?: Nobody/ }).click();
  const came = page.getByRole("region", { name: "What came of it" });
  await came.getByText("Waiting for the store key").waitFor();
  await came.getByText(/came up again, under a working hour old/).waitFor();
  await came.getByText(said[1]).waitFor();
  await card.getByRole("button", { name: `No, leave it: ${said[2]}` }).click();
  await card.getByText(said[2]).first().waitFor({ state: "detached" });
  await page.reload();
  await came.getByText(said[1]).waitFor();
  assert.equal(await page.getByText(said[2], { exact: false }).getByRole("button", { name: /board/ }).count(), 0);
  const { proposals } = (await server.api("GET", `${at}/proposals`, { cookie })).json;
  assert.deepEqual(
    proposals.filter((p) => p.kind === "blocker"),
    [],
  );
  const { blockers } = (await server.api("GET", "/api/v1/blockers", { cookie })).json;
  assert.equal(blockers.find((b) => b.id === known.id).mentions, 1);
  const raised = blockers.find((b) => b.body === said[1]);
  assert.deepEqual([raised.origin, raised.source.clip_id, raised.source.occurrence_id], ["spoken", clip, held.id]);
  await page.goto(`${server.url}/blockers`);
  await page
    .getByRole("region", { name: /^Came up again/ })
    .getByText("Waiting for the store key")
    .waitFor();
});

test("an urgent ask says what it does, needs a reason, and stands in the review", limit, async () => {
  await page.goto(`${server.url}/asks`);
  await page.getByRole("button", { name: "Ask somebody" }).click();
  const form = dialogOf(page);
  await form.getByLabel("Who").selectOption({ label: "Mira Member" });
  await form.getByLabel("What do you need?").fill("The site is down");
  await form.getByRole("radio", { name: /Urgent/ }).check();
  await form.getByText(/This breaks the glass: it is in the inbox of Mira at once/).waitFor();
  await lookAround(page, "talks-urgent-form");
  await form.getByRole("button", { name: "Ask now, it is urgent" }).click();
  assert.ok(await form.isVisible(), "it was sent without a reason");
  await form.getByLabel("Why can it not wait?").fill("Customers wait");
  await form.getByRole("button", { name: "Ask now, it is urgent" }).click();
  await form.waitFor({ state: "detached" });
  await page.goto(`${server.url}/asks/urgent`);
  await page.getByRole("cell", { name: "Customers wait" }).waitFor();
  await lookAround(page, "talks-urgent");
});

test("the workspace says what it expects of answers, and what an hour costs", limit, async () => {
  await page.goto(`${server.url}/settings/norms`);
  const soon = page.getByLabel(/^Soon/);
  await soon.fill("2");
  await page.getByLabel("one person").check();
  await page.getByLabel("Who is told").selectOption({ label: "Mira Member" });
  await page.getByLabel(/^after so many more/).fill("3");
  await page.getByLabel(/^What an hour/).fill("50");
  await lookAround(page, "talks-norms");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await until("what was said is there again", async () => (await soon.inputValue()) === "2", patience);
  assert.equal(await page.getByLabel("Who is told").inputValue(), miraId);
  const { json } = await server.api("GET", "/api/v1/norms", { cookie: miraCookie });
  assert.equal(json.standard_days, 2);
  assert.deepEqual([json.escalation, json.escalate_to, json.escalate_hours, json.hour_cost], ["person", miraId, 3, 50]);
  const changed = await server.api("PUT", "/api/v1/norms", { cookie: miraCookie, body: { ...json, hour_cost: 1 } });
  assert.equal(changed.status, 403, "that is the admins' to say");
});

test("the ledger shows the figure that was computed by hand, and finds meetings in a calendar", limit, async () => {
  await page.goto(`${server.url}/ledger`);
  await page.getByRole("button", { name: "Register a meeting" }).click();
  const form = dialogOf(page);
  await form.getByLabel("Name").fill("Status");
  await form.getByLabel("Minutes").fill("60");
  await form.getByLabel("People").fill("10");
  await form.getByLabel("Times a year").fill("73.05");
  // The last 20 of the 30 days that are shown: a fifth of a meeting a day, ten hours of people's time each.
  const today = new Date(await page.getByLabel("to", { exact: true }).inputValue());
  const since = new Date(today.getTime() - 19 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Held no more since").fill(since);
  await form.getByText("730.5 h of people's time a year").waitFor();
  await form.getByRole("button", { name: "Register" }).click();
  await page.getByText("Rounds saved 40 h of people's time.").waitFor();
  await page.getByText("€2,000", { exact: true }).waitFor();
  await page.getByRole("img", { name: /^Hours avoided/ }).waitFor();
  await page.getByRole("table", { name: "Hours, by stretch" }).waitFor();
  await lookAround(page, "talks-ledger");
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  assert.match(await readFile(await csv.path(), "utf8"), /net_hours,40\n/);

  const event = (name, people) =>
    `BEGIN:VEVENT\r\nDTSTART:20260302T100000Z\r\nDTEND:20260302T103000Z\r\nSUMMARY:${name}\r\nRRULE:FREQ=WEEKLY\r\n` +
    `${Array.from({ length: people }, (_, i) => `ATTENDEE:mailto:p${i}@example.org\r\n`).join("")}END:VEVENT\r\n`;
  const ics = `BEGIN:VCALENDAR\r\n${event("Small one", 2)}${event("Weekly for all", 8)}END:VCALENDAR\r\n`;
  const calendar = { name: "team.ics", mimeType: "text/calendar", buffer: Buffer.from(ics) };
  await page.getByLabel("Calendar file (.ics)").setInputFiles(calendar);
  await page.getByRole("button", { name: "Register Weekly for all" }).click();
  assert.equal(await form.getByLabel("People").inputValue(), "8");
  await form.getByRole("button", { name: "Register", exact: true }).click();
  await page.getByRole("button", { name: "Take out Weekly for all" }).waitFor();
});

test("somebody new to a space is told where to start: what is pinned, what holds, what people went back to", limit, async () => {
  const call = async (method, at, body, as = cookie) => {
    const answer = await server.api(method, `/api/v1${at}`, { cookie: as, body });
    assert.ok(answer.status < 300, `${method} ${at}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const space = await call("POST", "/spaces", { name: "Capture" });
  const tour = await upload(server, cookie, await readFile(path(root, "testdata/media/opus.webm")), "How we record");
  await finished(server, tour, cookie, 240_000);
  for (const id of [clip, tour]) await call("PATCH", `/clips/${id}`, { space_id: space.id });
  for (const [start_ms, end_ms] of [
    [0, 7500],
    [5000, 7500],
  ])
    await call("POST", `/clips/${tour}/watched`, { ranges: [{ start_ms, end_ms }], position_ms: end_ms }, miraCookie);
  const { moments } = await call("GET", `/spaces/${space.id}/start-here`, undefined, miraCookie);
  const moment = moments.find((m) => m.clip_id === tour);
  assert.deepEqual([moment.start_ms, moment.replayed_by, moment.watched_by], [5000, 1, 1]);

  await page.goto(`${server.url}/?space=${space.id}`);
  await page.getByRole("link", { name: "Start here" }).first().click();
  await page.getByRole("heading", { name: "Start here: Capture", level: 1 }).waitFor();
  const pinned = page.getByRole("region", { name: "Pinned" });
  const off = pinned.getByRole("button", { name: "Take How we record off the list" });
  // Pinned, taken off, and brought back by keys alone.
  await tabTo(page, /^A clip of this space$/);
  await page.keyboard.type("How we");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await off.waitFor();
  assert.equal(await pinned.getByRole("option", { name: "How we record" }).count(), 0, "it could be pinned twice");
  await off.focus();
  await page.keyboard.press("Enter");
  await off.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).first().focus();
  await page.keyboard.press("Enter");
  await off.waitFor();
  await lookAround(page, "talks-start-here");

  await mira.goto(`${server.url}/spaces/${space.id}/start-here`);
  const first = mira.getByRole("region", { name: "Pinned" }).getByRole("listitem").first();
  assert.match(await first.textContent(), /How we record[\s\S]*pinned by Olga Owner/);
  const decided = mira.getByRole("region", { name: "What was decided, and holds" });
  await decided.getByRole("link", { name: "We queue in PostgreSQL" }).waitFor();
  assert.equal(await decided.getByRole("link", { name: "We queue in Redis" }).count(), 0, "it was replaced");
  const back = mira.getByRole("region", { name: "Moments that people went back to" }).getByRole("listitem");
  await back.filter({ hasText: "How we record at 0:05 · 1 of 1 played it again" }).getByRole("link").click();
  await mira.waitForURL(new RegExp(`/c/${tour}`));
  await until(
    "the moment is shown",
    () => mira.evaluate(() => [...document.querySelectorAll("video, audio")].some((v) => v.currentTime >= 4.9)),
    patience,
  );
});

test("nothing went wrong in a page", () => {
  assert.deepEqual(errors, []);
});
