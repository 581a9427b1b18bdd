// Every page that one can walk to, empty as a new workspace is: it has a heading and a title, axe-core finds nothing serious, and nothing is wider
// than a phone. The pages are those that the rail and the settings lead to, so a new one is not forgotten.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { lookAround } from "./look.mjs";
import { Server } from "./server.mjs";
import { cookieOf, signIn } from "./steps.mjs";

const limit = { timeout: 900_000 };
let server, browser, context, page;
const errors = [];

before(async () => {
  server = await Server.start();
  ({ browser, context } = await launch({ viewport: { width: 1440, height: 900 } }));
  page = await opened(context);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function opened(of) {
  const p = await of.newPage();
  p.setDefaultTimeout(60_000);
  p.on("pageerror", (e) => errors.push(`${p.url()}: ${e.message}`));
  return p;
}

/** Goes to a page, waits until it is there, and looks at it from all sides. */
async function look(p, path) {
  await p.goto(server.url + path);
  await p.locator("h1, .none").first().waitFor({ state: "attached" });
  assert.notEqual(await p.title(), "", `${path} has no title`);
  await lookAround(p, `page${path.replaceAll("/", "-")}`);
}

test("before there is anybody", limit, async () => {
  await page.goto(server.url);
  await page.waitForURL("**/setup");
  await look(page, "/setup");
});

test("for a stranger", limit, async () => {
  await signIn(server, context);
  const invited = await server.api("POST", "/api/v1/invites", { cookie: await cookieOf(context), body: { role: "member" } });
  const stranger = await opened(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
  const missing = "01k0000000000000000000000a";
  for (const path of [
    "/sign-in",
    "/join/nobody",
    "/s/nothing",
    "/unsubscribe/nobody",
    `/c/${missing}`,
    `/embed/${missing}`,
    "/nowhere",
  ])
    await look(stranger, path);
  await look(stranger, new URL(invited.json.url).pathname);
});

test("everywhere that the rail and the settings lead to", limit, async () => {
  await page.goto(`${server.url}/settings`);
  const hrefs = (name) =>
    page
      .getByRole("navigation", { name, exact: true })
      .locator("a[href^='/']")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  await page.getByRole("navigation", { name: "Settings", exact: true }).getByRole("link", { name: "Webhooks" }).waitFor();
  const places = [...new Set([...(await hrefs("Main")), ...(await hrefs("Settings"))])];
  assert.ok(places.length > 20, `only ${places} are found`);
  for (const path of [...places, "/rounds/new", "/asks/urgent", "/c/01k0000000000000000000000a", "/nowhere"])
    await look(page, path);
  assert.deepEqual(errors, []);
});
