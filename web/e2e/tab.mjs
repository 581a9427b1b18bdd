// A person at a real browser, for internal/chaos: opens the recorder, records the counter page, presses Stop, and after a crash
// opens the browser or the page again. One JSON text as argument says how; it is then steered by lines on standard input
// (stop, crash, kill, return) and tells what happened by JSON lines on standard output. What the encoder gives is written into a
// file as it comes.
import { appendFileSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { launch } from "./chromium.mjs";
import { until } from "./server.mjs";
import { beside, openRecorder, record } from "./steps.mjs";

/** @type {{url: string, cookie: string, profile: string, mic: string, encoded: string, carrier: string, udp: number}} */
const o = JSON.parse(process.argv[2]);
const tapCode = await readFile(beside("pages/capture-tap.js"), "utf8");
const tell = (event, more = {}) => process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);
const long = 300_000;
let context, page;

/** Starts the browser with its profile. */
async function open() {
  ({ context } = await launch({
    mic: o.mic,
    screenTitle: "Counter page",
    profile: o.profile,
    viewport: { width: 1280, height: 720 },
  }));
  const [name, value] = o.cookie.split("=");
  await context.addCookies([{ name, value, domain: "127.0.0.1", path: "/" }]);
  // The server's addresses lie behind the relay, as if that were its router.
  await context.route("**/channel", async (route) => {
    const answer = await route.fetch().catch(() => undefined);
    if (!answer) return route.abort();
    const body = (await answer.text()).replace(/(a=candidate:\S+ \d udp \d+ \S+) \d+ typ host/g, `$1 ${o.udp} typ host`);
    return route.fulfill({ response: answer, body });
  });
}

/** Opens the recorder and records; resolves when it does. */
async function begin() {
  await open();
  const counter = await context.newPage();
  await counter.goto(pathToFileURL(beside("pages/counter.html")).href);
  page = await context.newPage();
  await page.exposeBinding("tapKeep", (_, base64) => appendFileSync(o.encoded, Buffer.from(base64, "base64")));
  await page.addInitScript(tapCode);
  await page.addInitScript(keep);
  await openRecorder({ url: o.url }, page, { carrier: o.carrier });
  await record(page);
  await counter.bringToFront();
  await until("it records", () => page.evaluate(() => tap.started > 0), 60_000);
  const link = await page.getByLabel("Link to this clip").inputValue({ timeout: long });
  tell("clip", { id: link.split("/c/")[1] });
}

/** Runs in the page: hands on what the encoder gives, in order. */
function keep() {
  const start = MediaRecorder.prototype.start;
  let last = Promise.resolve();
  MediaRecorder.prototype.start = function (...args) {
    this.addEventListener("dataavailable", (e) => {
      last = last.then(async () => {
        const bytes = new Uint8Array(await e.data.arrayBuffer());
        let text = "";
        for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
        await tapKeep(btoa(text));
      });
    });
    this.addEventListener("stop", () => {
      globalThis.tapKept = () => last;
    });
    return start.apply(this, args);
  };
}

const acts = {
  /** The person presses Stop, and stays until everything is sent. */
  async stop() {
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForFunction(() => globalThis.tapKept !== undefined, undefined, { timeout: long });
    const seconds = await page.evaluate(async () => {
      await tapKept();
      return (tap.stopped - tap.started) / 1000;
    });
    tell("stopped", { seconds });
    await page.waitForURL(/\/c\/[0-9a-z]{26}/, { timeout: long });
    // Where the line is slow the rest is sent from the dock of the next page; who leaves then finds it there on coming back.
    const state = `/api/v1/clips/${page.url().match(/\/c\/([0-9a-z]{26})/)[1]}/recording`;
    const sent = async (url) => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
      return answer?.ok ? (await answer.json()).state === "finished" : false;
    };
    await until("everything is sent", () => page.evaluate(sent, state), long, 250);
    tell("sent");
  },
  /** The page's process dies. */
  async crash() {
    const session = await context.newCDPSession(page);
    const gone = new Promise((resolve) => page.once("crash", resolve));
    session.send("Page.crash").catch(() => undefined); // nobody is left to answer
    await gone;
    tell("gone");
  },
  /** The whole browser dies. The target of the profile's lock ends with its process. */
  async kill() {
    const pid = Number((await readlink(join(o.profile, "SingletonLock"))).split("-").pop());
    const closed = new Promise((resolve) => context.once("close", resolve));
    process.kill(pid, "SIGKILL");
    await closed;
    context = undefined;
    tell("gone");
  },
  /** The person comes back, and leaves when the page says that all is sent. */
  async return() {
    if (!context) await open();
    page = await context.newPage();
    await until(
      "the page opens",
      () =>
        page.goto(o.url).then(
          (r) => r?.ok(),
          () => false,
        ),
      long,
      500,
    );
    tell("back");
  },
  async leave() {
    await context?.close();
    process.exit(0);
  },
};

process.on("unhandledRejection", (error) => {
  tell("failed", { why: String(error?.stack ?? error).slice(0, 600) });
});
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void acts.leave());
void begin();
for await (const line of createInterface({ input: process.stdin })) void acts[line.trim()]?.();
await acts.leave();
