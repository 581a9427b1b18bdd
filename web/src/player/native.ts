// The browser's own HLS (Safari) behind the seam.
import { holdBack, type Engine, type EngineOptions } from "./stream";
import { nextStep, type Failure } from "./recovery";

export function attachNative(video: HTMLVideoElement, url: string, options: EngineOptions): Engine {
  return new NativeEngine(video, url, options);
}

class NativeEngine implements Engine {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #options: EngineOptions;
  readonly #off = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #start: number;

  constructor(video: HTMLVideoElement, url: string, options: EngineOptions) {
    this.#video = video;
    this.#url = url;
    this.#options = options;
    this.#start = options.start ?? 0;
    const on = { signal: this.#off.signal };
    video.addEventListener(
      "loadedmetadata",
      () => {
        this.#opened();
      },
      on,
    );
    video.addEventListener(
      "durationchange",
      () => {
        this.#grew();
      },
      on,
    );
    video.addEventListener("error", () => void this.#failed(), on);
    this.#load();
  }

  retry(): void {
    clearTimeout(this.#timer);
    this.#start = this.#video.currentTime || this.#start;
    const playing = !this.#video.paused;
    this.#load();
    if (playing) this.#video.play().catch(() => undefined); // the button shows that it stands still
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#off.abort();
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #load(): void {
    this.#video.src = this.#url;
    this.#video.load();
  }

  #opened(): void {
    if (this.#tries > 0) this.#options.notice({ kind: "fine" });
    this.#tries = 0;
    if (this.#start > 0) this.#video.currentTime = this.#start;
    this.#grew();
  }

  #grew(): void {
    const { duration, seekable } = this.#video;
    if (seekable.length === 0) return;
    this.#options.growing?.(duration === Infinity, Math.max(0, seekable.end(seekable.length - 1) - holdBack));
  }

  // The element tells little: whether the server still gives the playlist tells the rest.
  async #failed(): Promise<void> {
    const status = await fetch(this.#url, { method: "HEAD" }).then(
      (r) => r.status,
      () => 0,
    );
    if (this.#off.signal.aborted) return;
    const answered = status >= 200 && status < 300;
    const code = this.#video.error?.code;
    const decode = answered && (code === MediaError.MEDIA_ERR_DECODE || code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED);
    const failure: Failure = decode ? { kind: "other" } : { kind: "network", status: answered ? undefined : status };
    const step = nextStep(failure, this.#tries++, 0);
    if (step.act === "recover") return;
    this.#options.notice(step.notice);
    if (step.act === "reload")
      this.#timer = setTimeout(() => {
        this.retry();
      }, step.afterMs);
  }
}
