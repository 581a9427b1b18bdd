// All that the server knows about the clip on the page, kept up to date by its events.
import {
  api,
  ApiError,
  ok,
  wordsFor,
  type Attachment,
  type Chapter,
  type Clip,
  type Comment,
  type Reaction,
  type Schemas,
  type Transcript,
} from "../../api/client";
import { listen, type SaidComment } from "../../api/events";
import { account } from "../../lib/account.svelte";
import { parseStoryboard, type Shot } from "../../player/storyboard";
import type { PageLens, Mode } from "./lens";
import { applyComment, removeComment } from "./talk";

/** Several events in a row make one request. */
const restMs = 200;
/** The page does not wait longer for the event stream before it reads the rest. */
const patienceMs = 1200;

type Part = "clip" | "transcript" | "chapters" | "comments" | "reactions";
/** All that is not the clip itself. */
const rest: readonly Part[] = ["transcript", "chapters", "comments", "reactions"];

export class Watched {
  readonly id: string;
  state = $state<"loading" | "there" | "missing" | "trouble">("loading");
  /** Why it could not be read, in words. */
  trouble = $state("");
  /** Set when the clip went away while it was watched: why. */
  over = $state("");
  connected = $state(true);
  clip = $state.raw<Clip | undefined>();
  transcript = $state.raw<Transcript | undefined>();
  chapters = $state.raw<readonly Chapter[]>([]);
  comments = $state.raw<readonly Comment[]>([]);
  commentsRead = $state(false);
  /** Who I am to this clip without an account. */
  guest = $state.raw<Schemas["Guest"] | undefined>();
  reactions = $state.raw<readonly Reaction[]>([]);
  peaks = $state.raw<readonly number[]>([]);
  shots = $state.raw<readonly Shot[]>([]);
  /** Puts all of this on the time line of what is played; undefined: that is the recording's own. */
  lens = $state.raw<PageLens | undefined>();
  mode = $state<Mode>("full");

  #stop: (() => void) | undefined;
  readonly #due = new Set<Part>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** From where the words may be others than those that are here; 0: all of them. */
  #fromMs = 0;
  /** One read of the words follows the other: each adds to what the last one had. */
  #words = Promise.resolve();
  #peaksURL = "";
  #storyboardURL = "";
  #closed = false;
  /** Which state of its edits is shown, and how. */
  #version = "full";
  #heard = false;

  constructor(id: string) {
    this.id = id;
  }

  /** Reads everything and listens; the returned function ends it. */
  open(): () => void {
    void this.#begin();
    return () => {
      this.#closed = true;
      this.lens?.close();
      clearTimeout(this.#timer);
      this.#stop?.();
    };
  }

  /** Reads everything again. */
  readonly again = (): void => {
    this.#stop?.();
    this.state = this.clip ? "there" : "loading";
    void this.#begin();
  };

  async #begin(): Promise<void> {
    await this.#readClip();
    if (this.#closed || !this.clip || this.over) return;
    // Members have those of their workspace already.
    if (!account.me || this.clip.may.comment_as_guest)
      void import("../../lib/read-faces").then((f) => f.readFaces(this.id)).catch(() => undefined);
    if (this.clip.may.comment_as_guest) this.guest = await ok(api.GET("/api/v1/guest")).catch(() => undefined);
    // Words and talk are read once the stream is heard, so that nothing falls between.
    const patience = setTimeout(() => {
      this.#want(...rest);
    }, patienceMs);
    this.#stop = this.#listen(() => {
      clearTimeout(patience);
    });
  }

  #listen(heard: () => void): () => void {
    // Whether it is still there is for the server to say.
    const readClip = () => {
      this.#want("clip");
    };
    return listen(
      {
        listening: () => {
          heard();
          this.#listening();
        },
        lost: () => {
          this.connected = false;
          readClip();
        },
        reset: () => {
          this.#want("clip", ...rest);
        },
        end: readClip,
        "clip.changed": readClip,
        "clip.deleted": readClip,
        "clip.segments": ({ duration_ms }) => {
          if (!this.clip?.playback.playable) this.#want("clip");
          else this.clip = { ...this.clip, duration_ms: Math.max(this.clip.duration_ms, duration_ms) };
        },
        "transcript.changed": ({ from_ms }) => {
          if (from_ms === undefined || this.lens) this.#want("transcript", "clip");
          else this.#wantTail(from_ms);
        },
        "chapters.changed": () => {
          this.#want("chapters");
        },
        "reactions.changed": () => {
          this.#want("reactions");
        },
        "comment.changed": ({ comment }) => {
          this.setComment(this.#rights(this.lens?.shown(comment) ?? comment));
        },
        "reply.changed": () => {
          this.#want("comments");
        },
        "comment.deleted": ({ id }) => {
          this.comments = removeComment(this.comments, id);
        },
      },
      this.id,
    );
  }

  #listening(): void {
    this.connected = true;
    if (!this.#heard) this.#want(...rest);
    this.#heard = true;
    if (this.clip && (this.clip.state !== "ready" || this.clip.work.length > 0)) this.#want("clip");
  }

  /** Shows a comment that was made or changed, here or elsewhere. */
  setComment(c: Comment): void {
    this.comments = applyComment(this.comments, c);
  }

  #rights(c: SaidComment): Comment {
    const mine = (account.me?.id ?? this.guest?.id) === c.author.id;
    const may = this.clip?.may;
    return {
      ...c,
      may_edit: mine && may?.comment === true,
      may_delete: (mine && may?.comment === true) || may?.delete === true,
      may_resolve: may?.comment === true && c.parent_id === undefined,
    };
  }

  #wantTail(fromMs: number): void {
    this.#fromMs = Math.min(this.#fromMs, fromMs);
    this.#due.add("transcript");
    this.#want();
  }

  #want(...parts: Part[]): void {
    if (parts.includes("transcript")) this.#fromMs = 0;
    for (const p of parts) this.#due.add(p);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const due = [...this.#due];
      this.#due.clear();
      if (!this.#closed) void Promise.all(due.map((p) => this.#read(p)));
    }, restMs);
  }

  async #read(part: Part): Promise<void> {
    if (part === "clip") {
      await this.#readClip();
      return;
    }
    const params = { params: { path: { id: this.id } } };
    try {
      if (part === "transcript") await (this.#words = this.#words.catch(() => undefined).then(() => this.#readWords(params)));
      else if (part === "chapters") this.chapters = (await ok(api.GET("/api/v1/clips/{id}/chapters", params))).chapters;
      else if (part === "reactions") this.reactions = (await ok(api.GET("/api/v1/clips/{id}/reactions", params))).reactions;
      else {
        this.comments = (await ok(api.GET("/api/v1/clips/{id}/comments", params))).comments;
        this.commentsRead = true;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status !== 404) this.trouble = wordsFor(error);
      // Not reachable: the stream says so, and reads again when it is back.
    }
  }

  async #readWords(params: { params: { path: { id: string } } }): Promise<void> {
    const from = this.#fromMs;
    this.#fromMs = Infinity;
    try {
      const had = from > 0 && from < Infinity && !this.lens ? this.transcript : undefined;
      if (had) this.transcript = await (await import("./tail")).readTail(this.id, had, from);
      else this.transcript = await ok(api.GET("/api/v1/clips/{id}/transcript", params));
      if (had && this.transcript.state !== this.clip?.transcript_state) this.#want("clip");
    } catch (error) {
      this.#fromMs = 0;
      throw error;
    }
  }

  /** Reads the clip again, e.g. because one may do more with it now. */
  readonly refresh = (): Promise<void> => this.#readClip();

  async #readClip(): Promise<void> {
    try {
      const before = this.clip;
      let clip = await this.#get();
      const joining = clip.joins !== undefined && clip.state === "processing";
      const version = joining ? "" : (clip.edit_no ? (clip.playback.hls_url ?? "") : "") + this.mode;
      if (version !== this.#version) {
        await this.#bend(version);
        clip = await this.#get();
        if (before) this.#want(...rest);
      }
      this.setClip(clip);
      this.state = "there";
      this.trouble = "";
      if (!before) void import("./elsewhere").then((m) => m.catchUp(clip));
      if (before && before.transcript_state !== clip.transcript_state) this.#want("transcript", "chapters");
    } catch (error) {
      this.#clipFailed(error);
    }
  }

  #get = () => ok(api.GET("/api/v1/clips/{id}", { params: { path: { id: this.id } } }));

  async #bend(version: string): Promise<void> {
    const lens = version === "full" ? undefined : await (await import("./lens")).bend(this.id, this.mode, !version);
    this.lens?.close();
    this.lens = lens;
    this.#version = version;
    this.#peaksURL = this.#storyboardURL = "";
  }

  /** Watches it in full, tight, or whole as it was recorded. */
  async watch(mode: Mode): Promise<void> {
    this.mode = mode;
    await this.#readClip();
  }

  #clipFailed(error: unknown): void {
    const gone = error instanceof ApiError && [401, 403, 404, 410].includes(error.status);
    if (gone && this.clip) {
      this.over = "You may not see this clip any more, or it was deleted.";
      this.connected = true;
      this.#stop?.();
      // What was on the page is not theirs to read any more either.
      this.transcript = undefined;
      this.chapters = this.comments = this.reactions = this.peaks = this.shots = [];
      this.setClip({
        ...this.clip,
        description: "",
        work: [],
        transcript_state: "no_speech",
        may: { comment: false, edit: false, delete: false, download: false, comment_as_guest: false, join: false },
      });
    } else if (gone) this.state = "missing";
    else if (!this.clip) {
      this.state = "trouble";
      this.trouble = wordsFor(error);
    }
  }

  /** Takes a clip as the server just gave it. */
  setClip(clip: Clip): void {
    this.clip = clip;
    if (clip.peaks_url && clip.peaks_url !== this.#peaksURL) {
      this.#peaksURL = clip.peaks_url;
      void this.#readPeaks();
    }
    if (clip.storyboard_url && clip.storyboard_url !== this.#storyboardURL) {
      this.#storyboardURL = clip.storyboard_url;
      void this.#readStoryboard(clip.storyboard_url);
    }
  }

  async #readPeaks(): Promise<void> {
    try {
      this.peaks = (await ok(api.GET("/api/v1/clips/{id}/peaks", { params: { path: { id: this.id } } }))).peaks;
    } catch {
      this.#peaksURL = ""; // the ribbon stays flat until the clip changes again
    }
  }

  async #readStoryboard(url: string): Promise<void> {
    try {
      const text = await ok(api.GET("/api/v1/clips/{id}/storyboard.vtt", { params: { path: { id: this.id } }, parseAs: "text" }));
      this.shots = parseStoryboard(text, new URL(url, location.href).href);
    } catch {
      this.#storyboardURL = ""; // scrubbing shows times only
    }
  }

  /** Changes title, description or who may see it; throws what the server said. */
  async change(patch: Schemas["ClipPatch"]): Promise<void> {
    this.setClip(await ok(api.PATCH("/api/v1/clips/{id}", { params: { path: { id: this.id } }, body: patch })));
  }

  async retry(): Promise<void> {
    this.setClip(await ok(api.POST("/api/v1/clips/{id}/retry", { params: { path: { id: this.id } } })));
  }

  async remove(): Promise<void> {
    this.#stop?.();
    await ok(api.DELETE("/api/v1/clips/{id}", { params: { path: { id: this.id } } }));
  }

  /** Puts a line right; gives what could be put right in other lines, too. */
  async correct(no: number, text: string): Promise<Schemas["FixOffer"] | undefined> {
    const cue = await ok(
      api.PATCH("/api/v1/clips/{id}/transcript/cues/{no}", { params: { path: { id: this.id, no } }, body: { text } }),
    );
    if (this.transcript) this.transcript = { ...this.transcript, cues: this.transcript.cues.map((c) => (c.no === no ? cue : c)) };
    return cue.offer;
  }

  async setChapters(chapters: readonly { start_ms: number; title: string }[]): Promise<void> {
    const body = { chapters: chapters.map(({ start_ms, title }) => ({ start_ms, title })) };
    this.chapters = (await ok(api.PUT("/api/v1/clips/{id}/chapters", { params: { path: { id: this.id } }, body }))).chapters;
  }

  async comment(body: Schemas["CommentRequest"]): Promise<Comment> {
    const c = await ok(api.POST("/api/v1/clips/{id}/comments", { params: { path: { id: this.id } }, body }));
    this.setComment(c);
    return c;
  }

  async changeComment(id: string, patch: Schemas["CommentPatch"]): Promise<void> {
    const params = { path: { id: this.id, comment_id: id } };
    this.setComment(await ok(api.PATCH("/api/v1/clips/{id}/comments/{comment_id}", { params, body: patch })));
  }

  /** Says that a thread is settled, or that it is not. */
  async resolve(id: string, resolved: boolean): Promise<void> {
    const params = { path: { id: this.id, comment_id: id } };
    this.setComment(await ok(api.PUT("/api/v1/clips/{id}/comments/{comment_id}/resolved", { params, body: { resolved } })));
  }

  /** What a comment said before. */
  async history(id: string): Promise<readonly Schemas["Revision"][]> {
    const params = { path: { id: this.id, comment_id: id } };
    return (await ok(api.GET("/api/v1/clips/{id}/comments/{comment_id}/history", { params }))).revisions;
  }

  /** Sends a picture for a comment that is being written. */
  async attach(file: File): Promise<Attachment> {
    return await ok(
      api.POST("/api/v1/clips/{id}/attachments", {
        params: { path: { id: this.id } },
        body: "", // the file itself, below
        bodySerializer: () => file,
        headers: { "content-type": file.type || "application/octet-stream" },
      }),
    );
  }

  /** Puts an emoji at a moment, or takes it away. */
  async react(emoji: string, atMs: number, on: boolean): Promise<void> {
    const body = { emoji, at_ms: Math.floor(atMs), on };
    this.reactions = (await ok(api.PUT("/api/v1/clips/{id}/reactions", { params: { path: { id: this.id } }, body }))).reactions;
  }

  async deleteComment(id: string): Promise<void> {
    const params = { path: { id: this.id, comment_id: id } };
    await ok(api.DELETE("/api/v1/clips/{id}/comments/{comment_id}", { params }));
    this.comments = removeComment(this.comments, id);
  }
}
