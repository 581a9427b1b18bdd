// What is made of a clip beside its transcript: a language model's summary, and the text on the screen; and how both are turned off.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server, root, until } from "./server.mjs";
import { finished, signIn, upload } from "./steps.mjs";

const limit = { timeout: 300_000 };
let model, server, browser, page, cookie, clip;
const errors = [];
const claims = [
  { text: "Ask what you can do for your country.", line: 0 },
  { text: "Taxes will rise by 12 percent.", line: 0 },
];
let asked = 0;
let broken = false;

/** Stands for a server with a language model; what it writes changes each time. */
async function imitation() {
  const s = createServer((_, res) => {
    if (broken) return res.writeHead(500).end("out of order");
    asked++;
    const summary = asked === 1 ? claims : [{ text: "What your country can do for you.", line: 0 }];
    const content = JSON.stringify({ title: "", chapters: [], summary, action_items: [{ text: "Ask not.", line: 0 }] });
    return res
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  s.listen(0, "127.0.0.1");
  await once(s, "listening");
  return s;
}

/** A slide with the speech of testdata. */
async function slide() {
  const dir = await mkdtemp(join(tmpdir(), "slide-"));
  const file = join(dir, "slide.mp4");
  const picture =
    "color=c=white:s=1280x720:r=10:d=8,drawtext=font=sans:text='Retire the Zanzibar gateway':fontsize=48:x=90:y=120";
  const speech = join(root, "testdata/media/avc1-opus.mkv");
  const args = ["-v", "error", "-f", "lavfi", "-i", picture, "-i", speech, "-map", "0:v", "-map", "1:a"];
  await promisify(execFile)("ffmpeg", [...args, "-c:a", "aac", "-pix_fmt", "yuv420p", "-t", "8", file]);
  const bytes = await readFile(file);
  await rm(dir, { recursive: true });
  return bytes;
}

before(async () => {
  model = await imitation();
  server = await Server.start({ BATON_LLM_URL: `http://127.0.0.1:${model.address().port}` });
  browser = await launch({ viewport: { width: 1440, height: 900 } });
  cookie = await signIn(server, browser.context);
  clip = await upload(server, cookie, await slide(), "Plans");
  await finished(server, clip, cookie, 240_000);
  page = await browser.context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (e) => errors.push(e.message));
}, limit);
after(async () => {
  await browser?.browser.close();
  await server?.stop();
  model?.close();
  model?.closeAllConnections();
});

const summary = () => page.getByRole("region", { name: "Summary" });
const hits = async () => (await server.api("GET", "/api/v1/search?q=zanzibar", { cookie })).json.moments.length;

test("a summary keeps what the transcript bears out, leads to its moments, and is written anew", limit, async () => {
  await page.goto(`${server.url}/c/${clip}`);
  await summary()
    .getByRole("button", { name: /do for your country/ })
    .waitFor();
  assert.equal(await summary().getByText("Taxes").count(), 0, "what nobody said is shown");
  await lookAround(page, "made-summary");
  await page.goto(`${server.url}/c/${clip}?t=6`);
  const at = () => page.evaluate(() => document.querySelector("video")?.currentTime ?? -1);
  await until("the player stands at six seconds", async () => Math.abs((await at()) - 6) < 1.5, 60_000);
  const claim = (await server.api("GET", `/api/v1/clips/${clip}/summary`, { cookie })).json.summary[0];
  await summary()
    .getByRole("button", { name: /do for your country/ })
    .press("Enter");
  await until("the player stands at the moment", async () => Math.abs((await at()) - claim.start_ms / 1000) < 1.5, 60_000);
  await summary().getByRole("button", { name: "Write it anew" }).click();
  await until("it was asked again", () => asked > 1, 120_000);
  await summary()
    .getByRole("button", { name: /What your country can do/ })
    .waitFor();
});

test("a language model that is out of order changes nothing else, and says so", limit, async () => {
  broken = true;
  await summary().getByRole("button", { name: "Write it anew" }).click();
  const work = async () => (await server.api("GET", `/api/v1/clips/${clip}`, { cookie })).json.work;
  await until("its failure is told", async () => (await work()).some((w) => w.kind === "summary" && w.reason), 120_000);
  await page.reload();
  await summary()
    .getByRole("button", { name: /What your country can do/ })
    .waitFor();
  broken = false;
});

test("what stands on the screen is found, and can be left unread for a clip", limit, async () => {
  await page.goto(`${server.url}/search?q=zanzibar`);
  await page.getByRole("heading", { name: "Plans" }).waitFor();
  await page.getByText("On screen").first().waitFor();
  const read = async (want) => {
    await page.goto(`${server.url}/c/${clip}`);
    await page.getByRole("button", { name: "More about this clip" }).click();
    const box = page.getByLabel("Find what is on the screen");
    await box.waitFor();
    assert.equal(await box.isChecked(), !want);
    await box.press("Space");
  };
  await read(false);
  await until("it is found no more", async () => (await hits()) === 0);
  await read(true);
  await until("it is found again", async () => (await hits()) === 1, 180_000);
});

test("and for the whole workspace", limit, async () => {
  await page.goto(`${server.url}/settings/workspace`);
  const reads = page.getByRole("switch", { name: /Find what is on the screen/ });
  await reads.waitFor();
  await lookAround(page, "made-workspace");
  await reads.click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await until("it is as it was", () => reads.isChecked());
  assert.equal(await hits(), 1);
  await reads.click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop and remove" }).click();
  await until("nothing of it is found", async () => (await hits()) === 0);
  await page.getByLabel("Name", { exact: true }).fill("Relay and sons");
  await page.getByRole("button", { name: "Rename" }).click();
  await until(
    "it has its name",
    async () => (await server.api("GET", "/api/v1/workspace", { cookie })).json.name === "Relay and sons",
  );
  assert.deepEqual(errors, []);
});
