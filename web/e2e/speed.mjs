// How fast the player starts and seeks. As a program: node e2e/speed.mjs SERVER TOKEN CLIP prints the milliseconds as JSON.
import { pathToFileURL } from "node:url";
import { launch } from "./chromium.mjs";
import { until } from "./server.mjs";

/**
 * Milliseconds from what is done in the page to the picture that it asks for; act is code that gets the video element v and
 * the place wanted (seconds).
 */
const untilPicture = (page, act, place) =>
  page.evaluate(
    async ([code, wanted]) => {
      const v = document.querySelector("video");
      const shown = new Promise((r, fail) => {
        setTimeout(
          () => fail(new Error(`no picture of ${wanted} s; it is at ${v.currentTime} s, ready ${v.readyState}`)),
          30_000,
        );
        const look = (now, { mediaTime }) => {
          if (Math.abs(mediaTime - wanted) < 0.5) r(now);
          else v.requestVideoFrameCallback(look); // a picture of before
        };
        v.requestVideoFrameCallback(look);
      });
      const began = performance.now();
      new Function("v", "wanted", code)(v, wanted);
      return (await shown) - began;
    },
    [act, place],
  );

const time = (page) => page.evaluate(() => document.querySelector("video").currentTime);

/** Opens a clip several times, presses play, and goes to places (seconds) in turn; all figures in milliseconds. */
export async function measure(context, url, times, places) {
  const starts = [];
  const seeks = [];
  for (let i = 0; i < times; i++) {
    const page = await context.newPage();
    await page.route("**/watched", (route) => route.fulfill({ status: 204 })); // the server's place is not remembered, either
    await page.goto(url);
    await page.getByRole("button", { name: /^Play/ }).first().hover(); // a pointer arrives before it presses
    await page.waitForLoadState("networkidle");
    starts.push(await untilPicture(page, `document.querySelector("[aria-label^='Play, ']").click()`, 0));
    await until("it plays", async () => (await time(page)) > 0.2, 60_000);
    for (const at of places) seeks.push(await untilPicture(page, "v.currentTime = wanted", at));
    await page.evaluate(() => {
      localStorage.clear(); // the place is not remembered
    });
    await page.close();
  }
  return { starts, seeks };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [server, token, clip] = process.argv.slice(2);
  const { browser, context } = await launch({ viewport: { width: 1440, height: 900 } });
  await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
  // There, back, within what is loaded, and far from it.
  console.log(JSON.stringify(await measure(context, `${server}/c/${clip}`, 10, [12.3, 3.1, 45.7, 30.2])));
  await browser.close();
}
