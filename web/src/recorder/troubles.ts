// Why what is recorded stays in this browser for now, in a sentence; routes/record/Why.svelte says what to do.
import type { Trouble } from "./carrier";

export const troubleWords: Readonly<Record<Trouble, string>> = {
  away: "The server is away",
  "signed-out": "You are signed out",
  unwell: "The server has a fault",
  "disk-full": "The server's disk is full",
  "store-away": "The server's storage is away or slow",
  busy: "The server takes no more recordings just now",
  refused: "The server takes no more of this recording",
};
