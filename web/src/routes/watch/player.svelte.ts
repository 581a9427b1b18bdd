// The state of the player: what the watcher did, what the video does, and the stream behind it.
import { attach, holdBack, warmUp, type Engine, type Notice } from "../../player/engine";
import { loopFrom, loopNext, loopTo, type Loop } from "../../player/loop";
import { rememberPlace, resumeAt } from "../../player/resume";
import { frameStep, placeOf } from "../../player/seek";
import { Skipper, type Span } from "../../player/silence";
import { clampSpeed, stepSpeed } from "../../player/speed";
import { PlayedStretches } from "../../player/watched";
import type { Lens } from "./view";
import { setSettings, settings } from "../../lib/settings.svelte";

/** How often the page follows the video, in milliseconds: finer than words, coarser than pictures. */
const followMs = 50;
const rememberMs = 5000;
const leastJumpMs = 200;

export class Player {
  /** Where the video is, in milliseconds. */
  time = $state(0);
  paused = $state(true);
  ended = $state(false);
  /** Play or seek was asked for once; until then the poster shows and nothing was loaded. */
  begun = $state(false);
  /** Playing was asked for and the data is not there yet. */
  stalled = $state(false);
  notice = $state.raw<Notice>({ kind: "fine" });
  /** The stream is still growing, and this is where watching along happens (ms). */
  live = $state(false);
  edge = $state(0);
  durationMs = $state(0);
  loop = $state.raw<Loop | undefined>();
  /** Where the last visit ended; undefined when there is nothing to go back to. */
  resumed = $state<number | undefined>();
  /** What skipping silence saved in this visit. */
  savedMs = $state(0);
  theatre = $state(false);
  fullscreen = $state(false);
  inPictureInPicture = $state(false);

  readonly #clip: string;
  readonly #skipper = new Skipper();
  /** What was played since it was reported last. */
  readonly played = new PlayedStretches();
  #video: HTMLVideoElement | undefined;
  #url = "";
  #engine: Engine | undefined;
  #frame = 0;
  #remembered = 0;
  /** Play was asked for before the element could. */
  #wanted = false;
  /** Tells where the media has what is played; undefined: it is the same. */
  #lens: Lens | undefined;

  constructor(clip: string) {
    this.#clip = clip;
  }

  /** How far behind the newest picture we are, in milliseconds; only while the clip is being recorded. */
  get behind(): number {
    return this.live ? Math.max(0, this.edge - this.time) : 0;
  }

  /** Takes a video element; the returned function lets go of it. */
  readonly hold = (video: HTMLVideoElement): (() => void) => {
    this.#video = video;
    const off = new AbortController();
    const on = (name: keyof HTMLMediaElementEventMap | "enterpictureinpicture" | "leavepictureinpicture", f: () => void) => {
      video.addEventListener(name, f, { signal: off.signal });
    };
    on("play", () => {
      this.paused = this.ended = false;
      this.#follow();
    });
    on("playing", () => (this.stalled = false));
    on("pause", () => {
      this.paused = true;
      this.#remember();
    });
    on("waiting", () => (this.stalled = true));
    on("canplay", () => {
      this.stalled = false;
      if (this.#wanted && video.paused) void this.#start();
      this.#wanted = false;
    });
    on("ended", () => {
      this.ended = true;
      this.#tick(true);
    });
    on("timeupdate", () => {
      this.#tick(true);
    });
    on("seeked", () => {
      this.#tick(true);
    });
    on("durationchange", () => {
      this.#measure();
    });
    on("enterpictureinpicture", () => (this.inPictureInPicture = true));
    on("leavepictureinpicture", () => (this.inPictureInPicture = false));
    on("volumechange", () => {
      // iOS has a volume of its own; there the element's does not move.
      if (video.muted !== settings.muted) setSettings({ muted: video.muted });
    });
    this.applySettings();
    return () => {
      off.abort();
      cancelAnimationFrame(this.#frame);
      this.#remember();
      this.#engine?.destroy();
      this.#engine = this.#video = undefined;
    };
  };

  /** Says what can be played. Another address lets go of the stream; the same one changes nothing. */
  offer(url: string | undefined, durationMs: number, live: boolean, lens?: Lens): void {
    if (lens !== this.#lens) {
      const moment = this.#lens?.recorded(this.time) ?? this.time;
      this.#lens = lens;
      this.time = lens?.played(moment) ?? moment;
      this.durationMs = durationMs;
      this.played.stop();
      this.endLoop();
    }
    // What the playlist says is nearer to the truth than what the clip said before.
    this.durationMs = this.#engine && !lens ? Math.max(durationMs, this.durationMs) : durationMs;
    if (!this.#engine) this.live = live;
    if ((url ?? "") === this.#url) return;
    this.#url = url ?? "";
    const place = this.begun ? this.time : undefined;
    this.#engine?.destroy();
    this.#engine = undefined;
    if (url && place !== undefined) {
      this.#wanted ||= !this.paused;
      this.#attach(place);
    }
  }

  /** Gets ready for a press of play that is likely to come. */
  readonly warm = (): void => {
    if (!this.#engine) warmUp();
  };

  readonly play = (): void => {
    const video = this.#video;
    if (!video || !this.#url) return;
    if (!this.#engine) {
      const from = this.#firstPlace();
      this.#attach(from);
    } else if (this.ended) this.seek(0);
    this.#wanted = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.stalled = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    void this.#start();
  };

  readonly pause = (): void => {
    this.#wanted = false;
    this.stalled = false;
    this.#video?.pause();
  };

  readonly toggle = (): void => {
    if (this.#video?.paused !== false && !this.#wanted) this.play();
    else this.pause();
  };

  /** Goes to a moment. Before the first play this loads the stream and shows the picture there. */
  readonly seek = (ms: number): void => {
    const to = Math.min(Math.max(0, ms), this.durationMs || ms);
    this.played.stop();
    this.time = to;
    this.ended = false;
    this.resumed = undefined;
    this.#skipper.went(to);
    if (!this.#url) return;
    if (this.#engine && this.#video) this.#video.currentTime = this.#place(to);
    else this.#attach(to);
  };

  readonly seekBy = (seconds: number): void => {
    this.seek(this.time + seconds * 1000);
  };

  /** Goes to where the recording is now. */
  readonly goLive = (): void => {
    if (this.#engine) this.seek(this.edge);
    this.play();
  };

  readonly frame = (step: -1 | 1): void => {
    const video = this.#video;
    if (video && this.#engine) video.currentTime = frameStep(video.currentTime, step, video.duration);
  };

  readonly setRate = (rate: number): void => {
    setSettings({ rate: clampSpeed(rate) });
    this.applySettings();
  };

  readonly stepRate = (step: -1 | 1): void => {
    this.setRate(stepSpeed(settings.rate, step));
  };

  readonly setVolume = (volume: number): void => {
    setSettings({ volume: Math.min(1, Math.max(0, volume)), muted: false });
    this.applySettings();
  };

  readonly toggleMute = (): void => {
    setSettings({ muted: !settings.muted });
    this.applySettings();
  };

  applySettings(): void {
    if (!this.#video) return;
    this.#video.volume = settings.volume;
    this.#video.muted = settings.muted;
    this.#video.defaultPlaybackRate = settings.rate; // survives a change of the source
    this.#video.playbackRate = settings.rate;
  }

  /** What is left out while playing: silences, hesitations. */
  set skips(all: readonly Span[]) {
    this.#skipper.spans = all;
  }

  readonly loopFromHere = (): void => {
    this.loop = loopFrom(this.loop, this.time);
  };
  readonly loopToHere = (): void => {
    if (this.time > 0) this.loop = loopTo(this.loop, this.time);
  };
  readonly endLoop = (): void => {
    this.loop = undefined;
  };

  readonly retry = (): void => {
    this.notice = { kind: "fine" };
    if (this.#engine) this.#engine.retry();
    else this.play();
  };

  readonly togglePictureInPicture = async (): Promise<void> => {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else if (this.begun) await this.#video?.requestPictureInPicture();
    } catch {
      // Not loaded yet, or refused: the picture stays where it is.
    }
  };

  /** Where the media has a moment, in seconds. */
  #place(ms: number): number {
    return this.#lens ? placeOf(this.#lens.place(Math.min(ms, this.durationMs - 60)), 0) : placeOf(ms, this.durationMs);
  }

  #firstPlace(): number {
    if (this.live) return Math.max(0, this.durationMs - holdBack * 1000);
    if (this.time > 0) return this.time;
    this.resumed = resumeAt(this.#clip);
    return this.resumed ?? 0;
  }

  #attach(ms: number): void {
    if (!this.#video) return;
    this.begun = true;
    this.time = ms;
    this.#skipper.went(ms);
    this.#engine = attach(this.#video, this.#url, {
      start: this.#place(ms),
      notice: (n) => {
        this.notice = n;
        if (n.kind === "failed") this.stalled = false;
      },
      growing: (live, edge) => {
        this.live = live;
        this.edge = edge * 1000;
        this.#measure();
      },
    });
  }

  async #start(): Promise<void> {
    try {
      await this.#video?.play();
    } catch {
      // AbortError: the source was put in meanwhile, canplay starts it. NotAllowedError: the button stays "Play".
      if (this.#video?.paused && this.#video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) this.stalled = false;
    }
  }

  #measure(): void {
    const d = this.#video?.duration ?? NaN;
    if (Number.isFinite(d) && d > 0 && !this.#lens)
      this.durationMs = this.live ? Math.max(this.durationMs, Math.round(d * 1000)) : Math.round(d * 1000);
  }

  #follow(): void {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      this.#tick(false);
      if (this.#video && !this.#video.paused) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #tick(exact: boolean): void {
    const video = this.#video;
    // While hls.js has not put the start in yet the element says 0.
    if (!video || video.readyState < HTMLMediaElement.HAVE_METADATA || video.seeking) return;
    const here = this.#lens?.at(video.currentTime * 1000);
    const ms = here?.ms ?? video.currentTime * 1000;
    if (!video.paused) {
      if (here?.jump !== undefined) {
        this.#leap(video, here.jump);
        return;
      }
      const to = loopNext(this.loop, ms, this.durationMs) ?? this.#skipTarget(ms);
      if (to !== undefined) {
        this.played.stop();
        video.currentTime = this.#place(to);
        this.time = to;
        return;
      }
      this.played.at(ms, video.playbackRate);
    }
    if (exact || Math.abs(ms - this.time) >= followMs) this.time = ms;
    if (Math.abs(ms - this.#remembered) > rememberMs) this.#remember();
  }

  /** Over what is cut out; at the end of what is kept it is over. */
  #leap(video: HTMLVideoElement, to: number): void {
    if (Number.isFinite(to)) video.currentTime = placeOf(to, 0);
    else {
      video.pause();
      this.time = this.durationMs;
      this.ended = true;
    }
  }

  #skipTarget(ms: number): number | undefined {
    if (this.live) return undefined;
    const to = this.#skipper.next(ms);
    // A jump costs a moment too: what is short, and the last bit of a silence, is played.
    if (to === undefined || to - ms < leastJumpMs || to >= this.durationMs - 100) return undefined;
    this.savedMs += to - ms;
    return to;
  }

  #remember(): void {
    if (!this.begun || this.live || this.time <= 0) return;
    this.#remembered = this.time;
    rememberPlace(this.#clip, this.ended ? this.durationMs : this.time, this.durationMs);
  }
}
