// Words of people's that would be a program if a page took them for HTML. They are stored through the API, in every field that takes text, and every page
// that shows them is opened with the content policy switched off: what keeps them harmless here is that they are shown as the letters they are.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { filled, textFields } from "./fields.mjs";
import { Server, root, until } from "./server.mjs";
import { cookieOf, finished, join, upload } from "./steps.mjs";

const limit = { timeout: 600_000 };
let server, browser, page, cookie, me, clip, second, space, round, ask, answered, decision, secret;
const errors = [];
/** The fields into which something of the corpus was put, and the server took it. */
const covered = new Set();
const cover = (method, at, body) => filled(method, at, body).forEach((field) => covered.add(field));

/** Fields of requests that the corpus is not put into, and why. */
const uncovered = [
  [/\.(current_)?password$/, "kept as a hash, never shown"],
  [/\.email$/, "refused when it is no address: see the test"],
  [/\.email_domain$/, "refused when it is no domain"],
  [/\.time_zone$/, "refused when it is no zone"],
  [/\.space_id$/, "an id, or nothing"],
  [/\.expires_at$/, "refused when it is no time"],
  [/\.rule$/, "refused when it is no rule"],
  [/\.emoji$/, "refused when it is no emoji"],
  [/\.template$/, "the name of one that there is"],
  [/\.currency$/, "eight letters at most, shown as text beside a number"],
  [/Webhook\.url$/, "refused when it is no address"],
  [/^subscribePush\./, "an address and keys that only the server uses"],
  [/\.mime_type$/, "decides about the way of recording, never shown"],
  [/^openShare\.name$/, "the same name of the same guest as putGuest's"],
  [/^putAnswer\.parts\.section$/, "the key of a section that there is"],
  [/^putBookmark\.piece$|^addRead\.refs$/, "keys that only the reel compares"],
  [/^(importDaysOff|findMeetings)\.ics$/, "a calendar: what is taken of it is named as days off and meetings are"],
  [/^(preview|apply)Fix\./, "the words of putVocabulary"],
];
/** What an operation changes was made by another, is kept where that keeps it, and shown where that is shown. */
const madeBy = {
  updateMe: "createWorkspace",
  updateWorkspace: { name: "createWorkspace.workspace_name" },
  updateSpace: "createSpace",
  updateWebhook: "createWebhook",
  stitchClips: "createClip",
  updateComment: "createComment",
  updateShare: "createShare",
  updateRound: "createRound",
  updateDecision: "createDecision",
  changeMeeting: "addMeeting",
};
function isCovered(field) {
  const [operation, ...rest] = field.split(".");
  const from = madeBy[operation];
  const same = typeof from === "string" ? [from, ...rest].join(".") : from?.[rest.join(".")];
  return covered.has(field) || covered.has(same) || uncovered.some(([which]) => which.test(field));
}

/** A text that runs, if anything makes it HTML, and says of which field it came. */
const evil = (field) => `<img src=x onerror="__xss('${field}')">${field}`;
const corpus = [
  `"><script>__xss('script')</script>`,
  `'-__xss('quote')-'`,
  `<svg/onload=__xss('svg')>`,
  `<iframe srcdoc="<script>parent.__xss('frame')</script>">`,
  `[click](javascript:__xss('link'))`,
  `[click](data:text/html,<script>__xss(1)</script>)`,
  `![x](x" onerror="__xss('image'))`,
  `**<b onmouseover=__xss('bold')>bold</b>**`,
  `</title></textarea></style></script><script>__xss('close')</script>`,
  `{{constructor.constructor("__xss('template')")()}}`,
  `<math><mi//xlink:href="data:x,<script>__xss('math')</script>">`,
  `\u202e<a href=javascript&colon;__xss('colon')>rtl</a>`,
];

const ok = async (method, at, body, as = cookie) => {
  const r = await server.api(method, at, { cookie: as, body });
  assert.ok(r.status < 300, `${method} ${at}: ${r.status} ${r.text}`);
  cover(method, at, body);
  return r.json;
};

before(async () => {
  server = await Server.start();
  const launched = await launch({ viewport: { width: 1440, height: 900 } });
  browser = launched.browser;
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() => {
    window.__ran = [];
    window.__xss = (what) => window.__ran.push(what);
  });
  const data = { workspace_name: evil("workspace"), name: evil("owner"), email: "o@example.org", password: "a short sentence" };
  const answer = await context.request.post(`${server.url}/api/v1/setup`, { headers: { origin: server.url }, data });
  assert.ok(answer.ok(), await answer.text());
  cover("POST", "/api/v1/setup", data);
  cookie = await cookieOf(context);
  me = (await ok("GET", "/api/v1/me")).id;
  page = await context.newPage();
  page.on("pageerror", (e) => errors.push(e.message));
  page.on("dialog", (d) => {
    errors.push(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  const speech = await readFile(path(root, "testdata/media/avc1-opus.mkv"));
  clip = await upload(server, cookie, speech, evil("file"));
  cover("POST", "/api/v1/clips", { title: evil("file"), file_name: evil("file") }); // as upload names them
  second = await upload(server, cookie, await readFile(path(root, "testdata/media/opus.webm")), evil("second"));
  await finished(server, clip, cookie, 240_000);
  await fill();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Puts the corpus into every field. */
async function fill() {
  space = await ok("POST", "/api/v1/spaces", { name: evil("space") });
  const at = `/api/v1/clips/${clip}`;
  await ok("PATCH", at, {
    title: evil("title"),
    description: evil("description"),
    tags: [evil("tag").toLowerCase()],
    space_id: space.id,
    visibility: "link",
    guest_comments: true,
  });
  await ok("PATCH", `${at}/transcript/cues/0`, { text: evil("cue") });
  await ok("PUT", `${at}/chapters`, { chapters: [{ start_ms: 0, title: evil("chapter") }] });
  await ok("PUT", "/api/v1/vocabulary", { terms: [{ spelling: "<b onclick=1>Baton", heard: ["<img src=x>"] }] });
  await ok("PUT", `${at}/spaces`, { space_ids: [space.id] });
  for (const body of [evil("comment"), ...corpus]) await ok("POST", `${at}/comments`, { body, at_ms: 100 });
  secret = (await ok("POST", `${at}/shares`, { name: evil("share"), comments: true })).url.split("/s/")[1];
  await ok("POST", `/api/v1/shares/${secret}/requests`, { name: evil("asker"), message: evil("message") });
  const drawing = { strokes: [{ tool: "text", colour: "#ff0000", points: [[0.1, 0.1]], text: evil("drawn") }] };
  await ok("POST", `${at}/comments`, { body: evil("drawing"), at_ms: 300, drawing });
  await ok(
    "POST",
    `/api/v1/clips/${second}/requests`,
    { name: evil("stranger"), email: "s@example.net", message: evil("please") },
    null,
  );
  const other = await browser.newContext();
  const data = { name: evil("guest") };
  const guest = await other.request.put(`${server.url}/api/v1/guest`, { headers: { origin: server.url }, data });
  assert.ok(guest.ok(), await guest.text());
  cover("PUT", "/api/v1/guest", data);
  await ok("POST", `${at}/comments`, { body: evil("said"), at_ms: 200 }, await cookieOf(other));
  const member = await browser.newContext();
  cover("POST", "/api/v1/join/secret", { name: evil("member") });
  const anaCookie = await join(server, cookie, member, `Ana ${evil("member")}`);
  const ana = (await ok("GET", "/api/v1/me", undefined, anaCookie)).id;
  // Whatever day it is: the round opens today.
  await ok("PUT", "/api/v1/me/hours", {
    time_zone: "UTC",
    days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    from: "00:00",
    to: "24:00",
  });
  round = await ok("POST", "/api/v1/rounds", {
    template: "own",
    name: evil("round"),
    rule: "FREQ=DAILY",
    opens: "00:00",
    closes: "24:00",
    starts_on: "2026-01-01",
    members: [me],
    space_id: space.id,
    sections: [{ key: "today", title: evil("section"), prompt: evil("prompt") }],
  });
  ask = await ok("POST", "/api/v1/asks", { owner_id: ana, body: evil("ask"), clip_id: clip });
  const urgent = { owner_id: me, body: evil("urgent"), class: "urgent", reason: evil("reason") };
  answered = await ok("POST", "/api/v1/asks", urgent, anaCookie);
  await ok("POST", `/api/v1/asks/${answered.id}/answer`, { text: evil("answered") });
  await ok("POST", "/api/v1/me/tokens", { name: evil("token") });
  await ok("POST", "/api/v1/me/days-off", { first_day: "2030-01-01", last_day: "2030-01-02", reason: evil("holiday") });
  decision = await ok("POST", "/api/v1/decisions", {
    what: evil("decision"),
    why: evil("why"),
    alternatives: evil("alternatives"),
    clip_id: clip,
  });
  await ok("POST", "/api/v1/blockers", { body: evil("blocker"), clip_id: clip });
  await ok("POST", "/api/v1/meetings", { name: evil("meeting"), minutes: 30, people: 4, per_year: 50, since: "2026-01-01" });
  await ok("POST", "/api/v1/webhooks", {
    kind: "json",
    name: evil("webhook"),
    url: "https://hooks.example.org/x",
    wants: ["round.opened"],
  });
}

/** Nothing ran, and nothing of the corpus became an element. */
async function harmless(where) {
  const found = await page.evaluate(() => ({
    ran: window.__ran,
    made: [
      ...document.querySelectorAll(
        'img[src="x"], [onerror], [onload], [onclick], [onmouseover], iframe[srcdoc], math, a[href^="javascript:" i], a[href^="data:" i], body script:not([src]):not([type])',
      ),
    ].map((e) => e.outerHTML.slice(0, 120)),
  }));
  assert.deepEqual(found, { ran: [], made: [] }, where);
}

async function open(at, ...literally) {
  await page.goto(server.url + at);
  for (const text of literally) await page.getByText(text).first().waitFor({ timeout: 60_000 });
  await harmless(at);
}

test("the watch page shows what people wrote as they wrote it", limit, async () => {
  await open(`/c/${clip}`, evil("title"), evil("chapter"), evil("cue"));
  await page.getByRole("tab", { name: /Comments/ }).click();
  const said = page.getByRole("log", { name: "Comments" });
  await said.getByText(evil("comment")).waitFor({ timeout: 60_000 });
  await said.getByText(evil("guest")).first().waitFor({ timeout: 60_000 });
  await said.getByText("<svg/onload=__xss('svg')>").waitFor();
  await said.getByText("{{constructor.constructor").waitFor();
  await harmless("the comments");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "People, passwords, embedding" }).click();
  const d = page.getByRole("dialog", { name: "Share this clip" });
  await d.getByText(evil("share")).first().waitFor({ timeout: 60_000 });
  await d.getByText(evil("message")).first().waitFor({ timeout: 60_000 });
  await d.getByText(evil("space")).first().waitFor({ timeout: 60_000 });
  const guests = d.getByRole("region", { name: "Guests" });
  await guests.getByText(evil("guest")).waitFor({ timeout: 60_000 });
  await guests.getByText(evil("said")).waitFor();
  await harmless("the share dialog");
  await open(`/c/${second}?share`, evil("stranger"), evil("please"));
});

test("every other page does, too", limit, async () => {
  await open("/", evil("title"), evil("second"));
  await open(`/search?q=${encodeURIComponent("img onerror title")}`, "img");
  await open("/inbox", evil("comment").slice(0, 5));
  await open("/rounds", evil("round"));
  await open(`/rounds/${round.id}`, evil("round"));
  await open(`/rounds/${round.id}/edit`);
  await open("/asks", evil("ask"));
  await open(`/asks/${ask.id}`, evil("ask"));
  await open(`/asks/${answered.id}`, evil("reason"), evil("answered"));
  await open("/decisions", evil("decision"));
  await open(`/decisions/${decision.id}`, evil("why"));
  await open("/blockers", evil("blocker"));
  await open("/ledger", evil("meeting"));
  await open(`/embed/${clip}`, evil("title"));
  await open("/settings/people", evil("member"));
  await open("/settings/spaces", evil("space"));
  await ok("PUT", `/api/v1/spaces/${space.id}/mute`);
  await ok("PUT", `/api/v1/rounds/${round.id}/mute`);
  await open("/settings/notifications", evil("space"), evil("round"));
  await open("/settings/tokens", evil("token"));
  await open("/settings/hours", evil("holiday"));
  await open("/settings/webhooks", evil("webhook"));
  await open("/settings/vocabulary");
  await open("/settings/workspace");
  await open(`/s/${secret}`);
  assert.deepEqual(errors, []);
});

test("a round's day and its record do", limit, async () => {
  const days = async () => (await ok("GET", `/api/v1/rounds/${round.id}/occurrences`)).occurrences;
  await until("the round has opened", async () => (await days()).length > 0, 120_000, 500);
  const [{ id }] = await days();
  await ok("PUT", `/api/v1/occurrences/${id}/answer`, { parts: [{ section: "today", text: evil("answer") }] });
  await open(`/rounds/${round.id}/${id}`, evil("section"), evil("answer"));
});

test("no page allows inline scripts, and previews are escaped", limit, async () => {
  for (const at of ["/", `/c/${clip}`, `/embed/${clip}`, `/s/${secret}`, "/api/v1/me", "/nothing"]) {
    const policy = (await fetch(server.url + at)).headers.get("content-security-policy");
    assert.match(policy, /script-src 'self'/, at);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|script-src [^;]*(\*|data:|blob:)/, at);
  }
  const html = await (await fetch(`${server.url}/c/${clip}`)).text();
  assert.ok(html.includes("&lt;img src=x onerror=&#34;") && !html.includes("<img src=x"), "OpenGraph");
  const oembed = await (await fetch(`${server.url}/api/v1/oembed?url=${encodeURIComponent(`${server.url}/c/${clip}`)}`)).json();
  assert.doesNotMatch(oembed.html, /<img|<script|title="[^"]*"[^>]*onerror/, "oEmbed");
});

test("an address is none that is a program in quotes", limit, async () => {
  const { status } = await server.api("POST", `/api/v1/clips/${second}/requests`, {
    body: { name: "Quoted", email: `"${evil("address").replaceAll('"', "'")}"@example.net` },
  });
  assert.equal(status, 400);
});

test("the corpus is put into every field of a request that takes text", () => {
  assert.ok(textFields.length > 60, "the fields are found");
  assert.deepEqual(
    textFields.filter((field) => !isCovered(field)),
    [],
    "put the corpus into it, show it on a page here, or say in `uncovered` why not",
  );
});
