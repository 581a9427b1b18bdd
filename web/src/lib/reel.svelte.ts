// How many minutes there are to catch up on: the number beside the page's name.
import { api, ok } from "../api/client";
import { listen } from "../api/events";
import type { FollowBadge } from "./router.svelte";
import { settings } from "./settings.svelte";

/** The plan is looked for again this long after something has changed, at most: it is dear, and nobody waits for it. */
const calmMs = 20_000;

export const follow: FollowBadge = (show) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  const read = (): void => {
    timer = undefined;
    ok(api.GET("/api/v1/reel", { params: { query: { speed: settings.rate } } }))
      .then(({ length_ms }) => {
        if (!gone) show(Math.ceil(length_ms / 60_000));
      })
      .catch(() => undefined); // the next change reads it again
  };
  const later = (): void => {
    timer ??= setTimeout(read, calmMs);
  };
  read();
  const stop = listen({
    reset: later,
    "clip.changed": later,
    "clip.deleted": later,
    "ask.changed": later,
    "decision.changed": later,
    "blocker.changed": later,
    "round.changed": later,
  });
  return () => {
    gone = true;
    clearTimeout(timer);
    stop();
  };
};
