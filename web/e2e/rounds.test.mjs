// A daily round as a team holds it: three people in their own hours, one in words by the keyboard alone, one by voice from the link in a mail, in
// a browser that knows nobody, from the invitation to the written record; a fourth, who was away, catches up in the reel.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { lookAround, shot } from "./look.mjs";
import { Mailbox } from "./mailbox.mjs";
import { root, Server, until } from "./server.mjs";
import { finished, join, signIn } from "./steps.mjs";

const limit = { timeout: 540_000 };
/** The scheduler looks each minute. */
const minutes = { timeout: 180_000 };
const everyDay = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** A zone in which it is about noon, so that no clock passes midnight while this runs. */
const noon = Intl.supportedValuesOf("timeZone").find(
  (timeZone) => new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit" }).format(new Date()) === "12",
);
const today = new Intl.DateTimeFormat("en-CA", { timeZone: noon }).format(new Date());

let server, mailbox, browser, context, olga, page, occurrence;
const people = {};

const someBrowser = () =>
  browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["microphone", "camera", "clipboard-read", "clipboard-write"],
  });
async function person(name) {
  const own = await someBrowser();
  const cookie = await join(server, olga, own, name);
  people[name] = { context: own, cookie, page: await own.newPage() };
  return people[name];
}
const call = async (cookie, method, at, body) => {
  const answer = await server.api(method, `/api/v1${at}`, { cookie, body });
  assert.ok(answer.status < 300, `${method} ${at}: ${answer.status} ${answer.text}`);
  return answer.json;
};
const works = (cookie) => call(cookie, "PUT", "/me/hours", { time_zone: noon, days: everyDay, from: "00:00", to: "24:00" });

before(async () => {
  mailbox = await Mailbox.open();
  server = await Server.start({ BATON_SMTP_URL: mailbox.url, BATON_MAIL_FROM: "baton@example.org" });
  const mic = await micFile(path(root, "testdata/media/opus.webm"), server.data);
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 }, mic }));
  olga = await signIn(server, context);
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await mailbox?.close();
});

test("somebody says when they work, and takes a calendar's days off", limit, async () => {
  await page.goto(`${server.url}/settings/hours`);
  await page.getByLabel("Time zone").selectOption(noon);
  for (const day of ["Saturday", "Sunday"]) await page.getByLabel(day).check();
  await page.getByLabel("Working hours from").fill("00:00");
  await page.getByLabel("Working hours to").fill("00:00"); // the end of the day
  await page.getByRole("switch", { name: "Core hours" }).uncheck();
  await page.getByRole("switch", { name: "Quiet hours" }).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Colleagues see: every day, 00:00 to 24:00").waitFor();
  await page.getByLabel("First day").fill("2031-03-03");
  await page.getByLabel("What for").fill("Leave");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("button", { name: /^Remove Mon, Mar 3, 2031|^Remove Mon, 3 Mar/ }).waitFor();
  const next = new Date().getUTCFullYear() + 1;
  const ics = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:New Year\r\nDTSTART;VALUE=DATE:${next}0101\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  await page
    .getByLabel(/Calendar file/)
    .setInputFiles({ name: "holidays.ics", mimeType: "text/calendar", buffer: Buffer.from(ics) });
  await page.getByText("from a calendar", { exact: true }).waitFor();
  await page.getByText("New Year").waitFor();
  await lookAround(page, "hours");
});

test("a round is made, and everybody is invited to it", limit, async () => {
  await page.goto(`${server.url}/rounds`);
  await page.getByRole("heading", { name: "The stand-up, without the meeting" }).waitFor();
  await lookAround(page, "rounds-empty");
  for (const name of ["Ana Answers", "Ben Byvoice", "Cem Catchesup"]) await works((await person(name)).cookie);
  await page.getByRole("link", { name: /^Stand-up/ }).click();
  await page.getByLabel("Name", { exact: true }).fill("Daily");
  for (const name of Object.keys(people)) await page.getByLabel(name).check();
  for (const day of ["Saturday", "Sunday"]) await page.getByLabel(day).check();
  await page.getByLabel("Opens", { exact: true }).fill("00:00");
  await page.getByLabel("Closes", { exact: true }).fill("00:00");
  await page.getByLabel("First day").fill(today);
  await page.getByText("every day, from 00:00 until 24:00").waitFor();
  await page.getByRole("button", { name: "Add a section" }).click();
  await page.getByLabel("Title of section 4").fill("One more thing");
  await page.getByRole("button", { name: "Move One more thing up" }).click();
  await page.getByRole("button", { name: "Remove One more thing" }).click();
  await lookAround(page, "round-edit");
  await page.getByRole("button", { name: "Start the round" }).click();
  await page.getByRole("heading", { name: "Daily", level: 1 }).waitFor();
  await page.getByRole("button", { name: "When Ben Byvoice works" }).click();
  await page.getByText("Ben Byvoice works every day").waitFor();
  await page.keyboard.press("Escape");
  // It opens by itself, and the page hears of it.
  await page.getByText("0 of 4 have answered").waitFor(minutes);
  await lookAround(page, "round");
});

test("one answers in words, by the keyboard alone", limit, async () => {
  const ana = people["Ana Answers"].page;
  await ana.goto(`${server.url}/rounds`);
  const write = ana.getByRole("link", { name: "Write instead of recording, Daily" });
  await write.waitFor();
  await until("Tab reaches the way to write", async () => {
    await ana.keyboard.press("Tab");
    return write.evaluate((e) => e === document.activeElement);
  });
  await ana.keyboard.press("Enter");
  await ana.waitForURL(/\/rounds\/\w{26}\/\w{26}/);
  occurrence = ana.url().match(/\/rounds\/\w{26}\/(\w{26})/)[1];
  await until("the first field has the focus", () => ana.getByLabel("Yesterday").evaluate((e) => e === document.activeElement));
  await ana.keyboard.type("The importer is fixed");
  await ana.keyboard.press("Tab");
  await ana.keyboard.type("Tests for it");
  await ana.keyboard.press("Tab");
  await ana.keyboard.type("Waiting for the key of the store");
  await lookAround(ana, "answer-in-words");
  await ana.keyboard.press("Tab");
  await ana.keyboard.press("Enter");
  const mine = ana.getByRole("article", { name: "Answer of Ana Answers" });
  await mine.getByText("The importer is fixed").waitFor();
  await ana.getByText(/^You have answered. You can change it until/).waitFor();
  await ana.getByRole("button", { name: "Change" }).click();
  const today = ana.getByRole("textbox", { name: "Today" });
  await today.fill("Tests for it, and a walk");
  await ana.reload();
  await ana.getByRole("button", { name: "Change" }).click();
  await until("what was written is there still", async () => (await today.inputValue()) === "Tests for it, and a walk");
  await ana.getByRole("button", { name: "Save" }).click();
  await mine.getByText("Tests for it, and a walk").waitFor();
  await ana.getByRole("heading", { name: "What came of it" }).waitFor();
  // Who has the round open sees it come.
  await page.getByText("1 of 4 have answered").waitFor(minutes);
});

test("one answers by voice, section by section, from the link in the mail", limit, async () => {
  const { cookie } = people["Ben Byvoice"];
  const [link] = await mailbox.find("ben@example.org", /http\S+\/api\/v1\/answer\/\w+/);
  // A program that looks at mails opens it first, and uses nothing up.
  assert.equal((await fetch(link, { redirect: "manual" })).status, 303);
  // Where somebody else is signed in, a page says for whom it is.
  const cem = people["Cem Catchesup"].page;
  await cem.goto(link);
  await cem.getByRole("heading", { name: "Daily, in Relay" }).waitFor();
  await cem.getByText("Cem Catchesup", { exact: true }).waitFor();
  await cem.getByRole("button", { name: "Answer as Ben Byvoice" }).waitFor();
  await lookAround(cem, "answer-elsewhere");
  const phone = await someBrowser();
  const ben = await phone.newPage();
  const errors = [];
  ben.on("pageerror", (e) => errors.push(e.message));
  await ben.goto(link);
  await ben.waitForURL(`**/rounds/*/${occurrence}`);
  await ben.getByText(/^Reply by .* your time/).waitFor();
  assert.equal(await ben.getByRole("article").count(), 0, "the answers of others are not for a mail");
  assert.equal(await ben.getByText("Nobody has answered yet").count(), 0, "somebody has");
  assert.equal(await ben.getByRole("navigation").count(), 0, "there is nothing else to go to");
  await lookAround(ben, "answer-by-mail");
  await ben.getByRole("link", { name: "Record your answer" }).click();
  await ben.getByRole("heading", { name: "Daily" }).waitFor();
  await ben.getByText("What got done since last time?").waitFor();
  await ben.getByText("Voice", { exact: true }).click();
  await ben.getByLabel("Countdown").selectOption({ label: "None" });
  assert.equal(await ben.getByLabel("Who may watch").count(), 0);
  await lookAround(ben, "answer-recorder");
  await ben.getByRole("button", { name: "Record", exact: true }).click();
  await ben.getByRole("button", { name: "Stop" }).waitFor();
  const spoken = (section) => ben.getByLabel(`Spoken about ${section}`).evaluate((e) => e.value);
  await until("three seconds of yesterday", async () => (await spoken("Yesterday")) > 3000, 60_000);
  await ben.getByRole("button", { name: "Next: Today" }).click();
  await until("three seconds of today", async () => (await spoken("Today")) > 3000, 60_000);
  await shot(ben, "answer-recording");
  await ben.keyboard.press("Alt+Shift+N");
  await until("two seconds of blockers", async () => (await spoken("Blockers")) > 2000, 60_000);
  await ben.getByRole("button", { name: "Stop" }).click();
  await ben.waitForURL(`**/rounds/*/${occurrence}`, { timeout: 60_000 });
  const mine = ben.getByRole("article", { name: "Answer of Ben Byvoice" });
  for (const section of ["Yesterday", "Today", "Blockers"])
    await mine.getByRole("button", { name: `Play ${section}` }).waitFor(minutes);

  const { answers } = await call(cookie, "GET", `/occurrences/${occurrence}`);
  const parts = answers.find((a) => a.author.name === "Ben Byvoice").parts;
  assert.deepEqual(parts.map((p) => p.section).sort(), ["blockers", "today", "yesterday"]);
  const clip = parts[0].clip_id;
  await finished(server, clip, cookie, 240_000);
  const titles = async () => (await call(olga, "GET", `/clips/${clip}/chapters`)).chapters.map((c) => c.title).join();
  await until("sections are chapters", async () => (await titles()) === "Yesterday,Today,Blockers", 120_000, 500);

  await ben.keyboard.press("Escape");
  await mine.getByRole("button", { name: /^Play Today/ }).click();
  await until("today plays", () => mine.locator("video").evaluate((v) => v.currentTime > 2.9), 60_000);
  await mine.getByRole("button", { name: "Pause" }).click();
  await lookAround(ben, "occurrence");
  assert.deepEqual(errors, []);

  // It was good for that, and is used up: elsewhere the same link asks to sign in.
  await mine.getByRole("button", { name: "Play Today" }).waitFor();
  await ben.goto(`${server.url}/decisions`);
  await ben
    .getByText(/good for answering this one round/)
    .first()
    .waitFor();
  await phone.close();
  const again = await someBrowser();
  const stranger = await again.newPage();
  await stranger.goto(link);
  await stranger.waitForURL(/\/sign-in/);
  await again.close();
});

test("one loses the tab in the middle: what was said is the answer all the same", limit, async () => {
  const tab = await context.newPage();
  await tab.goto(`${server.url}/record?occurrence=${occurrence}`);
  await tab.getByText("What got done since last time?").waitFor();
  await tab.getByText("Voice", { exact: true }).click();
  await tab.getByLabel("Countdown").selectOption({ label: "None" });
  await tab.getByRole("button", { name: "Record", exact: true }).click();
  const spoken = (section) => tab.getByLabel(`Spoken about ${section}`).evaluate((e) => e.value);
  await until("three seconds of yesterday", async () => (await spoken("Yesterday")) > 3000, 60_000);
  await tab.getByRole("button", { name: "Next: Today" }).click();
  await until("four seconds of today", async () => (await spoken("Today")) > 4000, 60_000);
  await tab.close(); // nothing asks, nothing is stopped

  await page.reload();
  const mine = async () =>
    (await call(olga, "GET", `/occurrences/${occurrence}`)).answers.find((a) => a.author.name === "Olga Owner");
  const answer = await until("the take is the answer", mine, 180_000, 500);
  assert.deepEqual(answer.parts.map((p) => p.section).sort(), ["today", "yesterday"]);
  assert.equal(new Set(answer.parts.map((p) => p.clip_id)).size, 1);
  assert.ok(answer.parts.find((p) => p.section === "today").start_ms > 2900, JSON.stringify(answer.parts));
});

test("it closes, and what was said is a written record", limit, async () => {
  await page.goto(`${server.url}/rounds/${page.url().match(/\/rounds\/(\w{26})/)[1]}/${occurrence}`);
  await page.getByRole("button", { name: "Write something, too" }).click();
  await page.getByRole("textbox", { name: "Today" }).fill("I look at [the plan](https://example.org)");
  await page.getByRole("button", { name: "Save" }).click();
  const mine = page.getByRole("article", { name: "Answer of Olga Owner" });
  await mine.getByText("I look at").waitFor();
  await mine.getByRole("button", { name: "Play Today" }).waitFor(minutes);

  // The time is over: as if it had closed a minute after midnight.
  await page.goto(page.url().replace(/\/\w{26}$/, "/edit"));
  await page.getByLabel("Closes", { exact: true }).fill("00:01");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Daily", level: 1 }).waitFor();
  await until("it has closed", async () => (await call(olga, "GET", `/occurrences/${occurrence}`)).closed_at, 180_000, 1000);
  await page.getByText("3 of 4 answered").waitFor(minutes);
  await page.getByRole("link", { name: "today" }).click();
  await page.getByText(/^Closed today at/).waitFor();
  await page.getByText("has not answered").waitFor();
  assert.equal(await page.getByRole("button", { name: "Change" }).count(), 0, "what was said stays");
  await page.getByRole("button", { name: "Read", exact: true }).click();
  await page.getByText("# Daily, ").waitFor();
  await lookAround(page, "occurrence-closed");
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText().catch(() => ""));
  const copied = await until("it is on the clipboard", async () => {
    const text = await clipboard();
    return text.startsWith("# Daily") && text;
  });
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), `daily-${today}.md`);
  assert.equal(await readFile(await file.path(), "utf8"), copied);
  for (const want of [
    "- Answered: ",
    "- No answer: Cem Catchesup",
    "## Ana Answers",
    "Tests for it, and a walk",
    "## Blockers\n\n- Ana Answers: Waiting for the key of the store",
    "[Play 0:0",
  ])
    assert.ok(copied.includes(want), `the record lacks ${want}:\n${copied}`);
});

test("the fourth catches up, and answers late", limit, async () => {
  const cem = people["Cem Catchesup"].page;
  await cem.goto(`${server.url}/rounds`);
  await cem.getByText("Nothing waits for you.").waitFor();
  await cem.getByRole("region", { name: "Held" }).getByRole("link", { name: "Daily" }).click();
  const plan = () => call(people["Cem Catchesup"].cookie, "GET", `/reel?occurrence_id=${occurrence}`);
  const { pieces } = await plan();
  assert.ok(pieces.some((p) => p.clip_id) && pieces.some((p) => !p.clip_id), "the reel has what was said and what was written");
  await cem.evaluate(() => localStorage.setItem("baton.settings", JSON.stringify({ rate: 2, muted: true })));
  await cem.getByRole("link", { name: "Play", exact: true }).click();
  await cem.getByRole("heading", { name: /^Catch up on Daily/ }).waitFor();
  // It plays by itself what was said and shows what was written, each in its turn, to the end. The page itself notes the turns: none is too short.
  await cem.evaluate(() => {
    const [turns, heard] = [new Set(), new Set()];
    const turn = () =>
      document.querySelector('[role="progressbar"][aria-valuetext]')?.getAttribute("aria-valuetext").split(" of ")[0];
    const note = () => turn() && turns.add(turn());
    const attributeFilter = ["aria-valuetext"];
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter });
    document.addEventListener("timeupdate", (e) => e.target.currentTime > 0 && turn() && heard.add(turn()), true);
    globalThis.played = () => ({ turns: [...turns], heard: [...heard] });
  });
  await cem.getByRole("button", { name: /^Play \d/ }).click();
  await cem.getByRole("progressbar", { name: "The whole reel" }).waitFor();
  await lookAround(cem, "round-reel");
  await cem.getByRole("heading", { name: "You are caught up" }).waitFor({ timeout: 300_000 });
  const { turns, heard } = await cem.evaluate(() => globalThis.played());
  assert.equal(turns.length, pieces.length, `turns ${turns} of ${pieces.length}`);
  assert.ok(heard.length >= 1, "the voice was heard");
  await until("nothing of it comes again", async () => (await plan()).pieces.length === 0, 60_000, 500);
  await cem.goto(`${server.url}/rounds`);
  await cem.getByRole("region", { name: "Held" }).getByRole("link", { name: "Daily" }).click();
  await cem.getByText("It has closed for you. A late answer still joins the round.").waitFor();
  await cem.getByRole("button", { name: "Write instead" }).click();
  await cem.getByRole("textbox", { name: "Today" }).fill("Back from leave");
  await cem.getByRole("button", { name: "Send" }).click();
  await cem.getByRole("article", { name: "Answer of Cem Catchesup" }).getByText(/late/).waitFor();
  await cem.goto(`${server.url}/rounds`);
  await cem.getByText(/^You will be asked tomorrow at/).waitFor();
  await lookAround(cem, "rounds");
});

test(
  "the ledger says what that took, which no meeting makes up for yet, and whose turn it is to get up early",
  limit,
  async () => {
    // Cem goes on working from elsewhere: what is live is hard for one of two zones.
    const far = noon === "Asia/Kolkata" ? "Asia/Tokyo" : "Asia/Kolkata";
    const hours = { time_zone: far, days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };
    await call(people["Cem Catchesup"].cookie, "PUT", "/me/hours", hours);
    await page.goto(`${server.url}/ledger`);
    await page.getByText(/^Rounds took [\d.]+ h more than the meetings would have\.$/).waitFor();
    const card = page.getByRole("region", { name: "Balance" });
    for (const figure of ["Net", "Meetings avoided", "Recorded", "Watched", "Written"])
      await card.getByRole("term").filter({ hasText: figure }).waitFor();
    assert.match(await card.getByRole("definition").first().textContent(), /^−[\d.]+ h$/);
    const turns = page.getByRole("table", { name: "Proposed rotation of live meetings" });
    await turns
      .getByRole("cell", { name: far.replaceAll("_", " ") })
      .first()
      .waitFor();
    assert.equal(await turns.getByRole("row").count(), 1 + 8);
    await lookAround(page, "ledger-negative");
  },
);
