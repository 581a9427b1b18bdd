// The main job, whole, in a real browser: sign up, record the screen with real speech for 20 seconds, stop, watch, read,
// comment in one browser and see it in another, search for a spoken word and land on its moment.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, micFile } from "./chromium.mjs";
import { Server, root, until } from "./server.mjs";

/** Pages that changes at every frame, so that a recording of it is a real one. */
const moving = `<title>Moving page</title><body><h1 style="font-size:120px"></h1><script>
  const h = document.querySelector("h1");
  (function tick() {
    h.textContent = Math.floor(performance.now() / 100);
    document.body.style.background = "hsl(" + ((performance.now() / 20) % 360) + ", 70%, 70%)";
    requestAnimationFrame(tick);
  })();
</script>`;

const shots = process.env.BATON_E2E_SHOTS;
let server, olga, mira;

before(async () => {
  server = await Server.start();
  const mic = await micFile(join(root, "testdata/media/opus.webm"), server.data);
  olga = await launch({ mic, screenTitle: "Moving page" });
  mira = await launch({ viewport: { width: 1440, height: 900 } });
});
after(async () => {
  await olga?.browser.close();
  await mira?.browser.close();
  await server?.stop();
});

async function shot(page, name) {
  if (!shots) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** What the video element does right now. */
const playing = (page) =>
  page.evaluate(() => {
    const v = document.querySelector("video");
    if (!v) return null;
    const c = document.createElement("canvas");
    c.width = c.height = 8;
    const g = c.getContext("2d");
    g.drawImage(v, 0, 0, 8, 8);
    return { time: v.currentTime, paused: v.paused, picture: [...g.getImageData(0, 0, 8, 8).data].join(), width: v.videoWidth };
  });

test("sign up, record, watch, comment, search", { timeout: 240_000 }, async (t) => {
  const screen = await olga.context.newPage();
  await screen.setContent(moving);
  const page = await olga.context.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(e.message));
  let link;

  await t.test("the first visitor creates the workspace", async () => {
    await page.goto(server.url);
    await page.getByLabel("Workspace").fill("Relay");
    await page.getByLabel("Your name").fill("Olga Owner");
    await page.getByLabel("E-mail").fill("olga@example.org");
    await page.getByLabel("Password").fill("a short sentence");
    await shot(page, "setup");
    await page.getByRole("button", { name: "Create workspace" }).click();
    await page.getByRole("heading", { name: "Library" }).waitFor();
    await shot(page, "library-empty");
  });

  await t.test("records 20 seconds of screen, camera and voice over WebRTC", async () => {
    await page.getByRole("link", { name: "Record" }).first().click();
    await page.getByText("Anyone with the link").waitFor({ state: "attached" });
    await page.getByLabel("Who may watch").selectOption("link");
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    const began = Date.now();
    link = await until("the link is there from the start", () => page.getByLabel("Link to this clip").inputValue());
    assert.match(link, /\/c\/[0-9a-z]{26}$/);
    assert.ok(Date.now() - began < 5000, "the link took longer than 5 s");
    await screen.bringToFront(); // people show another window: the recorder is in the background
    await until("20 s are recorded", async () => Date.now() - began > 20_000, 40_000, 250);
    await page.bringToFront();
    await page.getByText("Saved as you go").waitFor();
    assert.equal(await page.locator("[title='Sent over WebRTC']").count(), 1, "the chunks did not go over WebRTC");
    await shot(page, "record");
    const stopped = Date.now();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/c\/[0-9a-z]{26}/);
    t.diagnostic(`stop → watch page ${Date.now() - stopped} ms`);
    assert.equal(page.url().split("?")[0], link);
  });

  await t.test("plays at once: time goes on, the picture changes, there is sound", async () => {
    await page.getByRole("button", { name: /^Play/ }).first().click();
    const first = await until("it plays", async () => {
      const now = await playing(page);
      return now && now.time > 0.3 && now.width > 0 ? now : null;
    });
    const second = await until("the picture changes", async () => {
      const now = await playing(page);
      return now && now.time > first.time + 1 && now.picture !== first.picture ? now : null;
    });
    assert.ok(second.time > first.time);
    const sound = await page.evaluate(async () => {
      const v = document.querySelector("video");
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(v.captureStream()).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let peak = 0;
      for (let end = performance.now() + 4000; performance.now() < end && peak < 0.02;) {
        analyser.getFloatTimeDomainData(samples);
        peak = Math.max(peak, ...samples.map(Math.abs));
        await new Promise(requestAnimationFrame);
      }
      return peak;
    });
    assert.ok(sound >= 0.02, `no sound: peak ${sound}`);
  });

  await t.test("the transcript holds the spoken words, and chapters are made", async () => {
    await page.getByRole("tab", { name: /Transcript/ }).click();
    await page
      .locator(".cue")
      .filter({ hasText: /country/i })
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByRole("tab", { name: /Chapters/ }).click();
    await page.getByRole("tabpanel").getByRole("button").first().waitFor({ timeout: 60_000 });
    await page.getByRole("tab", { name: /Transcript/ }).click();
    await shot(page, "watch");
  });

  const other = await mira.context.newPage();
  await t.test("a comment at 0:07 appears live in a second browser", async () => {
    const invitation = await page.evaluate(async () => {
      const r = await fetch("/api/v1/invites", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ role: "member" }),
      });
      return r.json();
    });
    await other.goto(invitation.url);
    await other.getByLabel("Your name").fill("Mira Member");
    await other.getByLabel("E-mail").fill("mira@example.org");
    await other.getByLabel("Password").fill("another sentence");
    await other.getByRole("button", { name: "Join" }).click();
    await other.getByRole("heading", { name: "Library" }).waitFor();
    await other.goto(link);
    await other.getByRole("tab", { name: /Comments/ }).click();

    await page.evaluate(() => {
      const v = document.querySelector("video");
      v.pause();
      v.currentTime = 7.2;
    });
    await page.getByRole("tab", { name: /Comments/ }).click();
    const box = page.getByLabel("Comment at 0:07");
    await box.fill("This is the bit **I waited for** <b>not bold</b>");
    await page.getByRole("button", { name: "Post comment" }).click();
    const seen = other.getByRole("log", { name: "Comments" }).getByText("This is the bit");
    await seen.waitFor({ timeout: 10_000 });
    assert.match(await seen.textContent(), /<b>not bold<\/b>/, "HTML of a person has to stay text");
    await other.getByRole("log").getByText("0:07").first().waitFor();
    await shot(other, "comment");
  });

  await t.test("a search for a spoken word leads to its moment", async () => {
    await page.getByRole("link", { name: "Search" }).first().click();
    await page.getByRole("searchbox").fill("fello");
    const hit = page
      .locator("main a[href*='/c/']")
      .filter({ has: page.locator("mark") })
      .first();
    await hit.waitFor({ timeout: 10_000 });
    await shot(page, "search");
    const want = Number(new URL(await hit.getAttribute("href"), server.url).searchParams.get("t"));
    assert.ok(want > 3, `the moment is at ${want} s`);
    await hit.click();
    await page.waitForURL(/\/c\//);
    const at = await until(
      "the player stands at the moment",
      async () => {
        const now = await playing(page);
        return now && now.width > 0 && Math.abs(now.time - want) < 1 ? now : null;
      },
      15_000,
    );
    assert.ok(Math.abs(at.time - want) < 1);
  });

  await t.test("the library shows it", async () => {
    await page.goto(server.url);
    await page.locator("main a[href*='/c/']").first().waitFor();
    await shot(page, "library");
    assert.deepEqual(errors, []);
  });
});
