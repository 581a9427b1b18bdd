// WHIP with a publisher that is not ours: Chromium's own encoder and RTP stack, on a page of another origin that knows
// nothing but RFC 9725, a URL and a bearer token.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch, micFile } from "./chromium.mjs";
import { Relay } from "./relay.mjs";
import { Server, freePort, root, until } from "./server.mjs";
import { beside, signIn } from "./steps.mjs";

const run = promisify(execFile);
let server, studio, browser, context, cookie, token;

before(async () => {
  server = await Server.start({
    BATON_ICE_SERVERS: "stun:stun.example.org:3478",
    BATON_MEDIA_LISTEN: `0.0.0.0:${await freePort()}`, // GStreamer's ICE agent does not use the loopback interface
    BATON_MEDIA_ADDRESSES: "",
  });
  const page = await readFile(beside("pages/whip.html"));
  studio = createServer((_, r) => r.setHeader("content-type", "text/html").end(page)).listen(0, "127.0.0.1");
  await once(studio, "listening");
  const mic = await micFile(join(root, "testdata/media/opus.webm"), server.data);
  ({ browser, context } = await launch({ mic }));
  cookie = await signIn(server, context);
  token = await server.run(["token", "create", "--email", "olga@example.org"]);
});
after(async () => {
  await browser?.close();
  studio?.close();
  await server?.stop();
});

/** What a decoder finds in a clip's source. */
async function probe(id) {
  const list = `${server.url}/api/v1/clips/${id}/hls/source/index.m3u8`;
  const count = async (stream) => {
    const args = ["-v", "error", "-headers", `Cookie: ${cookie}\r\n`, "-select_streams", stream, "-count_frames"];
    const entries = "stream=codec_name,width,height,nb_read_frames";
    const { stdout } = await run("ffprobe", [...args, "-show_entries", entries, "-of", "json", list]);
    const found = JSON.parse(stdout).streams[0];
    return { ...found, frames: Number(found.nb_read_frames) };
  };
  return { video: await count("v:0"), audio: await count("a:0") };
}

/** Waits for a clip that can be played to its end. */
const ready = (id) =>
  until(
    "the clip is ready",
    async () => {
      const { json } = await server.api("GET", `/api/v1/clips/${id}`, { cookie });
      assert.notEqual(json.state, "failed", json.failure_reason);
      return json.state === "ready" && json;
    },
    120_000,
  );

async function studioPage() {
  const page = await context.newPage();
  await context.grantPermissions(["microphone", "camera"], { origin: `http://127.0.0.1:${studio.address().port}` });
  await page.goto(`http://127.0.0.1:${studio.address().port}/`);
  return page;
}

const cases = [
  { codec: "H264", name: "h264", restarts: true },
  { codec: "VP9", name: "vp9" },
  { codec: "AV1", name: "av1" },
  { codec: "VP8", name: "h264" }, // cannot be copied into CMAF, so it is converted
  { codec: "H264", name: "h264", simulcast: true },
];
for (const { codec, name, restarts = false, simulcast = false } of cases) {
  const what = codec + (simulcast ? " in simulcast" : restarts ? " with an ICE restart" : "");
  test(`Chromium publishes ${what}`, { timeout: 240_000 }, async (t) => {
    const made = await server.api("POST", "/api/v1/clips", { cookie, body: { kind: "camera", title: what } });
    const page = await studioPage();
    const status = await page.evaluate((a) => publish(...a), [made.json.whip_url, token, codec, simulcast]);
    assert.equal(status, 201);
    const frames = async (n) => (await page.evaluate(() => sent())).frames >= n;
    await until("frames are sent", () => frames(60), 90_000, 200);
    if (restarts) {
      assert.ok(await page.evaluate(() => restart()), "the entity tag is the old one");
      const before = (await page.evaluate(() => sent())).frames;
      await until("frames are sent after the restart", () => frames(before + 60), 90_000, 200);
    }
    const sender = await page.evaluate(() => sent());
    const began = performance.now();
    assert.equal(await page.evaluate(() => finish()), 200);
    t.diagnostic(`${Math.round(performance.now() - began)} ms from stop to finished; sent ${JSON.stringify(sender)}`);
    const id = made.json.id;
    const clip = await ready(id);
    const { json } = await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie });
    const found = await probe(id);
    t.diagnostic(`${clip.duration_ms} ms, gaps ${JSON.stringify(json.gaps_ms)}, ${JSON.stringify(found)}`);
    assert.equal(found.video.codec_name, name);
    assert.ok(found.video.width >= 320 && found.video.height >= 240, `${found.video.width}×${found.video.height}`);
    // Frames before the first key frame with its parameter sets, and those under way at the stop, may be lacking.
    assert.ok(found.video.frames >= sender.frames * 0.9 - 10, `${found.video.frames} frames of ${sender.frames}`);
    assert.ok(found.audio.frames > 50, `${found.audio.frames} packets of sound`);
    assert.deepEqual(json.gaps_ms, []);
    await page.close();
  });
}

test("what never arrived is told on the clip, and that it was interrupted", { timeout: 300_000 }, async (t) => {
  const made = await server.api("POST", "/api/v1/clips", { cookie, body: { kind: "camera", title: "Holes" } });
  const { id } = made.json;
  const recording = async () => (await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie })).json;
  let relay;
  t.after(() => relay?.stop());
  /** A publisher whose media goes through a relay, both ways. */
  const publisher = async () => {
    const page = await studioPage();
    await page.route("**/whip", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      const answer = await route.fetch();
      const sdp = await answer.text();
      const [, address, port] = /^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+)/im.exec(sdp);
      relay?.stop();
      relay = await Relay.start(address, Number(port));
      return route.fulfill({ response: answer, body: relay.instead(sdp) });
    });
    // The server shall not know another way to the publisher than the one it comes from.
    await page.route("**/whip/*", (route) => (route.request().method() === "PATCH" ? trickled(route) : route.continue()));
    assert.equal(await page.evaluate((a) => publish(...a), [made.json.whip_url, token, "H264", false]), 201);
    return page;
  };
  const trickled = (route) => route.fulfill({ status: 204, headers: { "access-control-allow-origin": "*" } });
  const length = async (ms) => (await recording()).duration_ms > ms;

  const first = await publisher();
  await until("3 s are recorded", () => length(3000), 120_000, 300);
  relay.blind = true;
  await until("more is lost than can be sent again", () => relay.lost > 800, 60_000, 50); // Chromium repairs a second of it
  relay.blind = false;
  await until("the gap is known", async () => (await recording()).gaps_ms.length > 0, 60_000, 300);
  const { duration_ms: before } = await recording();
  await until("it goes on", () => length(before + 3000), 60_000, 300);

  await server.kill();
  await first.close();
  await server.up();
  const kept = (await recording()).duration_ms;
  const second = await publisher();
  await until("the second session is recorded", () => length(kept + 4000), 120_000, 300);
  assert.equal(await second.evaluate(() => finish()), 200);
  await second.close();
  await ready(id);

  const gaps = (await recording()).gaps_ms;
  t.diagnostic(`${relay.lost} packets lost at last; gaps ${JSON.stringify(gaps)}`);
  const lost = gaps.reduce((ms, g) => ms + g.end_ms - g.start_ms, 0);
  assert.ok(lost > 500 && lost < 60_000, `${lost} ms lost`);
  assert.ok(
    gaps.some((g) => g.start_ms === g.end_ms),
    "the interruption is not known",
  );
  const page = await context.newPage();
  await page.goto(`${server.url}/c/${id}`);
  await page.getByText(/s of this recording never arrived: at 0:/).waitFor();
  await page.getByText(/The recording was interrupted and went on later: at 0:/).waitFor();
  if (process.env.BATON_E2E_SHOTS) await page.screenshot({ path: join(process.env.BATON_E2E_SHOTS, "gaps.png") });
  await page.close();
});

// GStreamer's webrtcbin and libnice, with a few lines of signalling of their own.
const encoders = {
  h264:
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 ! rtph264pay pt=96 config-interval=-1" +
    " ! application/x-rtp,media=video,encoding-name=H264,payload=96",
  vp9:
    "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=60 ! rtpvp9pay pt=96" +
    " ! application/x-rtp,media=video,encoding-name=VP9,payload=96",
};
for (const [name, encoder] of Object.entries(encoders)) {
  test(`GStreamer publishes ${name}`, { timeout: 240_000 }, async (t) => {
    const made = await server.api("POST", "/api/v1/clips", { cookie, body: { kind: "camera", title: `GStreamer ${name}` } });
    const id = made.json.id;
    const pipeline =
      `videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=20/1 ! videoconvert ! queue ! ${encoder}` +
      " ! queue ! peer. audiotestsrc is-live=true ! audioconvert ! audioresample ! queue ! opusenc ! rtpopuspay pt=100" +
      " ! application/x-rtp,media=audio,encoding-name=OPUS,payload=100 ! queue ! peer.";
    // Debian's Python: only that one has the bindings.
    const client = spawn("/usr/bin/python3", [beside("gstreamer-whip.py"), made.json.whip_url, token, pipeline]);
    t.after(() => client.kill("SIGKILL"));
    let said = "";
    client.stdout.on("data", (d) => (said += d));
    client.stderr.on("data", (d) => (said += d));
    const recording = async () => (await server.api("GET", `/api/v1/clips/${id}/recording`, { cookie })).json;
    try {
      await until("6 s are recorded", async () => (await recording()).duration_ms > 6000, 120_000, 300);
    } catch (cause) {
      throw new Error(said, { cause });
    }
    client.stdin.write("stop\n");
    const clip = await ready(id);
    const found = await probe(id);
    t.diagnostic(`${clip.duration_ms} ms, gaps ${JSON.stringify((await recording()).gaps_ms)}, ${JSON.stringify(found)}`);
    assert.equal(found.video.codec_name, name);
    assert.equal(found.video.width, 640);
    assert.ok(found.video.frames > 60 && found.audio.frames > 200, said);
  });
}

test("a page without the token is told so, and can read it", async () => {
  const made = await server.api("POST", "/api/v1/clips", { cookie, body: { kind: "camera", title: "closed" } });
  const page = await studioPage();
  const refused = await page.evaluate(
    (a) => publish(...a).catch((e) => e.message),
    [made.json.whip_url, "bat_wrong", "H264", false],
  );
  assert.match(refused, /POST 401: .*problems\/unauthorized/);
});
