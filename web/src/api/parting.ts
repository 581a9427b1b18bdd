// What a page tells the server as it goes away: the request must be out before the last event's handler returns, and be borne to its end
// by the browser (Fetch, keepalive). A plain fetch, so that nothing can come between.
import type { paths } from "./schema";

type BodyOf<P extends keyof paths> =
  paths[P] extends Record<"post", { requestBody: { content: { "application/json": infer B } } }> ? B : never;

/** Sends JSON at once. What is lost is not sent again and nobody is told: only for what costs little when it is missing. */
export async function tell<P extends keyof paths>(path: P, id: string, body: BodyOf<P>): Promise<void> {
  const init = { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  await fetch(path.replace("{id}", id), init).catch(() => undefined);
}
