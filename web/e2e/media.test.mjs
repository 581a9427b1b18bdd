// The recorded media is probed and watched: a page that counts, flashes and beeps is recorded through the product, and
// what is played afterwards is decoded and compared with what was captured.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";
import { beside, openRecorder, record, signIn, stop } from "./steps.mjs";

const run = promisify(execFile);
const seconds = 12;
let server, browser, context, cookie, counter, check;

before(async () => {
  server = await Server.start();
  check = join(server.data, "mediacheck");
  await run("go", ["build", "-o", check, "./internal/mediacheck"], { cwd: root });
  // The microphone is open but silent: the beeps are the tab's own sound.
  const silence = join(server.data, "silence.wav");
  await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "5", silence]);
  ({ browser, context } = await launch({ mic: silence, screenTitle: "Counter page", viewport: { width: 1280, height: 720 } }));
  cookie = await signIn(server, context);
  counter = await context.newPage();
  await counter.goto(pathToFileURL(beside("pages/counter.html")).href);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Decodes a file or a playlist and tells what is in it. */
async function watch(source) {
  const { stdout } = await run(check, ["-cookie", cookie, source]);
  return JSON.parse(stdout);
}

const playlist = (id, rendition) => `${server.url}/api/v1/clips/${id}/hls/${rendition}/index.m3u8`;

/** Holds a rendition against what the encoder in the browser made: nothing may be lost, moved or stretched on the way. */
function judge(name, seen, made, t, slack = 60) {
  const offsets = (r) => r.seconds.map((s) => (s.offset_ms === null ? "-" : Math.round(s.offset_ms))).join(" ");
  t.diagnostic(`${name}: ${JSON.stringify({ ...seen, seconds: undefined })}; beeps after flashes, ms: ${offsets(seen)}`);
  assert.ok(made.frames - seen.frames <= made.frames / 50, `${name}: ${seen.frames} of ${made.frames} frames`);
  assert.equal(seen.unreadable, 0, `${name}: frames that cannot be read`);
  assert.equal(seen.backwards, 0, `${name}: time runs backwards`);
  assert.ok(seen.hole_ms < made.hole_ms + 250, `${name}: a hole of ${seen.hole_ms} ms, the encoder's was ${made.hole_ms} ms`);
  const end = (r) => Math.max(r.audio, r.from + r.video);
  assert.ok(Math.abs(end(seen) - end(made)) < 0.5, `${name}: ${end(seen)} s long, the encoder's was ${end(made)} s`);
  for (const [i, want] of made.seconds.entries()) {
    if (want.offset_ms === null) continue; // the browser itself had no time for it
    const got = seen.seconds[i];
    assert.equal(got?.no, want.no, `${name}: second ${want.no} is missing`);
    assert.ok(got.offset_ms !== null, `${name}: no flash or no beep in second ${want.no}`);
    const moved = Math.abs(got.offset_ms - want.offset_ms);
    assert.ok(moved < slack, `${name}: second ${want.no}: sound and picture were moved against each other by ${moved} ms`);
  }
}

for (const carrier of ["channel", "http"]) {
  test(`what is recorded over ${carrier} is seen and heard as it was`, { timeout: 240_000 }, async (t) => {
    const page = await context.newPage();
    await page.addInitScript(await readFile(beside("pages/capture-tap.js"), "utf8"));
    await openRecorder(server, page, { carrier });
    await record(page);
    await counter.bringToFront();
    const length = () => page.evaluate(() => (tap.started ? performance.now() - tap.started : 0));
    await until(`${seconds} s are recorded`, async () => (await length()) > seconds * 1000, 60_000, 200);
    const id = await stop(page);
    const captured = await page.evaluate(() => {
      const gaps = tap.times.slice(1).map((at, i) => at - tap.times[i]);
      return { seconds: (tap.stopped - tap.started) / 1000, frames: tap.times.length, hole: Math.max(...gaps) };
    });
    t.diagnostic(`captured: ${JSON.stringify(captured)}`);
    const file = join(server.data, `${carrier}.encoded`);
    await writeFile(file, Buffer.from(await page.evaluate(() => tap.base64()), "base64"));
    const made = await watch(file);
    const offsets = made.seconds.flatMap((s) => (s.offset_ms === null ? [] : [s.offset_ms])).sort((a, b) => a - b);
    assert.ok(offsets.length >= seconds / 2, `the browser made only ${offsets.length} whole seconds of ${seconds}`);
    // A machine that is busy with other things moves single seconds; what is built in moves all of them.
    const middle = offsets[Math.floor(offsets.length / 2)];
    assert.ok(Math.abs(middle) < 60, `sound is ${middle} ms behind the picture`);
    const encoded = Math.max(made.audio, made.from + made.video);
    assert.ok(Math.abs(encoded - captured.seconds) < 1, `${encoded} s were encoded of ${captured.seconds} s`);
    assert.ok(made.hole_ms < captured.hole + 250, `a hole of ${made.hole_ms} ms, the capture's own was ${captured.hole} ms`);
    judge("source", await watch(playlist(id, "source")), made, t);
    const ladder = await until(
      "another rendition is made",
      async () => {
        const { json } = await server.api("GET", `/api/v1/clips/${id}`, { cookie });
        return json.playback.renditions.map((r) => r.name).find((name) => name !== "source");
      },
      120_000,
      300,
    );
    // ffmpeg's fragments stand close together: a frame that begins one moves up to where the last one's guessed end was.
    judge(ladder, await watch(playlist(id, ladder)), made, t, 60 + made.hole_ms);
    await page.close();
  });
}
