// A joined clip before its media is made: its parts, one behind the other, on one time line. Everything that the page reads of the clip
// meanwhile is put together from what it may read of the parts; loaded only then.
import { api, ok, type Chapter, type Clip, type Schemas, type Transcript } from "../../api/client";
import { united } from "../../player/silence";
import { kept, Timeline } from "../../player/timeline";
import { PartsPlayer, type PlayedPart } from "./partsPlayer.svelte";
import type { Player } from "./player.svelte";
import { refused, View, type Lens } from "./view";
import { percentOf, workWords } from "./work";

const of = (id: string) => ({ params: { path: { id } } });

/** Puts clips one behind the other, each as its edit leaves it now. */
export async function lineUp(clips: readonly Clip[]): Promise<PlayedPart[]> {
  const views = new Map(await Promise.all([...new Map(clips.map((c) => [c.id, c])).values()].map(viewed)));
  let startMs = 0;
  return clips.flatMap((clip) => {
    const view = views.get(clip.id);
    const lengthMs = view?.view.durationMs ?? 0;
    if (!view || lengthMs <= 0) return [];
    const part = { clip, view, startMs, lengthMs };
    startMs += lengthMs;
    return [part];
  });
}

async function viewed(clip: Clip): Promise<[string, View]> {
  const all = { start_ms: 0, end_ms: clip.duration_ms };
  const edits = clip.edit_no ? await ok(api.GET("/api/v1/clips/{id}/edits", of(clip.id))) : undefined;
  const gone = kept(edits?.kept ?? [all], clip.duration_ms).spans;
  // What was lost on the way is not in the joined clip.
  const view = kept(united(gone, clip.gaps ?? []), clip.duration_ms);
  return [clip.id, new View(view, new Timeline(edits?.media ?? [all]))];
}

/** Plays a joined clip from its parts; undefined where one of them is not the viewer's to watch. */
export async function bendParts(id: string): Promise<PartsLens | undefined> {
  try {
    const { parts } = await ok(api.GET("/api/v1/clips/{id}/parts", of(id)));
    const clips = parts.flatMap((p) => (p.clip?.playback.playable ? [p.clip] : []));
    if (clips.length < parts.length || clips.length === 0) return undefined;
    return new PartsLens(id, await lineUp(clips));
  } catch {
    return undefined; // it shows how far the server is, as it does to others
  }
}

/** Everything in it that is a moment, so much later. */
function later<T>(v: T, ms: number): T {
  if (Array.isArray(v)) return v.map((x: unknown) => later(x, ms)) as T;
  if (typeof v !== "object" || v === null) return v;
  const entries = Object.entries(v).map(([k, x]: [string, unknown]) => [
    k,
    k.endsWith("_ms") && typeof x === "number" ? x + ms : later(x, ms),
  ]);
  return Object.fromEntries(entries) as T;
}

/** What is said in the parts, where it is in the whole. */
export function joinWords(parts: readonly PlayedPart[], words: ReadonlyMap<string, Transcript>): Transcript {
  const all: Required<Pick<Transcript, "cues" | "silences" | "fillers" | "lost">> = {
    cues: [],
    silences: [],
    fillers: [],
    lost: [],
  };
  let language = "";
  for (const { clip, view, startMs } of parts) {
    const said = words.get(clip.id);
    if (!said) continue;
    language ||= said.language;
    const here = later(view.shown(said), startMs);
    all.cues.push(...here.cues.map((c: Schemas["Cue"], i) => ({ ...c, no: all.cues.length + i })));
    all.silences.push(...(here.silences ?? []));
    all.fillers.push(...(here.fillers ?? []));
    all.lost.push(...(here.lost ?? []));
  }
  const coverage = Math.min(1, ...[...words.values()].map((w) => w.coverage));
  return { state: all.cues.length > 0 ? "done" : "no_speech", progress: 1, language, coverage, ...all };
}

/** Each part is a chapter. */
export function joinChapters(parts: readonly PlayedPart[]): Chapter[] {
  return parts.map(({ clip, startMs, lengthMs }, i) => ({
    start_ms: startMs,
    end_ms: startMs + lengthMs,
    title: clip.title || `Part ${i + 1}`,
    edited: true,
  }));
}

/** What the server is doing, for who can watch it all the same. */
export function partsWork(w: Schemas["Work"]): string {
  if (w.kind !== "import" || w.state === "failed") return workWords(w);
  const percent = percentOf(w);
  const again = w.state === "retrying" ? `, trying again${w.reason ? `: ${w.reason}` : ""}` : "";
  return `Playing from its parts while it is made${percent && `,${percent}`}${again}`;
}

const notYet = "This is still being put together. Change it when that is done, or change the part itself.";

class PartsLens implements Lens {
  readonly url = undefined;
  readonly #id: string;
  readonly #parts: readonly PlayedPart[];
  readonly #middle: Parameters<typeof api.use>[0];
  #words: Promise<Transcript> | undefined;
  #player: PartsPlayer | undefined;

  constructor(id: string, parts: readonly PlayedPart[]) {
    this.#id = id;
    this.#parts = parts;
    this.#middle = {
      onRequest: ({ request, schemaPath }) => (this.#changes(request, schemaPath) ? refused(notYet) : undefined),
      onResponse: async ({ request, response, schemaPath }) => this.#response(request, response, schemaPath),
    };
    api.use(this.#middle);
  }

  readonly work = partsWork;
  readonly player = (own: Player): Player => (this.#player ??= new PartsPlayer(this.#id, this.#parts, own));
  close(): void {
    api.eject(this.#middle);
    this.#player?.close();
  }
  preview(): void {
    // There is nothing to edit yet.
  }
  played(ms: number): number {
    return ms;
  }
  recorded(ms: number): number {
    return ms;
  }
  place(ms: number): number {
    return ms;
  }
  at(ms: number): { ms: number } {
    return { ms };
  }
  shown<T>(thing: T): T {
    return thing;
  }

  #mine(request: Request, path: string): boolean {
    return path.startsWith("/api/v1/clips/{id}") && new URL(request.url).pathname.startsWith(`/api/v1/clips/${this.#id}`);
  }
  /** Lines and chapters are the parts'; what would be written here would be overwritten. */
  #changes(request: Request, path: string): boolean {
    return request.method !== "GET" && this.#mine(request, path) && /\/(chapters|cues\/\{no\})$/.test(path);
  }
  async #response(request: Request, response: Response, path: string): Promise<Response | undefined> {
    if (!response.ok || !this.#mine(request, path)) return undefined;
    const shown = await this.#instead(response, path);
    return shown === undefined
      ? undefined
      : new Response(JSON.stringify(shown), { status: response.status, headers: response.headers });
  }
  async #instead(response: Response, path: string): Promise<unknown> {
    if (path.endsWith("/transcript")) return await (this.#words ??= this.#readWords());
    if (path.endsWith("/chapters")) return { chapters: joinChapters(this.#parts), edited: true };
    if (!path.endsWith("/clips/{id}") || response.status === 204) return undefined;
    const clip = (await response.clone().json()) as Clip;
    return clip.state === "processing" ? this.#clip(clip) : undefined;
  }
  #clip(clip: Clip): Clip {
    const last = this.#parts.at(-1);
    const poster = this.#parts[0]?.clip.poster_url;
    return {
      ...clip,
      duration_ms: last ? last.startMs + last.lengthMs : 0,
      transcript_state: "done",
      ...(poster ? { poster_url: poster } : {}),
      // It is there as soon as the clip is ready.
      playback: { ...clip.playback, playable: true, live: false, hls_url: `/api/v1/clips/${clip.id}/hls/master.m3u8` },
    };
  }
  /** Words are a help: what cannot be read of a part is left out. */
  async #readWords(): Promise<Transcript> {
    const ids = [...new Set(this.#parts.map((p) => p.clip.id))];
    const read = await Promise.all(
      ids.map(async (id) => [id, await ok(api.GET("/api/v1/clips/{id}/transcript", of(id))).catch(() => undefined)] as const),
    );
    return joinWords(this.#parts, new Map(read.flatMap(([id, t]) => (t ? [[id, t]] : []))));
  }
}
