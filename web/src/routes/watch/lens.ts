// Shows a clip as its edits leave it: everything that the page reads from the server is put on the time line of what is played, and
// what it sends is put back on the recording's. Loaded only for clips that were edited, or are watched tight.
import { api, ok, type Schemas } from "../../api/client";
import { united, type Span } from "../../player/silence";
import { kept, Timeline } from "../../player/timeline";

export type Mode = "full" | "tight" | "whole";
type Json = Record<string, unknown>;

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
const moments = new Set(["start_ms", "end_ms", "at_ms", "position_ms"]);
const isObject = (v: unknown): v is Json => typeof v === "object" && v !== null && !Array.isArray(v);
const span = (v: Json): Span => ({ start_ms: Number(v["start_ms"]), end_ms: Number(v["end_ms"] ?? v["start_ms"]) });

/** Makes the lens of a mode. */
export async function bend(id: string, mode: Mode): Promise<Lens> {
  const edits = await ok(api.GET("/api/v1/clips/{id}/edits", { params: { path: { id } } }));
  return new ClipLens(id, edits, mode);
}

class ClipLens implements Lens {
  readonly url: string | undefined;
  readonly #id: string;
  readonly #view: Timeline;
  readonly #media: Timeline;
  readonly #whole: number;
  /** Chapters that are left out, and lines of which words are. */
  #hidden: Json[] = [];
  #preview: Timeline | undefined;
  readonly #partial = new Set<number>();
  readonly #middle: Parameters<typeof api.use>[0];

  constructor(id: string, edits: Schemas["Edits"], mode: Mode) {
    this.#id = id;
    this.#whole = edits.duration_ms;
    const all = { start_ms: 0, end_ms: edits.duration_ms };
    if (mode === "whole") {
      this.url = edits.original_hls_url;
      this.#view = this.#media = new Timeline([all]);
    } else {
      const gone = kept(edits.kept, edits.duration_ms).spans;
      this.#view = kept(united(gone, mode === "tight" ? edits.tight.cuts : []), edits.duration_ms);
      this.#media = new Timeline(edits.media ?? [all]);
    }
    this.#middle = {
      onRequest: async ({ request, schemaPath }) => this.#request(request, schemaPath),
      onResponse: async ({ request, response, schemaPath }) => this.#response(request, response, schemaPath),
    };
    api.use(this.#middle);
  }

  preview(left: Timeline | undefined): void {
    this.#preview = left;
  }
  close(): void {
    api.eject(this.#middle);
  }
  played(ms: number): number {
    return this.#view.played(ms);
  }
  recorded(ms: number): number {
    return this.#view.recorded(ms);
  }
  place(playedMs: number): number {
    return this.#media.played(this.#view.recorded(playedMs));
  }
  at(mediaMs: number): { ms: number; jump?: number } {
    // A seek to a joint may land a hair before it.
    const moment = this.#media.recorded(mediaMs + 1) - 1;
    const ms = this.#view.played(Math.max(0, moment));
    if (this.#preview && !this.#preview.keeps(moment)) return { ms, jump: this.#preview.next(moment) ?? Infinity };
    if (this.#view.keeps(moment) || this.#view.keeps(moment + 2)) return { ms };
    const next = this.#view.next(moment);
    return { ms, jump: next === undefined ? Infinity : this.#media.played(next) };
  }

  shown<T>(thing: T): T {
    return this.#walk(thing) as T;
  }

  #walk(v: unknown, key = ""): unknown {
    if (Array.isArray(v)) {
      const items: unknown[] = v;
      const left = listed.has(key) ? items.filter((i) => !isObject(i) || this.#view.shows(span(i))) : items;
      if (key === "chapters") this.#hidden = items.filter(isObject).filter((i) => !this.#view.shows(span(i)));
      return left.map((i) => this.#walk(i, key));
    }
    if (!isObject(v)) return v;
    const out: Json = {};
    for (const [k, x] of Object.entries(v)) out[k] = moments.has(k) && typeof x === "number" ? this.played(x) : this.#walk(x, k);
    const words = v["words"];
    const said = out["words"];
    if (Array.isArray(words) && Array.isArray(said) && said.length < words.length) {
      this.#partial.add(Number(v["no"]));
      out["text"] = said.map((w: Schemas["Word"]) => w.text).join(" ");
    }
    return out;
  }

  #mine(request: Request): boolean {
    return new URL(request.url).pathname.startsWith(`/api/v1/clips/${this.#id}`);
  }

  async #response(request: Request, response: Response, path: string): Promise<Response | undefined> {
    if (!this.#mine(request) || !response.ok || path.endsWith("/edits") || path.endsWith("/revert")) return undefined;
    if (path.endsWith("storyboard.vtt")) return new Response(this.#board(await response.text()), { headers: response.headers });
    if (!response.headers.get("content-type")?.includes("json")) return undefined;
    const found = (await response.json()) as Json;
    if (path.endsWith("/peaks")) found["peaks"] = this.#ribbon(found["peaks"] as number[]);
    if (path.endsWith("/clips/{id}")) found["duration_ms"] = this.#view.durationMs;
    const { status, headers } = response;
    return new Response(JSON.stringify(path.endsWith("/peaks") ? found : this.#walk(found)), { status, headers });
  }

  #ribbon(peaks: readonly number[]): number[] {
    return peaks.filter((_, i) => this.#view.keeps(((i + 0.5) * this.#whole) / peaks.length));
  }

  #board(vtt: string): string {
    return vtt
      .split("\n\n")
      .map((block) =>
        block.replace(
          /(\S+) --> (\S+)/,
          (_, a: string, b: string) => `${stamp(this.played(parse(a)))} --> ${stamp(this.played(parse(b)))}`,
        ),
      )
      .filter((block) => !/(\S+) --> \1\s/.test(block))
      .join("\n\n");
  }

  async #request(request: Request, path: string): Promise<Request | Response | undefined> {
    if (request.method === "GET" || path.endsWith("/edits") || path.endsWith("/revert")) return undefined;
    if (!request.headers.get("content-type")?.includes("json")) return undefined;
    const body = (await request.clone().json()) as Json;
    if (!this.#mine(request) && body["clip_id"] !== this.#id && !isObject(body["reply_to"])) return undefined;
    const no = /\/cues\/(\d+)$/.exec(new URL(request.url).pathname)?.[1];
    if (no !== undefined && this.#partial.has(Number(no))) return refused();
    return new Request(request, { body: JSON.stringify(this.#back(body, path)) });
  }

  #back(v: unknown, path: string, key = ""): unknown {
    if (Array.isArray(v)) {
      const items: unknown[] = v;
      if (key === "ranges" || key === "spans")
        return items.filter(isObject).flatMap((i) => this.#view.parts(span(i).start_ms, span(i).end_ms).map(rounded));
      const out = items.map((i) => this.#back(i, path, key));
      if (key !== "chapters" || !path.endsWith("/chapters")) return out;
      const hidden = this.#hidden.map(({ start_ms, title }) => ({ start_ms, title }));
      return [...out, ...hidden].sort((a, b) => Number((a as Json)["start_ms"]) - Number((b as Json)["start_ms"]));
    }
    if (!isObject(v)) return v;
    return Object.fromEntries(
      Object.entries(v).map(([k, x]) => [
        k,
        moments.has(k) && typeof x === "number" ? Math.round(this.recorded(x)) : this.#back(x, path, k),
      ]),
    );
  }
}

const rounded = (s: Span): Span => ({ start_ms: Math.round(s.start_ms), end_ms: Math.round(s.end_ms) });

/** Nothing is lost: a line of which words are hidden is not overwritten with what is left of it. */
function refused(): Response {
  const detail = "Some words of this line are cut out. Bring them back, or correct the line before it is cut.";
  return new Response(JSON.stringify({ title: "Conflict", status: 409, detail }), {
    status: 409,
    headers: { "content-type": "application/problem+json" },
  });
}

function parse(s: string): number {
  return s.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
function stamp(ms: number): string {
  const [h, m] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60].map((n) => String(n).padStart(2, "0"));
  return `${h}:${m}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, "0")}`;
}
