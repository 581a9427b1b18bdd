// What both engines have in common: what they are told and what they tell.

/** What the watcher has to know about the stream. */
export type Notice =
  | { readonly kind: "fine" }
  /** Playing stands still and goes on by itself. */
  | { readonly kind: "waiting"; readonly words: string }
  /** It does not go on by itself. denied: the clip may not be watched any more. */
  | { readonly kind: "failed"; readonly reason: "denied" | "unsupported" | "broken"; readonly words: string };

export interface EngineOptions {
  /** Where to begin, in seconds; undefined: at the start. */
  readonly start?: number | undefined;
  readonly notice: (n: Notice) => void;
  /** Called when the stream turns out to be still growing, and when it has ended; edge is where watching along happens, in seconds. */
  readonly growing?: (live: boolean, edge: number) => void;
}

export interface Engine {
  /** Tries again at once after a failure or while waiting. */
  retry(): void;
  /** Lets go of the video element and all buffers. */
  destroy(): void;
}

/** How far behind the newest segment somebody watches along, in seconds: more than one segment, so that nothing stalls. */
export const holdBack = 2.5;
