// What I was told: one list for the inbox and for the number beside its name.
import { api, ok, type Schemas } from "../api/client";
import { listen } from "../api/events";
import type { FollowBadge } from "./router.svelte";

export type Notice = Schemas["Notice"];

export const inbox: { notices: readonly Notice[]; unread: number; next: string | undefined; loaded: boolean } = $state({
  notices: [],
  unread: 0,
  next: undefined,
  loaded: false,
});

/** Reads the newest ones again. */
export async function refreshInbox(): Promise<void> {
  const page = await ok(api.GET("/api/v1/inbox"));
  inbox.notices = page.notices;
  inbox.unread = page.unread;
  inbox.next = page.next_cursor;
  inbox.loaded = true;
}

/** Reads older ones on to the list. */
export async function moreInbox(): Promise<void> {
  if (!inbox.next) return;
  const page = await ok(api.GET("/api/v1/inbox", { params: { query: { cursor: inbox.next } } }));
  inbox.notices = [...inbox.notices, ...page.notices];
  inbox.next = page.next_cursor;
}

/** Says that these were read, or all. */
export async function markRead(ids: readonly string[] = []): Promise<void> {
  await ok(api.POST("/api/v1/inbox/read", { body: ids.length > 0 ? { ids: [...ids] } : {} }));
  await refreshInbox();
}

/** In milliseconds, when the server could not be asked. */
const retryAfter = 5_000;

/** The number beside the inbox's name, as it changes. */
export const follow: FollowBadge = (show) => {
  let again: ReturnType<typeof setTimeout> | undefined;
  const read = (): void => {
    clearTimeout(again);
    refreshInbox()
      .then(() => {
        show(inbox.unread);
      })
      .catch(() => (again = setTimeout(read, retryAfter))); // no further event may come
  };
  read();
  const stop = listen({ listening: read, reset: read, "inbox.changed": read });
  const leave = $effect.root(() => {
    $effect(() => {
      show(inbox.unread);
    });
  });
  return () => {
    clearTimeout(again);
    stop();
    leave();
  };
};
