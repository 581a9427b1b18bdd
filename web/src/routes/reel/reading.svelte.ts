// What is read instead of played: it has its time, can be paused, and is over.

const stepMs = 100;

export class Reading {
  /** How long it has been read, in milliseconds. */
  time = $state(0);
  paused = $state(true);
  readonly lengthMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #at = 0;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  readonly play = (): void => {
    if (!this.paused) return;
    this.paused = false;
    this.#at = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.time = Math.min(this.lengthMs, this.time + now - this.#at);
      this.#at = now;
      if (this.time >= this.lengthMs) this.pause();
    }, stepMs);
  };

  readonly pause = (): void => {
    clearInterval(this.#timer);
    this.paused = true;
  };

  /** Goes on to the next: whoever does has read it. */
  readonly finish = (): void => {
    this.time = this.lengthMs;
  };

  readonly seek = (ms: number): void => {
    this.time = Math.min(this.lengthMs, Math.max(0, ms));
  };
}
