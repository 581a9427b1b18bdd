// What is played of a clip: everything of it on one time line, and where its media has that.
import type { Schemas } from "../../api/client";
import type { Span } from "../../player/silence";
import type { Timeline } from "../../player/timeline";

export type Json = Record<string, unknown>;

export interface Lens {
  /** Another address than the clip's own; undefined: that. */
  readonly url: string | undefined;
  played(ms: number): number;
  recorded(ms: number): number;
  /** Where the media has a moment of what is played. */
  place(playedMs: number): number;
  /** What is played at a place of the media, and where to go from there when that is cut out; Infinity: it is over. */
  at(mediaMs: number): { ms: number; jump?: number };
  /** A thing of the server's, on the time line of what is played. */
  shown<T>(thing: T): T;
  /** Leaves out what is not in a time line while playing, without changing any time; undefined: nothing. */
  preview(left: Timeline | undefined): void;
  close(): void;
}

const listed = new Set([
  "cues",
  "words",
  "chapters",
  "silences",
  "fillers",
  "speech",
  "lost",
  "lines",
  "summary",
  "action_items",
]);
export const moments = new Set(["start_ms", "end_ms", "at_ms", "position_ms"]);
export const isObject = (v: unknown): v is Json => typeof v === "object" && v !== null && !Array.isArray(v);
export const span = (v: Json): Span => ({ start_ms: Number(v["start_ms"]), end_ms: Number(v["end_ms"] ?? v["start_ms"]) });

/** What is played of a clip: the view, found in the media that holds it. */
export class View implements Lens {
  readonly url: string | undefined;
  /** Chapters that are left out, and lines of which words are. */
  protected hidden: Json[] = [];
  protected readonly partial = new Set<number>();
  #preview: Timeline | undefined;

  constructor(
    readonly view: Timeline,
    protected readonly media: Timeline,
    url?: string,
  ) {
    this.url = url;
  }

  preview(left: Timeline | undefined): void {
    this.#preview = left;
  }
  close(): void {
    // It holds nothing.
  }
  played(ms: number): number {
    return this.view.played(ms);
  }
  recorded(ms: number): number {
    return this.view.recorded(ms);
  }
  place(playedMs: number): number {
    return this.media.played(this.view.recorded(playedMs));
  }
  at(mediaMs: number): { ms: number; jump?: number } {
    // A seek to a joint may land a hair before it.
    const moment = this.media.recorded(mediaMs + 1) - 1;
    const ms = this.view.played(Math.max(0, moment));
    if (this.#preview && !this.#preview.keeps(moment)) return { ms, jump: this.#preview.next(moment) ?? Infinity };
    if (this.view.keeps(moment) || this.view.keeps(moment + 2)) return { ms };
    const next = this.view.next(moment);
    return { ms, jump: next === undefined ? Infinity : this.media.played(next) };
  }

  shown<T>(thing: T): T {
    return this.walk(thing) as T;
  }

  protected walk(v: unknown, key = ""): unknown {
    if (Array.isArray(v)) {
      const items: unknown[] = v;
      const left = listed.has(key) ? items.filter((i) => !isObject(i) || this.view.shows(span(i))) : items;
      if (key === "chapters") this.hidden = items.filter(isObject).filter((i) => !this.view.shows(span(i)));
      return left.map((i) => this.walk(i, key));
    }
    if (!isObject(v)) return v;
    const out: Json = {};
    for (const [k, x] of Object.entries(v)) out[k] = moments.has(k) && typeof x === "number" ? this.played(x) : this.walk(x, k);
    const words = v["words"];
    const said = out["words"];
    if (Array.isArray(words) && Array.isArray(said) && said.length < words.length) {
      this.partial.add(Number(v["no"]));
      out["text"] = said.map((w: Schemas["Word"]) => w.text).join(" ");
    }
    return out;
  }
}

/** Says no in the server's place. */
export function refused(detail: string): Response {
  return new Response(JSON.stringify({ title: "Conflict", status: 409, detail }), {
    status: 409,
    headers: { "content-type": "application/problem+json" },
  });
}
