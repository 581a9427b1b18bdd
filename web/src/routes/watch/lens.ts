// Shows a clip as its edits leave it: everything that the page reads from the server is put on the time line of what is played, and
// what it sends is put back on the recording's. Loaded only for clips that were edited, or are watched tight.
import { api, ok, type Schemas } from "../../api/client";
import { united, type Span } from "../../player/silence";
import { kept, Timeline } from "../../player/timeline";
import type { Player } from "./player.svelte";
import { isObject, moments, refused, span, View, type Json, type Lens } from "./view";

export type Mode = "full" | "tight" | "whole";

/** A lens of a page; of some clips it also says what plays them instead of the page's own player. */
export interface PageLens extends Lens {
  readonly player?: (own: Player) => Player;
  /** Says in its own words what the server is doing. */
  readonly work?: (work: Schemas["Work"]) => string;
}

/** Makes the lens of a mode; of a clip whose parts are being joined, one that plays them. Undefined: it is shown as it is. */
export async function bend(id: string, mode: Mode, joining: boolean): Promise<PageLens | undefined> {
  if (joining) return await (await import("./parts")).bendParts(id);
  const edits = await ok(api.GET("/api/v1/clips/{id}/edits", { params: { path: { id } } }));
  return new ClipLens(id, edits, mode);
}

/** Nothing is lost: a line of which words are hidden is not overwritten with what is left of it. */
const halfCut = "Some words of this line are cut out. Bring them back, or correct the line before it is cut.";

/** What a mode plays of an edited clip, and what the media holds of it. */
function playedOf(edits: Schemas["Edits"], mode: Mode): [view: Timeline, media: Timeline] {
  const all = { start_ms: 0, end_ms: edits.duration_ms };
  if (mode === "whole") return [new Timeline([all]), new Timeline([all])];
  const gone = kept(edits.kept, edits.duration_ms).spans;
  const view = kept(united(gone, mode === "tight" ? edits.tight.cuts : []), edits.duration_ms);
  return [view, new Timeline(edits.media ?? [all])];
}

class ClipLens extends View {
  readonly #id: string;
  readonly #whole: number;
  readonly #middle: Parameters<typeof api.use>[0];

  constructor(id: string, edits: Schemas["Edits"], mode: Mode) {
    super(...playedOf(edits, mode), mode === "whole" ? edits.original_hls_url : undefined);
    this.#id = id;
    this.#whole = edits.duration_ms;
    this.#middle = {
      onRequest: async ({ request, schemaPath }) => this.#request(request, schemaPath),
      onResponse: async ({ request, response, schemaPath }) => this.#response(request, response, schemaPath),
    };
    api.use(this.#middle);
  }

  override close(): void {
    api.eject(this.#middle);
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
    if (path.endsWith("/clips/{id}")) found["duration_ms"] = this.view.durationMs;
    const { status, headers } = response;
    return new Response(JSON.stringify(path.endsWith("/peaks") ? found : this.walk(found)), { status, headers });
  }

  #ribbon(peaks: readonly number[]): number[] {
    return peaks.filter((_, i) => this.view.keeps(((i + 0.5) * this.#whole) / peaks.length));
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
    if (no !== undefined && this.partial.has(Number(no))) return refused(halfCut);
    return new Request(request, { body: JSON.stringify(this.#back(body, path)) });
  }

  #back(v: unknown, path: string, key = ""): unknown {
    if (Array.isArray(v)) {
      const items: unknown[] = v;
      if (key === "ranges" || key === "spans")
        return items.filter(isObject).flatMap((i) => this.view.parts(span(i).start_ms, span(i).end_ms).map(rounded));
      const out = items.map((i) => this.#back(i, path, key));
      if (key !== "chapters" || !path.endsWith("/chapters")) return out;
      const hidden = this.hidden.map(({ start_ms, title }) => ({ start_ms, title }));
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

function parse(s: string): number {
  return s.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
function stamp(ms: number): string {
  const [h, m] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60].map((n) => String(n).padStart(2, "0"));
  return `${h}:${m}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, "0")}`;
}
