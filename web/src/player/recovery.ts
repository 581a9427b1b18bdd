// What to do when the stream fails: pure decisions, so that they can be tested without a browser.
import type { Notice } from "./stream";

export interface Failure {
  readonly kind: "network" | "media" | "other";
  /** HTTP status; 0 or undefined: no answer at all. */
  readonly status?: number | undefined;
  /** hls.js's word for it, for telling codecs apart. */
  readonly details?: string | undefined;
}

export type Step =
  /** Load again after a wait. */
  | { readonly act: "reload"; readonly afterMs: number; readonly notice: Notice }
  /** Reset the decoder. */
  | { readonly act: "recover" }
  | { readonly act: "stop"; readonly notice: Notice };

const unsupported =
  "This browser cannot play the recording's format. Try again when the server has made other versions, or use another browser.";

/**
 * Decides. networkTries and mediaTries count failures since playing last went well. Servers restart and connections come back, so the
 * network is tried for ever, at growing distances; a decoder that fails three times will not get better.
 */
export function nextStep(f: Failure, networkTries: number, mediaTries: number): Step {
  if (f.details === "manifestIncompatibleCodecsError" || f.details === "bufferAddCodecError")
    return { act: "stop", notice: { kind: "failed", reason: "unsupported", words: unsupported } };
  if (f.kind === "network") {
    if (f.status === 401 || f.status === 403 || f.status === 404 || f.status === 410)
      return { act: "stop", notice: { kind: "failed", reason: "denied", words: "This clip cannot be watched any more." } };
    const words = f.status ? `The server has trouble (${f.status}).` : "The server cannot be reached.";
    return {
      act: "reload",
      afterMs: Math.min(8000, 500 * 2 ** Math.min(networkTries, 10)),
      notice: { kind: "waiting", words: `${words} Playing goes on by itself.` },
    };
  }
  if (f.kind === "media" && mediaTries < 3) return { act: "recover" };
  return {
    act: "stop",
    notice: {
      kind: "failed",
      reason: "broken",
      words: "This recording cannot be played here: its data is damaged, or the browser cannot decode it.",
    },
  };
}

/** A segment, as far as it matters here. */
interface Segment {
  readonly start: number;
  readonly end: number;
  /** It was loaded, and gave nothing that can be played. */
  readonly gap?: boolean | undefined;
  /** It is the last one of a finished stream. */
  readonly endList?: boolean | undefined;
}

/**
 * The last segment that can be played, where a finished stream has some after it that give nothing: sound and picture seldom end at
 * once, and what lies between their ends may be a segment of its own. Undefined where the stream's last segment can be played.
 */
export function lastPlayable(segments: readonly Segment[]): Segment | undefined {
  const last = segments.at(-1);
  return last?.endList && last.gap ? segments.findLast((s) => !s.gap) : undefined;
}
