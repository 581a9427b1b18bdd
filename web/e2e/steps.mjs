// What people do in the browser, for the tests that are about something else.
import { fileURLToPath } from "node:url";
import { until } from "./server.mjs";

/** The path of a file beside the tests. */
export const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Creates the workspace and its owner in a fresh server, by the API; the browser context is signed in afterwards. */
export async function signIn(server, context) {
  const answer = await context.request.post(`${server.url}/api/v1/setup`, {
    headers: { origin: server.url },
    data: { workspace_name: "Relay", name: "Olga Owner", email: "olga@example.org", password: "a short sentence" },
  });
  if (!answer.ok()) throw new Error(`setup answered ${answer.status()}: ${await answer.text()}`);
  return cookieOf(context);
}

/** The context's sign-in as a Cookie header. */
export async function cookieOf(context) {
  return (await context.cookies()).map((c) => `${c.name}=${c.value}`).join("; ");
}

/** Opens the record page in a way of recording, without a countdown. */
export async function openRecorder(server, page, { mode = "screen", carrier = "auto", errors } = {}) {
  page.on("pageerror", (e) => errors?.push(e.message));
  await page.goto(`${server.url}/record?mode=${mode}&carrier=${carrier}`);
  await page.getByLabel("Countdown").selectOption({ label: "None" });
}

/** Presses Record and waits until it records. */
export async function record(page) {
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
}

/** The clip's id while it is recorded. */
export async function clipOf(page) {
  const link = await page.getByLabel("Link to this clip").inputValue({ timeout: 30_000 });
  return link.split("/c/")[1];
}

/** Presses Stop and waits for the watch page; gives the clip's id. */
export async function stop(page) {
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForURL(/\/c\/[0-9a-z]{26}/, { timeout: 60_000 });
  return page.url().match(/\/c\/([0-9a-z]{26})/)[1];
}

/** Waits for a clip to be what it will be: ready, with everything that is made of it afterwards. */
export async function finished(server, id, cookie, ms = 120_000) {
  let clip;
  const over = async () => {
    clip = (await server.api("GET", `/api/v1/clips/${id}`, { cookie })).json;
    if (clip?.state === "failed") throw new Error(`clip ${id} failed: ${clip.failure_reason}`);
    return clip?.state === "ready" && clip.work.length === 0;
  };
  try {
    await until(`clip ${id} is finished`, over, ms, 300);
  } catch (cause) {
    throw new Error(`clip ${id} is ${clip?.state}, still to do: ${JSON.stringify(clip?.work)}`, { cause });
  }
  return clip;
}

/** Uploads a file as a clip, by the API; gives the clip's id. */
export async function upload(server, cookie, bytes, title) {
  const body = { kind: "upload", title, visibility: "workspace", size_bytes: bytes.length, file_name: `${title}.mp4` };
  const made = await server.api("POST", "/api/v1/clips", { cookie, body });
  if (made.status !== 201) throw new Error(`a clip was not made: ${made.status} ${made.text}`);
  const sent = await server.api("PUT", new URL(made.json.upload_url).pathname, {
    cookie,
    body: bytes,
    headers: { "content-type": "application/octet-stream" },
  });
  if (sent.status >= 300) throw new Error(`the file was not taken: ${sent.status} ${sent.text}`);
  return made.json.id;
}

/** Joins the workspace as another person, by an invitation of the owner; the context is signed in afterwards. */
export async function join(server, ownerCookie, context, name) {
  const { json } = await server.api("POST", "/api/v1/invites", { cookie: ownerCookie, body: { role: "member" } });
  const secret = json.url.split("/join/")[1];
  const answer = await context.request.post(`${server.url}/api/v1/join/${secret}`, {
    headers: { origin: server.url },
    data: { name, email: `${name.split(" ")[0].toLowerCase()}@example.org`, password: "another sentence" },
  });
  if (!answer.ok()) throw new Error(`joining answered ${answer.status()}: ${await answer.text()}`);
  return cookieOf(context);
}

/** Opens a clip at a moment and plays it to another, in seconds. No press of a button: a page with a moment plays by itself when it is
 * loaded after one, and what the test driver does counts as such now and then. */
export async function playFrom(server, page, clip, from, to) {
  await page.goto(`${server.url}/c/${clip}?t=${from}`);
  const on = () =>
    page.evaluate((end) => {
      const video = document.querySelector("video");
      if (video?.paused && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) void video.play();
      return (video?.currentTime ?? 0) > end;
    }, to);
  await until(`it plays from ${from} to ${to} s`, on, 60_000);
}
