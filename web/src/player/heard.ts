// Tells the server what of a clip was heard: the reel leaves it out, and its owner learns what was watched.
import { tell } from "../api/parting";
import { PlayedStretches, type Stretch } from "./watched";

/** How often, in milliseconds, while it plays. */
const everyMs = 4000;

/** A report that is lost is a few seconds that come again: nobody is told. */
export async function postHeard(id: string, spans: Stretch[], moment: number, took_ms: number): Promise<void> {
  if (spans.length === 0) return;
  const position_ms = Math.max(0, Math.floor(moment));
  await Promise.all([
    tell("/api/v1/clips/{id}/heard", id, { spans }),
    tell("/api/v1/clips/{id}/watched", id, { ranges: spans, position_ms, took_ms }),
  ]);
}

/** Reports what an element plays of a clip until the returned function is called; what is left then is sent as well. */
export function reportHeard(id: string, video: HTMLVideoElement): () => void {
  const played = new PlayedStretches();
  const off = new AbortController();
  /** Where it was last: an element that lost its source is at 0. */
  let moment = 0;
  const send = (): void => void postHeard(id, played.take(), moment, played.takeTime());
  const on = (name: keyof HTMLMediaElementEventMap, f: () => void): void => {
    video.addEventListener(name, f, { signal: off.signal });
  };
  const at = (): void => {
    if (video.seeking) return;
    moment = video.currentTime * 1000;
    played.at(moment, video.playbackRate);
  };
  const rest = (): void => {
    at();
    played.stop();
    send();
  };
  on("timeupdate", at);
  on("seeking", () => {
    played.stop();
  });
  on("pause", rest);
  on("ended", rest);
  const hidden = (): void => {
    if (document.visibilityState === "hidden") send();
  };
  document.addEventListener("visibilitychange", hidden, { signal: off.signal });
  addEventListener("pagehide", send, { signal: off.signal });
  const timer = setInterval(send, everyMs);
  return () => {
    clearInterval(timer);
    off.abort();
    played.stop();
    send();
  };
}
