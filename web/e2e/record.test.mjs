// The record page in a real browser: its states, who can use it (axe), starting over, a line that is too slow to wait for,
// and a take that the server refuses.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";

const axeCode = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.BATON_E2E_SHOTS;
const limit = { timeout: 180_000 };
let server, browser, context;

before(async () => {
  server = await Server.start();
  const mic = await micFile(join(root, "testdata/media/opus.webm"), server.data);
  ({ browser, context } = await launch({ mic, screenTitle: "Moving page", viewport: { width: 1440, height: 900 } }));
  await context.request.post(`${server.url}/api/v1/setup`, {
    headers: { origin: server.url },
    data: { workspace_name: "Relay", name: "Olga Owner", email: "olga@example.org", password: "a short sentence" },
  });
  const screen = await context.newPage();
  await screen.setContent(`<title>Moving page</title><h1 style="font-size:120px"></h1><script>
    setInterval(() => (document.querySelector("h1").textContent = Date.now()), 100)</script>`);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function openRecorder(query) {
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (e) => page.errors.push(e.message));
  page.on("dialog", (d) => void d.accept().catch(() => undefined)); // leaving a page that records asks
  await page.goto(`${server.url}/record?${query}`);
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  return page;
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const link = (page) => page.getByLabel("Link to this clip").inputValue();
const clipState = async (id) => (await (await context.request.get(`${server.url}/api/v1/clips/${id}`)).json()).state;

/** Looks at a state in both themes and on a phone, and has axe look at it. */
async function look(page, name) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ])
    for (const theme of ["light", "dark"]) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      if (shots) {
        await mkdir(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${name}-${width}-${theme}.png`) });
      }
      const { found, wide } = await page.evaluate(async (code) => {
        if (!globalThis.axe) new Function(code)();
        const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
        return {
          found: violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`),
          wide: document.documentElement.scrollWidth > innerWidth,
        };
      }, axeCode);
      assert.deepEqual(found, [], `${name} at ${width} px, ${theme}`);
      assert.equal(wide, false, `${name} is wider than ${width} px`);
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("every state of the page can be used by everybody", limit, async () => {
  const page = await openRecorder("mode=screen-camera");
  await look(page, "ready");
  await page.getByLabel("Countdown").selectOption({ label: "5 seconds" });
  await press(page, "Record");
  await page.getByText("Press to stop the countdown").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Record", exact: true }).waitFor();
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  await press(page, "Record");
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await until("the link is there", () => link(page).catch(() => ""));
  await until("the title counts", async () => /^● 0:/.test(await page.title()));
  await look(page, "recording");

  await page.keyboard.press("Alt+Shift+P");
  await page.getByRole("button", { name: "Go on" }).waitFor();
  await until("the title says that it is paused", async () => /^❚❚ 0:/.test(await page.title()));
  await look(page, "paused");
  await press(page, "Go on");

  const thrown = (await link(page)).split("/c/")[1];
  await page.keyboard.press("Alt+Shift+X");
  await page.getByRole("dialog").getByRole("button", { name: "Start over" }).click();
  await until("a new take has a new link", async () => {
    const now = await link(page).catch(() => "");
    return now !== "" && !now.endsWith(thrown);
  });
  await until("the thrown away clip is gone", async () => (await clipState(thrown)) === undefined);

  const kept = (await link(page)).split("/c/")[1];
  await page.getByText(/Saved as you go/).waitFor();
  await until("2 s are recorded", async () => /0:0[2-9]/.test(await page.title())); // what has no picture yet is no clip
  await page.getByRole("textbox", { name: "Title" }).fill("Named last");
  await page.keyboard.press("Alt+Shift+R"); // from within the field
  await page.waitForURL(new RegExp(kept));
  await page.getByRole("heading", { name: "Named last" }).waitFor();
  await until("it is ready", async () => (await clipState(kept)) === "ready");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.url}/c/${kept}`);
  assert.deepEqual(page.errors, []);
  await page.close();
});

test("the whole recording is verified by its hash", limit, async () => {
  const page = await openRecorder("mode=voice&carrier=channel");
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  const finishing = page.waitForResponse((r) => r.url().endsWith("/finish"));
  await press(page, "Record");
  await until("some of it is safe", () => page.locator("[title='Sent over WebRTC']").count());
  await until("3 s are recorded", async () => /0:0[3-9]/.test(await page.title()));
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => new Promise(() => undefined); // it asks, and nobody answers
  });
  await press(page, "Stop");
  const answer = await finishing;
  assert.equal(answer.status(), 200);
  const sent = answer.request().postDataJSON();
  assert.match(sent.sha256, /^[0-9a-f]{64}$/);
  assert.equal((await answer.json()).sha256, sent.sha256);
  await page.waitForURL(/\/c\//);
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.getByRole("region", { name: "Transfers" }).count(), 0, "what has arrived is still being sent");
  await page.close();
});

test("nobody waits for a line that is away: the take is sent from the dock", limit, async () => {
  const page = await openRecorder("mode=voice&carrier=http");
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  await press(page, "Record");
  const id = (await until("the link is there", () => link(page).catch(() => ""))).split("/c/")[1];
  await page.route("**/chunks/*", (r) => r.abort());
  await page.getByText(/The server is away\. Recording goes on, nothing is lost/).waitFor();
  await look(page, "away");
  await press(page, "Stop");
  await page.waitForURL(new RegExp(id));
  const dock = page.getByRole("region", { name: "Transfers" });
  await dock.getByText(/segments safe\. The server is away/).waitFor();
  await page.unroute("**/chunks/*");
  await dock.getByText("All sent").waitFor({ timeout: 30_000 });
  await until("it is ready", async () => (await clipState(id)) === "ready");
  await page.close();
});

test("a take that is thrown away while the line is away is deleted at the next visit", limit, async () => {
  const page = await openRecorder("mode=voice&carrier=http");
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  await press(page, "Record");
  const id = (await until("the link is there", () => link(page).catch(() => ""))).split("/c/")[1];
  await page.getByText(/Saved as you go/).waitFor();
  await page.route("**/api/v1/clips/**", (r) => r.abort());
  await press(page, "Throw this take away");
  await page.getByRole("dialog").getByRole("button", { name: "Throw away" }).click();
  await page.getByText(/What it has of this recording is deleted at your next visit\./).waitFor({ timeout: 60_000 });
  assert.equal(await clipState(id), "recording");
  await page.unroute("**/api/v1/clips/**");
  await page.goto(server.url);
  await until("it is deleted", async () => (await clipState(id)) === undefined);
  await page.close();
});

test("a take that the server refuses can be saved as a file", limit, async () => {
  const page = await openRecorder("mode=voice&carrier=http");
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  await press(page, "Record");
  const id = (await until("the link is there", () => link(page).catch(() => ""))).split("/c/")[1];
  await until("2 s are recorded", async () => /0:0[2-9]/.test(await page.title()));
  const origin = { origin: server.url };
  assert.ok((await context.request.delete(`${server.url}/api/v1/clips/${id}`, { headers: origin })).ok());
  await until("the page knows", async () => (await page.getByRole("button", { name: "Stop" }).count()) > 0);
  await press(page, "Stop");
  const dock = page.getByRole("region", { name: "Transfers" });
  const saving = page.waitForEvent("download");
  await dock.getByRole("button", { name: "Save as a file" }).click();
  const file = await readFile(await (await saving).path());
  assert.equal(file.subarray(0, 4).toString("hex"), "1a45dfa3", "the file is no WebM");
  await dock.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await until("nothing is left", async () => (await dock.count()) === 0);
  await page.close();
});

test("whoever is signed out while recording is told so, signs in again, and nothing is lost", limit, async () => {
  const page = await openRecorder("mode=voice&carrier=http");
  await page.getByLabel("Countdown").selectOption({ label: "None" });
  await press(page, "Record");
  const id = (await until("the link is there", () => link(page).catch(() => ""))).split("/c/")[1];
  const headers = { origin: server.url };
  assert.ok((await context.request.post(`${server.url}/api/v1/sign-out`, { headers })).ok());
  await page.getByText("You are signed out").waitFor();
  await look(page, "signed-out");
  const opening = context.waitForEvent("page");
  await page.getByRole("link", { name: "sign in again in another tab" }).click();
  const other = await opening;
  await other.getByLabel("E-mail").fill("olga@example.org");
  await other.getByLabel("Password").fill("a short sentence");
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("heading", { name: "Library" }).waitFor();
  await other.close();
  await page.getByText(/Saved as you go/).waitFor();
  await press(page, "Stop");
  await page.waitForURL(new RegExp(id));
  await until("it is ready", async () => (await clipState(id)) === "ready");
  assert.deepEqual(page.errors, []);
  await page.close();
});
