// What people do with words: correct a line, put the same mistake right in another clip and take it back, arrange chapters, tag,
// keep the team's vocabulary, search with filters and jump. And three hours of talk in one transcript.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { assertAccessible, lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, signIn, upload } from "./steps.mjs";

const patient = { timeout: 30_000 };
let server, browser, page, cookie, first, second;
const errors = [];

before(async () => {
  server = await Server.start();
  browser = await launch({ viewport: { width: 1440, height: 900 } });
  cookie = await signIn(server, browser.context);
  const speech = await readFile(join(root, "testdata/media/avc1-opus.mkv"));
  first = await upload(server, cookie, speech, "First talk");
  second = await upload(server, cookie, speech, "Second talk");
  await finished(server, first, cookie, 180_000);
  await finished(server, second, cookie, 180_000);
  page = await browser.context.newPage();
  page.setDefaultTimeout(patient.timeout);
  page.on("pageerror", (e) => errors.push(e.message));
});
after(async () => {
  await browser?.browser.close();
  await server?.stop();
});

const transcript = async (id) => (await server.api("GET", `/api/v1/clips/${id}/transcript`, { cookie })).json;
const textOf = async (id) => (await transcript(id)).cues.map((c) => c.text).join(" ");
const lines = () => page.getByRole("region", { name: "What was said" });

test("a mistake is put right in one line, then everywhere, and taken back", async () => {
  const before = await transcript(first);
  const cue = before.cues.find((c) => /fellow Americans/i.test(c.text));
  assert.ok(cue, `not heard: ${before.cues.map((c) => c.text).join(" ")}`);
  await page.goto(`${server.url}/c/${first}`);
  await lines()
    .locator(".text", { hasText: /fellow Americans/i })
    .waitFor();
  await assertAccessible(page, "the watch page");
  await lines().locator(`[data-no="${cue.no}"]`).hover();
  await lines()
    .locator(`[data-no="${cue.no}"]`)
    .getByRole("button", { name: /^Correct the line/ })
    .click();
  const box = page.getByRole("textbox", { name: /^Correct the line/ });
  await box.fill(cue.text.replace(/fellow Americans/i, "Fella Merricans"));
  await box.press("Enter");

  // The words that stayed keep their times.
  const fixed = await until("the line is corrected", async () => {
    const c = (await transcript(first)).cues.find((k) => k.no === cue.no);
    return /Fella Merricans/.test(c.text) ? c : null;
  });
  const times = (words) => words.filter((w) => !/fell|merricans|americans/i.test(w.text)).map((w) => `${w.text} ${w.start_ms}`);
  assert.deepEqual(times(fixed.words), times(cue.words));
  assert.ok(times(cue.words).length > 3);

  await page.getByText("stands in 1 other line of one clip").waitFor();
  await page.getByRole("button", { name: "Show it" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: "Second talk" }).waitFor();
  assert.equal((await dialog.locator("ins").innerText()).trim().replace(/\W+$/, ""), "Fella Merricans");
  await lookAround(page, "words-fix");
  assert.match(await textOf(second), /fellow Americans/i, "a preview changes nothing");
  await dialog.getByRole("button", { name: "Put it right" }).click();
  await until("the other clip is put right", async () => /Fella Merricans/.test(await textOf(second)));
  await page.getByRole("button", { name: "Undo" }).click();
  await until("the other clip is as it was", async () => /fellow Americans/i.test(await textOf(second)));
  assert.match(await textOf(first), /Fella Merricans/, "what was corrected by hand stays");
});

test("the transcript is searched by keyboard, played from a word, and taken along", async () => {
  await page.reload();
  await page.getByLabel("Search this transcript").fill("merricans");
  await page.getByText("1 found").waitFor();
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.className), /time/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  const word = (await transcript(first)).cues[0].words.at(-1);
  await lines().locator('[data-no="0"] .text').click();
  const at = await until("the player was sent into the line", () =>
    page.evaluate(() => document.querySelector("video").currentTime),
  );
  assert.ok(at > 0 && at * 1000 <= word.end_ms, `at ${at} s`);
  for (const [name, want] of [
    ["Plain text", /Merricans/],
    ["Subtitles (SubRip)", /-->/],
    ["Captions for web players (WebVTT)", /^WEBVTT/],
    ["Words with their times (JSON)", /"start_ms"/],
  ]) {
    await page.getByRole("button", { name: "Download the transcript" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    assert.match(file.suggestedFilename(), /^First talk\.(txt|srt|vtt|json)$/);
    assert.match(await readFile(await file.path(), "utf8"), want);
  }
});

test("chapters are added, renamed, moved and removed", async () => {
  const chapters = async () => (await server.api("GET", `/api/v1/clips/${first}/chapters`, { cookie })).json.chapters;
  const put = await server.api("PUT", `/api/v1/clips/${first}/chapters`, {
    cookie,
    body: {
      chapters: [
        { start_ms: 0, title: "Greeting" },
        { start_ms: 4000, title: "The question" },
      ],
    },
  });
  assert.equal(put.status, 200, put.text);
  await page.goto(`${server.url}/c/${first}`);
  await page.getByRole("tab", { name: /Chapters/ }).click();
  await lookAround(page, "words-chapters");
  await page.getByRole("button", { name: "Change chapter The question" }).click();
  await page.getByRole("textbox", { name: /^Title of the chapter/ }).fill("What to ask");
  await page.getByRole("textbox", { name: "Start of the chapter" }).press("ArrowUp");
  await page.getByRole("button", { name: "Save" }).click();
  await until("renamed and moved", async () => (await chapters()).some((c) => c.title === "What to ask" && c.start_ms === 5000));

  const border = page.getByRole("slider", { name: "Start of chapter What to ask" });
  await border.press("ArrowRight");
  await until("moved by keyboard", async () => (await chapters())[1].start_ms === 6000);
  await until("the border is there", async () => (await border.getAttribute("aria-valuetext")) === "0:06");
  const box = await border.boundingBox();
  const strip = await page.getByRole("group", { name: "Where chapters begin" }).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(strip.x + strip.width * 0.25, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  const moved = await until("moved by mouse", async () => {
    const [, c] = await chapters();
    return c.start_ms !== 6000 ? c.start_ms : null;
  });
  assert.ok(moved >= 2000 && moved <= 4000, `it begins at ${moved} ms`);
  await page.getByRole("button", { name: "Remove chapter What to ask" }).click();
  await until("removed", async () => (await chapters()).length === 1);
  await page.getByRole("button", { name: "Undo" }).click();
  await until("brought back", async () => (await chapters()).length === 2);
});

test("a tag is given, completed, and finds its clips in the library", async () => {
  await page.goto(`${server.url}/c/${first}`);
  await page.getByRole("button", { name: "Add tags" }).click();
  await page.getByRole("combobox", { name: "Add a tag" }).fill("#Release");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "#release" }).waitFor();
  await page.getByRole("combobox", { name: "Add a tag" }).fill("history,");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "#history" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove the tag history" }).click();
  await page.getByRole("link", { name: "#history" }).waitFor({ state: "detached" });
  await lookAround(page, "words-tags");
  await page.getByRole("link", { name: "#release" }).click();
  await page.getByRole("heading", { name: "First talk" }).waitFor();
  await page.getByRole("heading", { name: "Second talk" }).waitFor({ state: "detached" });
  await lookAround(page, "words-library");
  await page.getByRole("button", { name: "Remove the filter Tag: release" }).click();
  await page.getByRole("heading", { name: "Second talk" }).waitFor();
});

test("the search is narrowed, grouped, walked by keyboard, and leads to the moment", async () => {
  await page.goto(`${server.url}/search`);
  await page.getByRole("searchbox").fill("country");
  await page.getByRole("heading", { name: "First talk" }).waitFor();
  await page.getByRole("heading", { name: "Second talk" }).waitFor();
  await page.getByRole("button", { name: "Add a filter" }).click();
  await page.getByLabel("Tag", { exact: true }).selectOption("release");
  await page.getByRole("heading", { name: "Second talk" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Said", exact: true }).click();
  await page.getByRole("heading", { name: "First talk" }).waitFor();
  await page.waitForURL((to) => to.searchParams.get("tag") === "release" && to.searchParams.get("in") === "speech");
  await lookAround(page, "words-search");
  await page.getByRole("button", { name: "Remove the filter Tag: release" }).click();
  await page.getByRole("heading", { name: "Second talk" }).waitFor();
  await page.getByRole("searchbox").fill('"your country" -merricans');
  await page.getByRole("heading", { name: "Second talk" }).waitFor();
  await page.getByRole("searchbox").press("ArrowDown");
  const href = await page.evaluate(() => document.activeElement.getAttribute("href"));
  const want = Number(new URL(href, server.url).searchParams.get("t"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/c\//);
  await until("the player stands at the moment", () =>
    page.evaluate((t) => Math.abs((document.querySelector("video")?.currentTime ?? -9) - t) < 1.5, want),
  );
});

test("the team's vocabulary is kept, and looked through before it is used", async () => {
  await page.goto(`${server.url}/settings/vocabulary`);
  await page.getByLabel("How it is written").fill("Kennedy Center");
  await page.getByLabel("What is heard instead").fill("your country, kennedy senter");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Change Kennedy Center" }).waitFor();
  await page.getByRole("button", { name: "Look through old transcripts" }).click();
  await page.getByRole("dialog").getByRole("heading", { name: "Second talk" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await lookAround(page, "words-vocabulary");
  await page.getByRole("button", { name: "Change Kennedy Center" }).click();
  await page.getByLabel("What is heard instead").first().fill("kennedy senter");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("your country").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Remove Kennedy Center" }).click();
  await page.getByRole("button", { name: "Change Kennedy Center" }).waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "What was put right" }).waitFor();
  await page.getByText("Taken back").waitFor();
});

test("three hours of talk stay light", async () => {
  const cues = Array.from({ length: 4000 }, (_, no) => ({
    no,
    start_ms: no * 2700,
    end_ms: no * 2700 + 2500,
    text: `Line ${no} of a long talk about many things, which goes on and on so that it wraps.`,
    words: [],
  }));
  const long = await browser.context.newPage();
  long.setDefaultTimeout(patient.timeout);
  await long.route(`**/api/v1/clips/${second}/transcript`, (r) =>
    r.fulfill({ json: { state: "done", language: "en", coverage: 1, progress: 1, cues } }),
  );
  await long.goto(`${server.url}/c/${second}`);
  await long.getByText("Line 3 of").waitFor();
  const most = { nodes: 0, lines: 0 };
  const slow = [];
  for (let i = 0; i < 40; i++) {
    const seen = await long.evaluate(
      async (share) => {
        const list = document.querySelector("[aria-label='What was said']");
        const began = performance.now();
        list.scrollTop = share * list.scrollHeight;
        await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(r))));
        return {
          ms: performance.now() - began,
          lines: list.querySelectorAll("[data-no]").length,
          nodes: list.querySelectorAll("*").length,
        };
      },
      ((i * 7) % 40) / 40,
    );
    most.lines = Math.max(most.lines, seen.lines);
    most.nodes = Math.max(most.nodes, seen.nodes);
    slow.push(seen.ms);
  }
  slow.sort((a, b) => a - b);
  console.log(
    `# most lines in the page ${most.lines}, most nodes ${most.nodes}; three frames after a jump ${Math.round(slow[20])} ms (median), ${Math.round(slow[38])} ms (p95)`,
  );
  assert.ok(most.lines > 0 && most.lines <= 400, `${most.lines} lines in the page`);
  assert.ok(most.nodes <= 4000, `${most.nodes} nodes in the page`);
  await long.getByLabel("Search this transcript").fill("line 3999 ");
  await long.getByText("1 found").waitFor();
  await long.close();
  assert.deepEqual(errors, []);
});
