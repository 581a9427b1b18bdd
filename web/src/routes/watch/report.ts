// Tells the server what was played, so that its owner learns what was watched and one can go on elsewhere.
import { tell } from "../../api/parting";
import type { Player } from "./player.svelte";

/** How often, in milliseconds, while it plays. */
const everyMs = 10_000;

/** Reports until the returned function is called; what is left then is sent as well. */
export function reportWatched(clip: string, player: Player): () => void {
  const send = (): void => {
    const ranges = player.played.take();
    if (ranges.length === 0) return;
    const body = { ranges, position_ms: Math.max(0, Math.floor(player.time)), took_ms: player.played.takeTime() };
    void tell("/api/v1/clips/{id}/watched", clip, body); // one that is lost is a few seconds fewer
  };
  const timer = setInterval(send, everyMs);
  const off = new AbortController();
  const { signal } = off;
  document.addEventListener("visibilitychange", send, { signal });
  addEventListener("pagehide", send, { signal });
  return () => {
    clearInterval(timer);
    off.abort();
    send();
  };
}
