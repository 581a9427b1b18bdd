// Plays several clips as if they were one: the one of now in a video element, and the next one in another below it, with its first
// seconds loaded, so that it goes on without a gap. To the page it is a player like any other.
import { tick, untrack } from "svelte";
import { settings } from "../../lib/settings.svelte";
import { lastStarted } from "../../player/lookup";
import { loopNext } from "../../player/loop";
import { rememberPlace, resumeAt } from "../../player/resume";
import type { Span } from "../../player/silence";
import type { Clip } from "../../api/client";
import { Player } from "./player.svelte";
import type { View } from "./view";

/** What is played of a clip, as one of several. */
export interface PlayedPart {
  readonly clip: Clip;
  /** The part's own time line, as its edit leaves it. */
  readonly view: View;
  readonly startMs: number;
  readonly lengthMs: number;
}

/** A part that plays, or gets ready for it. */
interface Turn {
  readonly index: number;
  readonly player: Player;
  readonly video: HTMLVideoElement;
  readonly release: () => void;
}

export class PartsPlayer extends Player {
  readonly #id: string;
  readonly #parts: readonly PlayedPart[];
  readonly #starts: readonly { readonly start_ms: number }[];
  /** The page's player: it counts what is played, and goes on where this one ends. */
  readonly #own: Player;
  #videos: readonly HTMLVideoElement[] = [];
  #now = $state.raw<Turn>();
  #next: Turn | undefined;
  #skips: readonly Span[] = [];
  /** One part has ended and the other one's first picture is not there yet. */
  #between = false;
  #endedAt: number | undefined;
  /** What skipping saved in parts that are over. */
  #saved = 0;
  #handed = false;

  constructor(id: string, parts: readonly PlayedPart[], own: Player) {
    super(id);
    this.#id = id;
    this.#parts = parts;
    this.#starts = parts.map((p) => ({ start_ms: p.startMs }));
    this.#own = own;
    const last = parts.at(-1);
    this.durationMs = last ? last.startMs + last.lengthMs : 0;
    ({ time: this.time, theatre: this.theatre, fullscreen: this.fullscreen } = own);
  }

  override readonly hold = (video: HTMLVideoElement): (() => void) => {
    const other = video.cloneNode() as HTMLVideoElement;
    other.removeAttribute("poster");
    other.addEventListener("click", this.toggle);
    video.after(other);
    this.#videos = [video, other];
    for (const v of this.#videos) v.style.gridArea = "1 / 1";
    other.style.visibility = "hidden";
    const stop = $effect.root(() => {
      $effect(() => {
        this.#mirror();
      });
      $effect(() => {
        if (this.#now?.player.ended) untrack(this.#advance);
      });
      $effect(() => {
        if (!this.paused && this.#now) untrack(this.#lookAhead);
      });
    });
    return () => {
      stop();
      this.#remember();
      this.#now?.release();
      this.#next?.release();
      this.#now = this.#next = undefined;
      this.#videos = [];
      other.remove();
      video.style.removeProperty("visibility");
    };
  };

  /** Its parts are what it plays; without an address it may not be played any more. */
  override offer(url: string | undefined): void {
    if (url) return;
    this.pause();
    this.#now?.release();
    this.#next?.release();
    this.#now = this.#next = undefined;
    this.begun = false;
  }

  override readonly play = (): void => {
    if (this.ended) this.seek(0);
    else if (!this.#now) {
      if (this.time === 0) this.resumed = resumeAt(this.#id);
      this.#show(this.resumed ?? this.time);
    }
    this.#now?.player.play();
  };
  override readonly pause = (): void => {
    this.#between = false;
    this.#now?.player.pause();
    this.#remember();
  };
  override readonly toggle = (): void => {
    if (!this.#now || this.ended) this.play();
    else this.#now.player.toggle();
  };
  override readonly seek = (ms: number): void => {
    const goesOn = !this.paused;
    this.#own.played.stop();
    this.resumed = undefined;
    this.#endedAt = undefined;
    this.#show(Math.min(Math.max(0, ms), this.durationMs));
    if (goesOn) this.#now?.player.play();
  };
  override readonly frame = (step: -1 | 1): void => {
    this.#now?.player.frame(step);
  };
  override readonly retry = (): void => {
    this.#now?.player.retry();
  };
  override readonly togglePictureInPicture = async (): Promise<void> => {
    await this.#now?.player.togglePictureInPicture();
  };
  override applySettings(): void {
    this.#now?.player.applySettings();
    this.#next?.player.applySettings();
  }
  override set skips(all: readonly Span[]) {
    this.#skips = all;
    for (const t of [untrack(() => this.#now), this.#next]) if (t) t.player.skips = this.#skipsOf(t.index);
  }

  /** The clip is made, or cannot be: the page's player goes on from here. */
  close(): void {
    if (this.#handed) return;
    this.#handed = true;
    const own = this.#own;
    const goesOn = !this.paused;
    ({ time: own.time, theatre: own.theatre, fullscreen: own.fullscreen, loop: own.loop } = this);
    if (!this.begun) return;
    const at = this.time;
    void tick().then(() => {
      own.seek(at);
      if (goesOn) own.play();
    });
  }

  #part(index: number): PlayedPart {
    const part = this.#parts[index];
    if (!part) throw new RangeError(`there is no part ${index}`);
    return part;
  }
  #skipsOf(index: number): Span[] {
    const { startMs, lengthMs } = this.#part(index);
    return this.#skips
      .map((s) => ({ start_ms: Math.max(0, s.start_ms - startMs), end_ms: Math.min(lengthMs, s.end_ms - startMs) }))
      .filter((s) => s.end_ms > s.start_ms);
  }

  /** Brings the picture of a moment to the front. */
  #show(ms: number): void {
    this.time = ms;
    if (this.#videos.length === 0) return;
    this.ended = false;
    this.begun = true;
    const index = Math.max(0, lastStarted(this.#starts, ms));
    const at = ms - this.#part(index).startMs;
    const now = this.#now;
    if (now?.index === index) now.player.seek(at);
    else {
      // What got ready begins at its start.
      const ready = this.#next?.index === index && at === 0 ? this.#next : undefined;
      if (!ready) this.#drop();
      this.#front(ready ?? this.#open(index, at));
    }
  }
  #open(index: number, ms: number): Turn {
    const { clip, view, lengthMs } = this.#part(index);
    const taken = [this.#now?.video, this.#next?.video];
    const video = this.#videos.find((v) => !taken.includes(v));
    if (!video) throw new Error("both videos are taken");
    const player = new Player("");
    const release = player.hold(video);
    player.skips = this.#skipsOf(index);
    player.offer(clip.playback.hls_url, lengthMs, false, view);
    player.seek(ms);
    return { index, player, video, release };
  }
  #front(turn: Turn): void {
    const before = this.#now;
    this.#next = undefined;
    this.#now = turn;
    for (const v of this.#videos) v.style.visibility = v === turn.video ? "visible" : "hidden";
    if (!before) return;
    if (document.pictureInPictureElement === before.video) void turn.video.requestPictureInPicture().catch(() => undefined);
    this.#saved += before.player.savedMs;
    before.player.pause();
    before.release();
  }
  #drop(): void {
    this.#next?.release();
    this.#next = undefined;
  }

  readonly #lookAhead = (): void => {
    const index = (this.#now?.index ?? 0) + 1;
    if (index >= this.#parts.length || this.#next?.index === index) return;
    this.#drop();
    this.#next = this.#open(index, 0);
  };

  readonly #advance = (): void => {
    const now = this.#now;
    if (!now) return;
    const again = loopNext(this.loop, this.time, this.durationMs);
    const following = this.#parts[now.index + 1];
    if (again !== undefined) {
      this.seek(again);
      this.play();
    } else if (following) {
      this.#between = true;
      this.#endedAt = performance.now();
      this.#show(following.startMs);
      this.#now?.player.play();
    } else {
      this.ended = true;
      this.time = this.durationMs;
      this.#remember();
    }
  };

  /** What the part of now does is what this one does. */
  #mirror(): void {
    const turn = this.#now;
    if (!turn) return;
    const { player, index } = turn;
    const { startMs, lengthMs } = this.#part(index);
    const { time, paused, stalled, notice, inPictureInPicture, savedMs, ended } = player;
    const at = startMs + Math.min(time, lengthMs);
    untrack(() => {
      this.#moved(at, paused);
      if (!paused) this.#between = false;
      this.paused = paused && !this.#between && !(ended && index + 1 < this.#parts.length);
      this.ended = ended && index + 1 === this.#parts.length;
      Object.assign(this, { time: at, stalled, notice, inPictureInPicture, savedMs: this.#saved + savedMs });
      this.#own.time = at;
    });
  }
  /** Counts what is played, and plays a loop again. */
  #moved(at: number, paused: boolean): void {
    if (paused) return;
    const again = loopNext(this.loop, at, this.durationMs);
    if (again !== undefined) {
      this.seek(again);
      return;
    }
    this.#own.played.at(at, settings.rate);
    if (this.#endedAt === undefined || at <= this.time) return;
    performance.measure("parts-gap", { start: this.#endedAt, end: performance.now() });
    this.#endedAt = undefined;
  }
  #remember(): void {
    if (this.begun && this.time > 0) rememberPlace(this.#id, this.time, this.durationMs);
  }
}
