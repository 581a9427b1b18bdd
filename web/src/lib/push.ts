// Whether this browser tells its person what is new while no page is open (Push API). Off until somebody asks for it: the messages
// go through a service of the browser's maker, encrypted.
import { api, ok } from "../api/client";

/** Why it cannot be had here; empty: it can. */
export function withoutPush(): string {
  if (!window.isSecureContext) return "Browsers do this on https only.";
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return "This browser cannot do it.";
  if (Notification.permission === "denied") return "Notifications of this site are blocked in the browser's settings.";
  return "";
}

/** Whether it is on, as browser and server both see it. */
export async function pushIsOn(): Promise<boolean> {
  const worker = await navigator.serviceWorker.getRegistration("/sw.js");
  if (!(await worker?.pushManager.getSubscription())) return false;
  const { browsers } = await ok(api.GET("/api/v1/me/push"));
  return browsers.some((b) => b.this_browser);
}

/** Asks the person, the browser and the server, in this order. */
export async function turnPushOn(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted")
    throw new DOMException("notifications are not allowed", "NotAllowedError");
  const { public_key } = await ok(api.GET("/api/v1/me/push"));
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe(); // it may be another server's, or another key's
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
  const { keys, endpoint } = subscription.toJSON();
  const body = { endpoint: endpoint ?? "", p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" };
  await ok(api.POST("/api/v1/me/push", { body }));
}

/** Ends it in the browser and on the server. */
export async function turnPushOff(): Promise<void> {
  const { browsers } = await ok(api.GET("/api/v1/me/push"));
  for (const b of browsers)
    if (b.this_browser) await ok(api.DELETE("/api/v1/me/push/{push_id}", { params: { path: { push_id: b.id } } }));
  const worker = await navigator.serviceWorker.getRegistration("/sw.js");
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}
