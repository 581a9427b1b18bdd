// One piece of a reel while it has its turn, or gets ready for it: a clip in the player, or words with the time to read them.
import { api, ok, wordsFor, type Clip, type Schemas } from "../../api/client";
import { loadPeaks } from "../../api/peaks";
import { settings } from "../../lib/settings.svelte";
import { between, lengthOf, placeAt, playedOf, within } from "../../player/reel";
import type { Span } from "../../player/silence";
import { Player } from "../watch/player.svelte";
import { Reading } from "./reading.svelte";

export type Piece = Schemas["ReelPiece"];

/** What names a piece within its reel, whatever else changes. */
export const nameOf = (p: Piece): string => `${p.rank} ${p.ref}`;

/** The last frame of a stretch is played when its end is so near. */
const nearMs = 30;

export class Turn {
  readonly piece: Piece;
  readonly player: Player | undefined;
  readonly reading: Reading | undefined;
  clip = $state.raw<Clip>();
  cues = $state.raw<readonly Schemas["Cue"][]>([]);
  language = $state("");
  peaks = $state.raw<readonly number[]>([]);
  trouble = $state("");
  /** The stretches to play, as they are in the stream. */
  #play: readonly Span[];
  /** What the stream holds of the recording, where it was edited. */
  #media: readonly Span[] | undefined;
  #from: number;
  #since = 0;
  #played: Span[] = [];

  /** from is where to begin, in the clip or in the reading. */
  constructor(piece: Piece, from?: number) {
    this.piece = piece;
    this.#play = piece.play;
    this.#from = from ?? piece.play[0]?.start_ms ?? 0;
    if (piece.clip_id) {
      this.player = new Player(piece.clip_id);
      this.player.skips = between(this.#play);
    } else this.reading = new Reading(piece.length_ms);
    this.reading?.seek(from ?? 0);
  }

  /** The moment of the recording that is played; all times that are kept are the recording's. */
  get moment(): number {
    return this.#media ? placeAt(this.#media, this.time) : this.time;
  }
  /** What was played since it was taken last, in the recording. */
  takePlayed(): Span[] {
    this.#gather();
    const media = this.#media;
    const at = (ms: number): number => Math.round(media ? placeAt(media, ms) : ms);
    const played = this.#played.map((s) => ({ start_ms: at(s.start_ms), end_ms: at(s.end_ms) }));
    this.#played = [];
    return played.filter((s) => s.end_ms > s.start_ms);
  }
  /** Between where it began, or went, and here it played what there was to play: whether the page was busy meanwhile or not. */
  #gather(): void {
    if (!this.player?.begun) return;
    const to = this.over ? (this.#play.at(-1)?.end_ms ?? 0) : this.time;
    this.#played.push(...within(this.#play, this.#since, to));
    this.#since = to;
  }
  #seek(ms: number): void {
    this.#gather();
    this.player?.seek(ms);
    this.#since = ms;
  }

  /** Where it is: in the stream, or in the reading. */
  get time(): number {
    return this.player?.time ?? this.reading?.time ?? 0;
  }
  get paused(): boolean {
    return this.player?.paused ?? this.reading?.paused ?? true;
  }
  /** It was played or read to its end. */
  get over(): boolean {
    const { player, reading } = this;
    if (reading) return reading.time >= reading.lengthMs;
    const end = this.#play.at(-1)?.end_ms ?? 0;
    return player?.begun === true && (player.ended || player.time >= end - nearMs);
  }
  /** How much of it is over, in milliseconds of the listener's time. */
  get playedMs(): number {
    return this.reading ? this.reading.time : playedOf(this.#play, this.time) / settings.rate;
  }
  get lengthMs(): number {
    return this.reading ? this.reading.lengthMs : lengthOf(this.#play) / settings.rate;
  }
  get caption(): boolean {
    return this.cues.length > 0;
  }

  /** Reads what is needed to play it; the stream is loaded up to where it begins, so that it goes on without a gap. */
  async prepare(): Promise<void> {
    const { clip_id } = this.piece;
    if (!clip_id || this.clip) return;
    this.trouble = "";
    const params = { params: { path: { id: clip_id } } };
    try {
      const clip = await ok(api.GET("/api/v1/clips/{id}", params));
      if (clip.edit_no) this.#edited((await ok(api.GET("/api/v1/clips/{id}/edits", params))).media);
      this.clip = clip;
    } catch (error) {
      this.trouble = wordsFor(error);
      return;
    }
    if (!this.clip.has_video && this.clip.peaks_url) void loadPeaks(this.clip.peaks_url).then((p) => (this.peaks = p));
    // Captions are a help: without them it plays as well.
    void ok(api.GET("/api/v1/clips/{id}/transcript", params))
      .then((t) => {
        this.cues = t.cues.map((c) => ({ ...c, start_ms: this.#inStream(c.start_ms), end_ms: this.#inStream(c.end_ms) }));
        this.language = t.language;
      })
      .catch(() => undefined);
  }

  /** The stream holds these stretches of the recording, end to end: everything is where it is in the stream. */
  #edited(media: readonly Span[] | undefined): void {
    if (!media) return;
    this.#media = media;
    this.#from = this.#inStream(this.#from);
    this.#play = this.piece.play
      .map((s) => ({ start_ms: this.#inStream(s.start_ms), end_ms: this.#inStream(s.end_ms) }))
      .filter((s) => s.end_ms > s.start_ms);
    if (this.player) this.player.skips = between(this.#play);
  }
  #inStream(ms: number): number {
    return this.#media ? playedOf(this.#media, ms) : ms;
  }

  /** The element is there: loads the stream from where it begins. */
  readonly load = (): void => {
    if (!this.player || !this.clip) return;
    this.player.offer(this.clip.playback.hls_url, this.clip.duration_ms, false);
    if (!this.player.begun) this.#seek(this.#from);
  };

  readonly play = (): void => {
    this.player?.play();
    this.reading?.play();
  };
  readonly pause = (): void => {
    this.player?.pause();
    this.reading?.pause();
  };
  /** By what the element does now: its events, which paused follows, come later. */
  readonly toggle = (): void => {
    if (this.player) this.player.toggle();
    else if (this.paused) this.reading?.play();
    else this.pause();
  };
  /** Goes on or back by so much of what is played. */
  readonly seekBy = (seconds: number): void => {
    const { player, reading } = this;
    reading?.seek(reading.time + seconds * 1000);
    if (player) this.#seek(placeAt(this.#play, playedOf(this.#play, player.time) + seconds * 1000));
  };
  readonly again = (): void => {
    this.reading?.seek(0);
    this.#seek(this.#play[0]?.start_ms ?? 0);
  };
}
