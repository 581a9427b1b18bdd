// The list behind Dock.svelte: what is on its way to the server beside the page that is shown (transfers.svelte.ts).
export interface Transfer {
  readonly key: string;
  readonly kind: "file" | "take";
  readonly name: string;
  state: "waiting" | "sending" | "offline" | "done" | "failed";
  /** 0 to 1. */
  share: number;
  /** What happened, or how far it is, for people. */
  words: string;
  clipId: string | undefined;
  /** What the server has of a take that is complete, and the hash of all its bytes. */
  receipt?: { readonly words: string; readonly sha256: string } | undefined;
  readonly cancel: (() => void) | undefined;
  /** For a take that the server refuses: it is still in this browser. */
  rescue?: { readonly save: () => Promise<void>; readonly remove: () => Promise<void> } | undefined;
}

export const transfers: Transfer[] = $state([]);

/** Takes a finished row away. */
export function forget(key: string): void {
  const i = transfers.findIndex((t) => t.key === key);
  if (i >= 0) transfers.splice(i, 1);
}
