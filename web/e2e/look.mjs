// What a page looks like: pictures for people, and axe-core's findings.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const axeScript = readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const shots = process.env.BATON_E2E_SHOTS;

/** Takes a picture when BATON_E2E_SHOTS names a folder for them. */
export async function shot(page, name) {
  if (!shots) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Waits until what comes and goes has come or gone: half there it has no contrast. What moves for ever, or stands, is not waited for. */
const atRest = (page) =>
  page.evaluate(() => {
    const ending = document.getAnimations().filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime));
    const enough = new Promise((resolve) => setTimeout(resolve, 3000));
    return Promise.race([enough, Promise.allSettled(ending.map((a) => a.finished))]).then(() => undefined);
  });

/** What axe-core finds on the page that is serious. */
const violations = (page) =>
  page.evaluate(async () => {
    const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return found.violations
      .filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("; ")}`);
  });

/** Fails when axe-core finds something serious on the page, twice: a message may begin to fade while it looks. */
export async function assertAccessible(page, where) {
  await page.evaluate(await axeScript); // not as a script element: the page's policy forbids those
  await atRest(page);
  let found = await violations(page);
  if (found.length > 0) {
    await atRest(page);
    found = await violations(page);
  }
  assert.deepEqual(found, [], where);
}

/** Looks at the page in both themes, on a desktop and on a phone: nothing serious, nothing wider than the window. */
export async function lookAround(page, name) {
  const before = page.viewportSize();
  for (const [device, width, height] of [
    ["desktop", 1440, 900],
    ["phone", 390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page, `${name}, ${device}, ${colorScheme}`);
      await shot(page, `${name}-${device}-${colorScheme}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}, ${device}: ${wide} px wider than the window`);
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}
