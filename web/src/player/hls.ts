// hls.js behind the seam. Loaded on demand: it is heavier than the whole page.
import Hls, { ErrorTypes, Events, type ErrorData, type FragBufferedData, type LevelDetails } from "hls.js/light";
import { holdBack, type Engine, type EngineOptions } from "./stream";
import { lastPlayable, nextStep, type Failure } from "./recovery";

export function attachHLS(video: HTMLVideoElement, url: string, options: EngineOptions): Engine {
  if (!Hls.isSupported()) {
    options.notice({
      kind: "failed",
      reason: "unsupported",
      words: "This browser cannot play video streams. Please use a current one.",
    });
    return { retry: () => undefined, destroy: () => undefined };
  }
  return new HlsEngine(video, url, options);
}

class HlsEngine implements Engine {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #options: EngineOptions;
  readonly #hls: Hls;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #networkTries = 0;
  #mediaTries = 0;
  #opened = false;
  #fine = true;

  constructor(video: HTMLVideoElement, url: string, options: EngineOptions) {
    this.#video = video;
    this.#url = url;
    this.#options = options;
    this.#hls = new Hls({
      startPosition: options.start ?? 0,
      liveSyncDuration: holdBack,
      maxBufferLength: 20,
      maxMaxBufferLength: 60,
      backBufferLength: 60,
      enableWorker: false, // fMP4 needs no transmuxing
      // The measured speed of the first answers decides, not a guess for the worst network.
      abrEwmaDefaultEstimate: 5_000_000,
      capLevelToPlayerSize: true,
    });
    const hls = this.#hls;
    hls.on(Events.MANIFEST_PARSED, () => (this.#opened = true));
    hls.on(Events.FRAG_BUFFERED, (_, data: FragBufferedData) => {
      this.#well();
      this.#end(data.frag.level);
    });
    hls.on(Events.LEVEL_UPDATED, (_, data: { details: LevelDetails }) =>
      options.growing?.(data.details.live, data.details.edge - holdBack),
    );
    hls.on(Events.ERROR, (_, data: ErrorData) => {
      if (data.fatal) this.#failed(data);
      else if (data.type === ErrorTypes.NETWORK_ERROR) this.#troubled(data);
    });
    addEventListener("online", this.#online);
    hls.attachMedia(video);
    hls.loadSource(url);
  }

  retry(): void {
    clearTimeout(this.#timer);
    this.#mediaTries = 0;
    if (!this.#opened) this.#hls.loadSource(this.#url);
    else if (this.#video.error) this.#hls.recoverMediaError();
    else this.#hls.startLoad(this.#video.currentTime);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#online);
    this.#hls.destroy();
  }

  readonly #online = () => {
    if (!this.#fine) this.retry();
  };

  #well(): void {
    this.#networkTries = 0;
    if (this.#fine) return;
    this.#fine = true;
    this.#options.notice({ kind: "fine" });
  }

  // hls.js takes a segment that gives nothing for a gap: it does not end the stream after it, and waits for ever there.
  #end(level: number): void {
    const last = lastPlayable(this.#hls.levels[level]?.details?.fragments ?? []);
    if (!last) return;
    const { buffered, currentTime } = this.#video;
    const loadedTo = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    if (loadedTo > last.start) this.#hls.trigger(Events.BUFFER_EOS, { type: null });
    else if (currentTime >= last.end) this.#video.currentTime = last.end - 0.1;
  }

  // hls.js tries a few times by itself; the watcher is told once the picture is about to stand still.
  #troubled(data: ErrorData): void {
    const step = nextStep(failureOf(data), 0, 0);
    if (step.act !== "reload" || ahead(this.#video) > 3) return;
    this.#fine = false;
    this.#options.notice(step.notice);
  }

  #failed(data: ErrorData): void {
    const step = nextStep(failureOf(data), this.#networkTries, this.#mediaTries);
    this.#fine = false;
    clearTimeout(this.#timer);
    switch (step.act) {
      case "recover":
        this.#mediaTries++;
        this.#hls.recoverMediaError();
        return;
      case "reload":
        this.#networkTries++;
        this.#options.notice(step.notice);
        this.#timer = setTimeout(() => {
          this.retry();
        }, step.afterMs);
        return;
      case "stop":
        this.#hls.stopLoad();
        this.#options.notice(step.notice);
    }
  }
}

function failureOf(data: ErrorData): Failure {
  const kind = data.type === ErrorTypes.NETWORK_ERROR ? "network" : data.type === ErrorTypes.MEDIA_ERROR ? "media" : "other";
  return { kind, status: data.response?.code, details: data.details };
}

/** Seconds that are loaded beyond the current place. */
function ahead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime <= buffered.end(i)) return buffered.end(i) - currentTime;
  }
  return 0;
}
