// A reel: what there is to catch up on, what of it fits the time one has, and playing it piece by piece.
import { untrack } from "svelte";
import { api, ok, wordsFor, type Schemas } from "../../api/client";
import { settings } from "../../lib/settings.svelte";
import { postHeard } from "../../player/heard";
import { goOnAt, keepBookmark, readBookmark } from "../../player/reel";
import { nameOf, Turn, type Piece } from "./turn.svelte";

/** What a reel is of; nothing: what is new for me. */
export interface Scope {
  readonly occurrence_id?: string;
  readonly space_id?: string;
}
export type Phase = "loading" | "overview" | "playing" | "end" | "trouble";

/** How often the server hears what was heard, and this browser where we are, in milliseconds. */
const reportMs = 4000;
const bookmarkMs = 500;

export class Reel {
  phase = $state<Phase>("loading");
  trouble = $state("");
  plan = $state.raw<Schemas["Reel"]>();
  /** The listener's time in minutes; 0: as long as it takes. */
  budget = $state(0);
  index = $state(0);
  /** The piece that plays, and the one that gets ready. */
  turn = $state.raw<Turn>();
  upcoming = $state.raw<Turn>();
  /** Where the last visit ended. */
  bookmark = $state.raw<{ index: number; ms: number } | undefined>();
  /** Open asks to me: what hearing them does not settle. */
  asks = $state(0);

  readonly scope: Scope;
  readonly #of: string;
  /** When the piece before ended by itself, for measuring the gap. */
  #endedAt: number | undefined;
  #reading = 0;
  /** What the server keeps of where we are: when it did, and what that was. */
  #kept = "";
  #sent = "";

  constructor(scope: Scope, budget: number) {
    this.scope = scope;
    this.budget = budget;
    this.#of = scope.occurrence_id ?? scope.space_id ?? "me";
  }

  get pieces(): readonly Piece[] {
    return this.plan?.pieces ?? [];
  }
  /** How much of the whole is over, in milliseconds of the listener's time. */
  get playedMs(): number {
    const before = this.pieces.slice(0, this.index).reduce((sum, p) => sum + p.length_ms, 0);
    const share = this.turn ? this.turn.playedMs / Math.max(1, this.turn.lengthMs) : 0;
    return before + share * (this.pieces[this.index]?.length_ms ?? 0);
  }

  /** Reads the plan: after a choice, and when something has changed. */
  readonly refresh = async (): Promise<void> => {
    const mine = ++this.#reading;
    try {
      const query = { ...this.scope, budget_ms: this.budget * 60_000, speed: settings.rate };
      const plan = await ok(api.GET("/api/v1/reel", { params: { query } }));
      if (mine !== this.#reading || this.phase === "playing") return;
      this.plan = plan;
      this.#recall();
      this.phase = "overview";
    } catch (error) {
      if (mine !== this.#reading || this.phase === "playing") return;
      this.trouble = wordsFor(error);
      this.phase = "trouble";
    }
  };

  readonly choose = (budget: number): Promise<void> => {
    this.budget = budget;
    return this.refresh();
  };

  /** Begins: where the last visit ended, or at a piece. */
  readonly begin = (at = this.bookmark?.index ?? 0): void => {
    const { bookmark } = this;
    this.phase = "playing";
    this.#take(at, bookmark?.index === at ? bookmark.ms : undefined);
  };

  /** Goes to a piece and plays it. */
  readonly goTo = (index: number): void => {
    this.#endedAt = undefined;
    if (index < 0) this.turn?.again();
    else if (index >= this.pieces.length) void this.finish();
    else this.#take(index);
  };
  readonly next = (): void => {
    this.turn?.reading?.finish();
    this.goTo(this.index + 1);
  };
  /** Back to the beginning of the piece; from there to the one before. */
  readonly previous = (): void => {
    if ((this.turn?.playedMs ?? 0) > 2000) this.turn?.again();
    else this.goTo(this.index - 1);
  };

  /** The piece is over: the next one plays. */
  readonly advance = (): void => {
    const ended = performance.now();
    this.next();
    this.#endedAt = ended;
  };

  /** Everything that was planned was played: says what is left. */
  readonly finish = async (): Promise<void> => {
    if (this.phase !== "playing") return; // the last piece was read to its end, and skipped in the same moment
    const heard = this.#report();
    this.turn?.pause();
    this.turn = this.upcoming = this.bookmark = undefined; // it was of the plan that is over
    this.phase = "loading";
    keepBookmark(undefined, localStorage);
    await Promise.all([heard, this.#send()]);
    try {
      this.plan = await ok(api.GET("/api/v1/reel", { params: { query: { ...this.scope, speed: settings.rate } } }));
      this.asks = (await ok(api.GET("/api/v1/asks", { params: { query: { box: "mine" } } }))).asks.length;
    } catch (error) {
      this.trouble = wordsFor(error);
    }
    this.phase = "end";
  };

  /** Reports while it plays, and what is left when the page goes away, until the returned function is called. */
  readonly follow = (): (() => void) => {
    const send = (): void => {
      void this.#report();
      void this.#send();
    };
    const hidden = (): void => {
      if (document.visibilityState === "hidden") send();
    };
    const timers = [setInterval(send, reportMs), setInterval(this.#mark, bookmarkMs)];
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", this.#mark);
    addEventListener("pagehide", send);
    return () => {
      timers.forEach(clearInterval);
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("pagehide", this.#mark);
      removeEventListener("pagehide", send);
      this.#mark();
      send();
    };
  };

  /** The element plays again after a change of piece: how long nothing was heard is measured. */
  readonly plays = (): void => {
    const start = this.#endedAt;
    this.#endedAt = undefined;
    if (start !== undefined) performance.measure("reel-gap", { start, end: performance.now() });
  };

  #take(index: number, ms?: number): void {
    void this.#report();
    this.turn?.pause();
    const piece = this.pieces[index];
    if (!piece) return;
    const ready = this.upcoming?.piece === piece && ms === undefined ? this.upcoming : undefined;
    const turn = ready ?? new Turn(piece, ms);
    this.index = index;
    this.turn = turn;
    this.upcoming = undefined;
    void turn.prepare();
    this.#mark();
  }

  /** Gets the next piece ready while this one plays. */
  readonly lookAhead = (): void => {
    const next = this.pieces[this.index + 1];
    if (!next || untrack(() => this.upcoming)?.piece === next) return;
    this.upcoming = new Turn(next);
    void this.upcoming.prepare();
  };

  /** Where it is; undefined: it does not play, or nothing of it was played. */
  get #place(): { piece: string; ms: number } | undefined {
    const { turn } = this;
    if (this.phase !== "playing" || !turn || turn.time <= 0) return undefined;
    return { piece: nameOf(turn.piece), ms: Math.round(turn.moment) };
  }
  readonly #mark = (): void => {
    const place = this.#place;
    if (place) keepBookmark({ of: this.#of, ...place, when: Date.now(), kept: this.#kept }, localStorage);
  };
  /** Tells the server where it is, or that it is over. What is lost is a few seconds. */
  async #send(): Promise<void> {
    const place = this.#place;
    const said = JSON.stringify(place ?? null);
    if (said === this.#sent || (!place && this.phase === "playing")) return;
    this.#sent = said;
    const { data } = await api
      .PUT("/api/v1/reel/bookmark", { body: { ...this.scope, ...place }, keepalive: true })
      .catch(() => ({ data: undefined }));
    if (data) this.#kept = place ? data.at : "";
    this.#mark();
  }

  #recall(): void {
    const kept = this.plan?.bookmark;
    this.#kept = kept?.at ?? "";
    const b = readBookmark(this.#of, kept, localStorage);
    const index = b ? this.pieces.findIndex((p) => nameOf(p) === b.piece) : -1;
    const piece = this.pieces[index];
    this.bookmark = undefined;
    if (!b || !piece) return;
    const ms = piece.clip_id ? goOnAt(piece.play, b.ms) : b.ms;
    if (ms !== undefined) this.bookmark = { index, ms };
  }

  /** Tells the server what was heard or read. A report that is lost is a few seconds that come again: nobody is told. */
  async #report(): Promise<void> {
    const { turn } = this;
    if (!turn) return;
    if (turn.reading) {
      if (!turn.over) return;
      await api.POST("/api/v1/reel/read", { body: { refs: [turn.piece.ref] }, keepalive: true }).catch(() => undefined);
      return;
    }
    const id = turn.piece.clip_id;
    if (id) await postHeard(id, turn.takePlayed(), turn.moment, turn.player?.played.takeTime() ?? 0);
  }
}
