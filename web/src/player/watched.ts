// Which stretches were played: what the player reports, so that a second counts when it was played and not when it was skipped.

export interface Stretch {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** A step in time that is longer than this was a jump, at normal speed; faster playing takes longer steps. */
const longestStepMs = 1000;
/** The server takes so many in one report. */
const most = 100;

export class PlayedStretches {
  #done: Stretch[] = [];
  #now: { start_ms: number; end_ms: number } | undefined;
  #last: { ms: number; clock: number } | undefined;
  #took = 0;

  /** The player plays and is at a place; clock is in milliseconds. */
  at(ms: number, rate = 1, clock = performance.now()): void {
    const last = this.#last;
    // Waiting for data takes no time of what is played, nor does a jump.
    if (last && ms > last.ms) this.#took += Math.min(clock - last.clock, (ms - last.ms) / rate);
    const now = this.#now;
    if (now && ms >= now.end_ms && ms - now.end_ms <= longestStepMs * Math.max(1, rate)) now.end_ms = ms;
    else {
      this.stop();
      this.#now = { start_ms: ms, end_ms: ms };
    }
    this.#last = { ms, clock };
  }

  /** Playing stopped, or went elsewhere. */
  stop(): void {
    const now = this.#now;
    this.#now = this.#last = undefined;
    if (now && now.end_ms > now.start_ms && this.#done.length < most) this.#done.push({ ...now });
  }

  /** Everything since it was taken last, in whole milliseconds; what is being played goes on. */
  take(): Stretch[] {
    const now = this.#now;
    const last = this.#last;
    this.stop();
    this.#last = last;
    if (now) this.#now = { start_ms: now.end_ms, end_ms: now.end_ms };
    const all = this.#done.map((s) => ({ start_ms: Math.floor(s.start_ms), end_ms: Math.floor(s.end_ms) }));
    this.#done = [];
    return all.filter((s) => s.end_ms > s.start_ms);
  }

  /** How long that took by the clock since it was taken last, in whole milliseconds. */
  takeTime(): number {
    const took = Math.floor(this.#took);
    this.#took -= took;
    return took;
  }
}
