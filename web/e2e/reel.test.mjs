// The reel in a real Chromium: what comes first, what fits one's time, playing it by keys alone, answering in place, going on after a
// reload, and never hearing anything twice.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, join, signIn, upload } from "./steps.mjs";

const run = promisify(execFile);
const limit = { timeout: 300_000 };
const speech = path(root, "testdata/media/opus.webm");
let server, browser, owner, context, cookie, ownerCookie, me, ask, written, clips;

before(async () => {
  server = await Server.start();
  ({ browser, context: owner } = await launch({ viewport: { width: 1440, height: 900 } }));
  ownerCookie = await signIn(server, owner);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ["microphone"] });
  cookie = await join(server, ownerCookie, context, "Maya Member");
  me = (await server.api("GET", "/api/v1/me", { cookie })).json.id;

  // Speech, eight seconds of nothing, and speech again five times over, with a picture; and two voice notes.
  const film = path(server.data, "film.mp4");
  const again = path(server.data, "again.wav");
  await run("ffmpeg", ["-v", "error", "-stream_loop", "5", "-i", speech, "-t", "70", "-ar", "48000", again]);
  await run("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", "-i", speech, "-i", again],
    ...["-filter_complex", "[1:a]aresample=48000,apad=pad_dur=8[a];[2:a]aresample=48000[b];[a][b]concat=n=2:v=0:a=1[s]"],
    ...["-map", "0:v", "-map", "[s]", "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-g", "30"],
    ...["-pix_fmt", "yuv420p", "-c:a", "aac", film],
  ]);
  const voice = await readFile(speech);
  clips = {
    film: await upload(server, ownerCookie, await readFile(film), "The new search"),
    asks: await upload(server, ownerCookie, voice, "A question"),
    decides: await upload(server, ownerCookie, voice, "What we do"),
  };
  for (const id of Object.values(clips)) await finished(server, id, ownerCookie, 240_000);
  const make = async (what, body) => (await server.api("POST", `/api/v1/${what}`, { cookie: ownerCookie, body })).json.id;
  ask = await make("asks", { owner_id: me, body: "Look at the search", clip_id: clips.asks, start_ms: 1000, end_ms: 5000 });
  written = await make("asks", { owner_id: me, body: `Book the room for Thursday. ${"It is for all of us. ".repeat(20)}` });
  await make("decisions", { what: "We ship on Monday", clip_id: clips.decides, start_ms: 1000, end_ms: 4000 });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const plan = async (query = "") => (await server.api("GET", `/api/v1/reel?${query}`, { cookie })).json;
const lengthOf = (spans) => spans.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
/** How much two lists of spans have in common, in milliseconds. */
const common = (a, b) =>
  a
    .flatMap((x) => b.map((y) => Math.min(x.end_ms, y.end_ms) - Math.max(x.start_ms, y.start_ms)))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
const entries = (page) => page.getByRole("region", { name: "In this order" }).getByRole("listitem");

/** Opens the reel with a speed. */
async function open(search = "", rate = 2, of = context) {
  const page = await of.newPage();
  await page.addInitScript((r) => {
    if (sessionStorage.getItem("speed")) return; // a reload keeps what was chosen
    sessionStorage.setItem("speed", String(r));
    localStorage.setItem("baton.settings", JSON.stringify({ rate: r, muted: true }));
  }, rate);
  await page.goto(`${server.url}/reel${search}`);
  await page.getByRole("button", { name: /^(Play|Go on) \d/ }).waitFor({ timeout: 60_000 });
  return page;
}

/** Where the piece that plays is, and which it is. */
const now = (page) =>
  page.evaluate(() => {
    const video = document.querySelector(".slot.current video");
    return {
      at: video ? video.currentTime : undefined,
      paused: video?.paused,
      title: document.querySelector("header h2")?.textContent ?? "",
      over: document.querySelector(".end h2")?.textContent ?? "",
    };
  });
const plays = (page, title, from = 0) =>
  until(
    `“${title}” plays`,
    async () => {
      const n = await now(page);
      return n.title === title && !n.paused && n.at > from ? n : null;
    },
    60_000,
  );

/** From where the piece plays, once some of it was played. */
async function began(page) {
  const look = () => {
    const { played } = document.querySelector(".slot.current video") ?? {};
    return played?.length > 0 ? { at: played.start(0) } : undefined;
  };
  return (await until("some of it was played", () => page.evaluate(look), 60_000)).at;
}

test("says what there is, what fits, and what is left for later", limit, async () => {
  const page = await open("?budget=1", 0.5);
  const all = await plan();
  const short = await plan("budget_ms=60000&speed=0.5");
  assert.ok(short.fits && short.left.length > 0, JSON.stringify(short));
  await page.getByText(`fits 1 minute at 0.5× with ${short.left.length} left for later`).waitFor();
  const names = await entries(page).allTextContents();
  const asks = names.slice(0, 2).toSorted();
  assert.match(asks[0], /Book the room.*Asked of you/s);
  assert.match(asks[1], /Look at the search.*Asked of you/s);
  assert.match(names[2], /We ship on Monday.*Decided/s);
  await page.getByRole("heading", { name: "Left for later" }).waitFor();
  await lookAround(page, "reel-overview");
  await page.getByRole("button", { name: "All of it" }).click();
  await page.getByRole("heading", { name: "Left for later" }).waitFor({ state: "detached" });
  assert.equal(await entries(page).count(), all.pieces.length);
  assert.match(page.url(), /\/reel$/);
  await page.close();
});

test("is a private podcast, too", limit, async (t) => {
  const page = await context.newPage();
  await page.goto(`${server.url}/settings/podcast`);
  await page.getByRole("button", { name: "Make my feed" }).click();
  const address = await page.getByLabel("Address of the feed").inputValue({ timeout: 30_000 });
  // What is fetched below is still to be heard in what follows.
  const heard = page.getByRole("switch", { name: "What is fetched to its end was heard" });
  assert.equal(await heard.isChecked(), true);
  await heard.press("Space");
  const kept = () => server.api("GET", "/api/v1/me/podcast", { cookie });
  await until("it is switched off", async () => (await kept()).json.notes_heard === false);
  assert.equal(await heard.isChecked(), false);
  await lookAround(page, "settings-podcast");
  const refs = (of) => of.pieces.map((p) => p.ref).toSorted();
  const before = refs(await plan());
  const items = await until(
    "all sounds are made",
    async () => {
      const answer = await fetch(address);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type"), /^application\/rss\+xml/);
      const found = await page.evaluate(
        (text) => {
          const doc = new DOMParser().parseFromString(text, "text/xml");
          if (doc.querySelector("parsererror")) throw new Error(text);
          return [...doc.querySelectorAll("channel > item")].map((i) => {
            const e = i.querySelector("enclosure");
            const attributes = {
              url: e.getAttribute("url"),
              type: e.getAttribute("type"),
              length: Number(e.getAttribute("length")),
            };
            return {
              title: i.querySelector("title").textContent,
              notes: i.querySelector("description").textContent,
              seconds: i.getElementsByTagName("itunes:duration")[0].textContent,
              ...attributes,
            };
          });
        },
        await answer.text(),
      );
      return found.length === 3 ? found : null;
    },
    120_000,
    1000,
  );
  assert.match(items.find((i) => i.title === "Olga Owner: A question").notes, /Asked of you: Look at the search/);
  for (const i of items) {
    const whole = await fetch(i.url);
    assert.equal(whole.headers.get("content-type"), i.type);
    assert.equal((await whole.arrayBuffer()).byteLength, i.length);
    const part = await fetch(i.url, { headers: { range: "bytes=4-7" } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), "ftyp");
    const { stdout } = await run("ffprobe", ["-v", "error", "-show_streams", "-show_format", "-of", "json", i.url]);
    const { streams, format } = JSON.parse(stdout);
    assert.deepEqual(
      streams.map((s) => s.codec_name),
      ["aac"],
      i.title,
    );
    // What the reel plays of it; that leaves out a scrap at each side of what is played by itself, too. The film's sound ends before its picture.
    const id = i.url.match(/([0-9a-z]{26})\.m4a$/)[1];
    const worth = (await plan()).pieces.filter((p) => p.clip_id === id).reduce((sum, p) => sum + p.length_ms, 0);
    const ms = Number(format.duration) * 1000;
    assert.ok(ms > worth - 500 && ms < worth + 1500, `${i.title}: ${ms} ms, where the reel plays ${worth}`);
    assert.ok(Math.abs(Number(i.seconds) - ms / 1000) <= 0.6, `${i.title}: said to last ${i.seconds} s`);
    if (id === clips.film) {
      const { duration_ms } = (await server.api("GET", `/api/v1/clips/${id}`, { cookie })).json;
      assert.ok(ms < duration_ms - 6000, `eight seconds of nothing are in ${ms} of ${duration_ms} ms`);
    }
    t.diagnostic(`${i.title}: ${Math.round(i.length / 1000)} kB for ${Number(format.duration).toFixed(1)} s`);
  }
  assert.deepEqual(refs(await plan()), before, "what was fetched is not in the reel any more");
  await page.getByRole("button", { name: "End the feed" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End the feed" }).click();
  await until("it has ended", async () => (await fetch(address)).status === 404 && (await fetch(items[0].url)).status === 404);
  await page.close();
});

test("plays by keys alone, answers in place, and goes on to the second after a reload", limit, async (t) => {
  const page = await open("", 0.5); // slow enough for what the keys do
  // The number of minutes stands in the rail, too.
  await page.getByRole("link", { name: /Catch up \d+ min/ }).waitFor({ timeout: 60_000 });
  const play = page.getByRole("button", { name: /^Play \d/ });
  for (let i = 0; i < 40 && !(await play.evaluate((b) => b === document.activeElement)); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // What is asked comes first; what is in writing is a card, which the next key turns.
  await page.getByRole("article", { name: "To read, from Olga Owner" }).waitFor({ timeout: 60_000 });
  await page.keyboard.press("k");
  await page.getByText(/to read, paused/).waitFor();
  await lookAround(page, "reel-words");
  await page.keyboard.press("Shift+N");
  await plays(page, "Look at the search", 1.1);
  await page.keyboard.press(" ");
  await until("it waits", async () => (await now(page)).paused);
  await page.keyboard.press("a");
  await page.getByRole("textbox", { name: "Answer to Olga Owner" }).waitFor();
  await page.keyboard.type("I have looked: it is fine.");
  await page.keyboard.press("Enter");
  await until("the ask is answered", async () => {
    const { json } = await server.api("GET", `/api/v1/asks/${ask}`, { cookie });
    return json.state === "answered" && json.answer === "I have looked: it is fine.";
  });
  await plays(page, "We ship on Monday", 1);
  await page.keyboard.press("Shift+N"); // it comes again: nobody heard it
  const film = (await plan()).pieces.findIndex((p) => p.clip_id === clips.film);
  assert.ok(film > 0);
  await entries(page).filter({ hasText: "The new search" }).getByRole("button").click();
  await plays(page, "The new search", 3);
  await page.keyboard.press("k");
  await until("it waits", async () => (await now(page)).paused);
  await lookAround(page, "reel-playing");
  const { at } = await now(page);
  await page.reload();
  await page.getByRole("button", { name: /^Go on \d/ }).click();
  const again = await plays(page, "The new search", 0.1);
  assert.ok(Math.abs(again.at - at) < 5, `it was at ${at} s and went on at ${again.at} s`);
  const first = await began(page);
  assert.ok(Math.abs(first - at) < 1, `it was at ${at} s and went on at ${first} s`);
  t.diagnostic(`left at ${at.toFixed(2)} s, went on at ${first.toFixed(2)} s`);
  await page.close();
});

test("goes on to the second in another browser", limit, async (t) => {
  const page = await open("", 0.5);
  await page.getByRole("button", { name: /^(Play|Go on) \d/ }).click();
  await entries(page).filter({ hasText: "The new search" }).getByRole("button").click();
  await plays(page, "The new search", 0.1);
  await page.keyboard.press("l"); // on by ten seconds of what is played
  const before = await now(page);
  await plays(page, "The new search", before.at + 0.5);
  await page.keyboard.press("k");
  await until("it waits", async () => (await now(page)).paused);
  const { at } = await now(page);
  await until("the server knows where", async () => Math.abs(((await plan()).bookmark?.ms ?? 0) / 1000 - at) < 0.5, 60_000, 500);
  const elsewhere = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const signedIn = await elsewhere.request.post(`${server.url}/api/v1/sign-in`, {
    headers: { origin: server.url },
    data: { email: "maya@example.org", password: "another sentence" },
  });
  assert.ok(signedIn.ok(), await signedIn.text());
  // There the reports of every few seconds are left out: what is told is told as the page is left.
  await elsewhere.addInitScript(() => {
    const { setInterval } = globalThis;
    globalThis.setInterval = (f, ms, ...rest) => (ms === 4000 ? 0 : setInterval(f, ms, ...rest));
  });
  const other = await open("", 0.5, elsewhere);
  await other.getByRole("button", { name: /^Go on \d/ }).click();
  await plays(other, "The new search", 0.1);
  const first = await began(other);
  assert.ok(Math.abs(first - at) < 1, `it was at ${at} s and went on elsewhere at ${first} s`);
  t.diagnostic(`left at ${at.toFixed(2)} s, went on elsewhere at ${first.toFixed(2)} s`);
  await plays(other, "The new search", first + 1);
  const last = await now(other);
  await other.goto("about:blank");
  const told = async () => ((await plan()).bookmark?.ms ?? 0) / 1000 >= last.at - 0.2;
  await until("the server knows where the page was left", told, 60_000, 500);
  await elsewhere.close();
  await page.close();
});

test("one reacts and answers by voice without leaving it", limit, async () => {
  const body = { owner_id: me, body: "Say it aloud", clip_id: clips.asks, start_ms: 5200, end_ms: 9000 };
  const { id } = (await server.api("POST", "/api/v1/asks", { cookie: ownerCookie, body })).json;
  const page = await open("", 0.5);
  await page.getByRole("button", { name: /^(Play|Go on) \d/ }).click();
  await entries(page).filter({ hasText: "Say it aloud" }).getByRole("button").click();
  await plays(page, "Say it aloud", 5.3);
  await page.keyboard.press("k");
  await until("it waits", async () => (await now(page)).paused);
  await page
    .getByRole("group", { name: "React to this moment" })
    .getByRole("button", { name: / at this moment$/ })
    .first()
    .click();
  await until("it has a reaction", async () => {
    const { json } = await server.api("GET", `/api/v1/clips/${clips.asks}/reactions`, { cookie });
    return /"mine":true/.test(JSON.stringify(json));
  });
  await page.getByRole("button", { name: "Answer by voice" }).click();
  const recorder = page.getByRole("region", { name: "Record a reply to Olga Owner" });
  const stop = recorder.getByRole("button", { name: "Stop and reply" });
  await stop.waitFor({ timeout: 60_000 });
  await recorder.getByText("0:02").waitFor({ timeout: 60_000 });
  await lookAround(page, "reel-voice");
  await stop.click();
  await page.getByText("Answered", { exact: true }).waitFor({ timeout: 60_000 });
  assert.match(page.url(), /\/reel/);
  const answered = await until(
    "the ask is answered by a clip",
    async () => {
      const { json } = await server.api("GET", `/api/v1/asks/${id}`, { cookie });
      return json.state === "answered" && json.answer_clip_id;
    },
    60_000,
  );
  await finished(server, answered, cookie, 240_000);
  await page.close();
});

test("comes to an end that says what is left, and offers nothing twice", limit, async () => {
  const page = await open();
  const rest = await plan("speed=2");
  assert.ok(!rest.pieces.some((p) => p.ref === written), "what was read comes again");
  const film = rest.pieces.find((p) => p.clip_id === clips.film);
  assert.ok(film.play[0].start_ms > 2000, "what was heard comes again");
  const fresh = page.getByRole("button", { name: "From the start" });
  if (await fresh.isVisible()) await fresh.click();
  else await page.getByRole("button", { name: /^(Play|Go on) \d/ }).click();
  await page.getByRole("progressbar", { name: "The whole reel" }).waitFor();
  await until(
    "the end",
    async () => {
      if ((await now(page)).over) return true;
      await page.keyboard.press("Shift+N");
      return false;
    },
    60_000,
    300,
  );
  await page.getByRole("heading", { name: "That was your time" }).waitFor();
  await page.getByText("One thing is still asked of you").waitFor();
  await lookAround(page, "reel-end");
  await page.close();
});

test("plays to the end by itself what it promised, and nothing else", { timeout: 500_000 }, async (t) => {
  const page = await open();
  const promised = await plan("speed=2");
  const wanted = promised.pieces.reduce((sum, p) => sum + lengthOf(p.play), 0);
  assert.ok(Math.abs(promised.length_ms - wanted / 2) < 500, JSON.stringify(promised));
  // What was played of each piece, in the order of their turns. Time is the media's: a busy machine takes longer, and plays the same.
  await page.evaluate(() => {
    const played = new Map();
    globalThis.playedOf = () => [...played.values()];
    setInterval(() => {
      const video = document.querySelector(".slot.current video");
      if (!video?.played.length) return;
      const spans = Array.from({ length: video.played.length }, (_, i) => [video.played.start(i), video.played.end(i)]);
      played.set(
        video,
        spans.map(([start, end]) => ({ start_ms: start * 1000, end_ms: end * 1000 })),
      );
    }, 20);
  });
  const began = Date.now();
  const fresh = page.getByRole("button", { name: "From the start" });
  if (await fresh.isVisible()) await fresh.click();
  else await page.getByRole("button", { name: /^(Play|Go on) \d/ }).click();
  await until("the end", async () => (await now(page)).over, 400_000, 250);
  const took = Date.now() - began;
  assert.equal((await now(page)).over, "You are caught up");
  const played = await page.evaluate(() => globalThis.playedOf());
  const gaps = await page.evaluate(() => performance.getEntriesByName("reel-gap").map((g) => Math.round(g.duration)));
  t.diagnostic(`promised ${promised.length_ms} ms, took ${took} ms; gaps ${gaps.join(", ")} ms`);
  assert.equal(played.length, promised.pieces.length);
  assert.equal(gaps.length, promised.pieces.length - 1);
  for (const [i, p] of promised.pieces.entries()) {
    const heard = common(played[i], p.play);
    const words = `${p.title}: ${heard} ms of ${lengthOf(p.play)} ms; ${JSON.stringify([p.play, played[i]])}`;
    assert.ok(heard > lengthOf(p.play) - 1500, words);
  }
  // The longest silence is jumped over, however late.
  const film = promised.pieces.findIndex((p) => p.clip_id === clips.film);
  const silence = { start_ms: 9000, end_ms: 15_000 };
  assert.equal(common(promised.pieces[film].play, [silence]), 0);
  assert.ok(common(played[film], [silence]) < 4000, JSON.stringify(played[film]));
  await page.getByText("One thing is still asked of you").waitFor();
  await lookAround(page, "reel-caught-up");
  await until("nothing is left", async () => (await plan()).pieces.length === 0);
  await page.reload();
  await page.getByRole("heading", { name: "You are caught up" }).waitFor({ timeout: 60_000 });
  await page.close();
});
