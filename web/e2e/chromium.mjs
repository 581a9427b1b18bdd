// A real Chromium whose microphone plays a file and whose screen is a page that changes.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);

/** The browser to drive: BATON_CHROMIUM, or where Debian and Ubuntu put it. */
export function chromiumPath() {
  const found = [process.env.BATON_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (p) => p && existsSync(p),
  );
  if (!found) throw new Error("no Chromium: install it (apt-get install chromium) or set BATON_CHROMIUM");
  return found;
}

/**
 * @param {{ mic?: string, screenTitle?: string, profile?: string, permissions?: string[], args?: string[], viewport?: {width: number, height: number} }} o
 *   mic: a 48 kHz mono WAV that the microphone plays (it loops); screenTitle: the tab that is shared when a page asks for the screen.
 */
export async function launch(o = {}) {
  const args = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    // A recorder's tab is in the background while it records another window; headless throttles harder than a desktop does.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    ...(o.mic ? [`--use-file-for-fake-audio-capture=${o.mic}`] : []),
    ...(o.screenTitle ? [`--auto-select-tab-capture-source-by-title=${o.screenTitle}`] : []),
    ...(o.args ?? []),
  ];
  const common = {
    executablePath: chromiumPath(),
    args,
    ignoreDefaultArgs: ["--mute-audio"],
    viewport: o.viewport ?? { width: 1280, height: 800 },
    permissions: o.permissions ?? ["microphone", "camera", "clipboard-read", "clipboard-write"],
  };
  if (o.profile) return { context: await chromium.launchPersistentContext(o.profile, common) };
  const browser = await chromium.launch({
    executablePath: common.executablePath,
    args,
    ignoreDefaultArgs: common.ignoreDefaultArgs,
  });
  const context = await browser.newContext({ viewport: common.viewport, permissions: common.permissions });
  return { browser, context };
}

/** Converts any sound into what the fake microphone takes, with a pause at its end. */
export async function micFile(source, dir, pauseSeconds = 1) {
  const out = join(dir, "mic.wav");
  await run("ffmpeg", [
    "-y",
    "-v",
    "error",
    "-i",
    source,
    "-af",
    `apad=pad_dur=${pauseSeconds}`,
    "-ar",
    "48000",
    "-ac",
    "1",
    out,
  ]);
  return out;
}
