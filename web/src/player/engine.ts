// What plays a stream in a video element. The seam behind which the video engine sits: hls.js where the browser has Media
// Source Extensions, the browser's own HLS only where that is known to work (Safari, known by ManagedMediaSource).

import type { Engine, EngineOptions } from "./stream";

export { holdBack, type Engine, type EngineOptions, type Notice } from "./stream";

/** Whether the browser's own HLS is used: never where hls.js can do it, Chromium's own has failed in the field. */
export function playsNatively(scope: object = globalThis): boolean {
  return "ManagedMediaSource" in scope;
}

/** Fetches the engine's code, so that the first press of play finds it there. */
export function warmUp(): void {
  if (!playsNatively()) void import("./hls").catch(() => undefined); // attach tries again and tells
}

/** Attaches a stream to a video element. Failures come as notices, not as exceptions. */
export function attach(video: HTMLVideoElement, url: string, options: EngineOptions): Engine {
  const load = () =>
    playsNatively() ? import("./native").then((m) => m.attachNative) : import("./hls").then((m) => m.attachHLS);
  let inner: Engine | undefined;
  let gone = false;
  const begin = () => {
    load().then(
      (open) => {
        if (!gone && !inner) inner = open(video, url, options);
      },
      () => {
        options.notice({
          kind: "failed",
          reason: "broken",
          words: "The player could not be loaded. Check the connection and try again.",
        });
      },
    );
  };
  begin();
  return {
    retry() {
      if (inner) inner.retry();
      else begin();
    },
    destroy() {
      gone = true;
      inner?.destroy();
    },
  };
}
