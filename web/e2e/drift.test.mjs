// A long take: sound and picture stay together to its end, no second is missing, and the browser's memory does not grow
// with it. Ten real minutes; BATON_E2E_DRIFT_MINUTES asks for another length.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";
import { beside, openRecorder, record, signIn, stop } from "./steps.mjs";

const run = promisify(execFile);
const minutes = Number(process.env.BATON_E2E_DRIFT_MINUTES ?? 10);
const hour = 3600;
/** How many seconds at the beginning and at the end are held against what the browser captured. */
const edge = Math.min(60, minutes * 20);
let server, browser, context, cookie, counter, check;

// Small pictures, ten a second: it is their time that counts, and a machine with other work keeps up with them.
before(async () => {
  server = await Server.start();
  check = join(server.data, "mediacheck");
  await run("go", ["build", "-o", check, "./internal/mediacheck"], { cwd: root });
  const silence = join(server.data, "silence.wav");
  await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "5", silence]);
  ({ browser, context } = await launch({ mic: silence, screenTitle: "Counter page", viewport: { width: 640, height: 360 } }));
  cookie = await signIn(server, context);
  counter = await context.newPage();
  await counter.goto(`${pathToFileURL(beside("pages/counter.html")).href}?fps=10`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Memory of its own (RssAnon) in MiB: of the largest process that shows a page, and of the browser's own, which keeps what pages put aside. */
async function memory() {
  const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
  const found = { renderer: 0, browser: 0 };
  for (const { type, id } of processInfo) {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => ""); // it may have ended
    const mib = Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    if (type in found) found[type] = Math.max(found[type], mib);
  }
  return found;
}

const middle = (xs) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)];

/** The slope of y over x by Theil and Sen: the median of all pairs' slopes, which single bad seconds do not move. */
function slope(points) {
  const all = [];
  for (const [i, [x, y]] of points.entries()) for (const [u, v] of points.slice(i + 1)) all.push((v - y) / (u - x));
  return middle(all);
}

test(`${minutes} minutes stay together`, { timeout: (minutes + 15) * 60_000 }, async (t) => {
  const page = await context.newPage();
  await page.addInitScript(await readFile(beside("pages/capture-sync.js"), "utf8"));
  await openRecorder(server, page, { carrier: "auto" });
  await record(page);
  await counter.bringToFront();
  const began = Date.now();
  const samples = [];
  const machine = performance.timeOrigin + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  const origin = (await page.evaluate(() => performance.timeOrigin)) - machine;
  const captured = async () => middle(await page.evaluate(([s, o]) => captureSync.measure(s, o), [edge, origin]));
  const capturedFirst = await captured();
  for (let left; (left = began + (minutes * 60 - edge) * 1000 - Date.now()) > 0; await delay(Math.min(10_000, left))) {
    samples.push([(Date.now() - began) / 60_000, await memory()]);
  }
  const capturedLast = await captured();
  const id = await stop(page);
  // The first minutes grow to what a take needs; afterwards memory goes up and down and must not climb.
  const settled = samples.slice(Math.floor(samples.length / 4));
  for (const kind of ["renderer", "browser"]) {
    const points = settled.map(([at, m]) => [at, m[kind]]);
    const most = Math.max(...samples.map(([, m]) => m[kind]));
    const grows = slope(points);
    const twoHours = middle(points.map(([, mib]) => mib)) + Math.max(0, grows) * (120 - points[0][0]);
    const shown = samples.filter((_, i) => i % Math.ceil(samples.length / 12) === 0).map(([, m]) => Math.round(m[kind]));
    t.diagnostic(
      `${kind}: ${shown.join(" ")} MiB; at most ${most.toFixed(0)}, ${grows.toFixed(2)} MiB a minute, after two hours ${twoHours.toFixed(0)}`,
    );
    assert.ok(most < 300, `the ${kind}'s process had ${most} MiB`);
  }

  const source = `${server.url}/api/v1/clips/${id}/hls/source/index.m3u8`;
  const { stdout } = await run(check, ["-cookie", cookie, source], { maxBuffer: 64 << 20 });
  const seen = JSON.parse(stdout);
  const pairs = seen.seconds.flatMap((s) => (s.offset_ms === null ? [] : [[s.flash, s.offset_ms]]));
  const offsets = pairs.map(([, offset]) => offset);
  const first = middle(offsets.slice(0, edge));
  const last = middle(offsets.slice(-edge));
  const ms = (x) => `${x.toFixed(1)} ms`;
  t.diagnostic(
    `${seen.frames} frames, ${pairs.length} of ${seen.seconds.length} seconds have both, longest hole ${ms(seen.hole_ms)}; sound behind the picture: ` +
      `first ${ms(first)} (captured ${ms(capturedFirst)}), last ${ms(last)} (captured ${ms(capturedLast)}), ${ms(slope(pairs) * hour)} an hour`,
  );
  assert.equal(seen.unreadable, 0, "frames that cannot be read");
  assert.equal(seen.backwards, 0, "time runs backwards");
  assert.ok(seen.seconds.length >= minutes * 60 - 5, `${seen.seconds.length} seconds of ${minutes * 60}`);
  assert.ok(pairs.length >= seen.seconds.length * 0.9, `${seen.seconds.length - pairs.length} seconds have no flash or no beep`);
  // How far apart they are when captured is the browser's and the machine's affair: a busy one is late with sound.
  const [addedFirst, addedLast] = [first - capturedFirst, last - capturedLast];
  assert.ok(Math.abs(addedLast) < 40, `at the end sound is ${addedLast} ms further behind the picture than captured`);
  assert.ok(Math.abs(addedLast - addedFirst) < 20, `sound moved by ${addedLast - addedFirst} ms against the picture`);
});
