// Words about a clip, the same on every page.
import type { Clip, Schemas } from "../api/client";

const untitled: Readonly<Record<Schemas["ClipKind"], string>> = {
  screen: "Untitled screen recording",
  camera: "Untitled camera recording",
  audio: "Untitled voice note",
  upload: "Untitled upload",
};

/** A clip's title, or what it is. */
export function titleOf(clip: Pick<Clip, "title" | "kind">): string {
  return clip.title || untitled[clip.kind];
}

const works: Readonly<Record<Schemas["Work"]["kind"], string>> = {
  import: "making it playable",
  thumbnails: "making thumbnails",
  ladder: "making other sizes",
  transcribe: "making captions",
  chapters: "making chapters",
  screen: "reading the screen",
  summary: "writing a summary",
  edit: "making the edited version",
};

/** What the server is doing: "making captions 40 %", "making thumbnails". Empty when it rests. */
export function workWords(work: readonly Schemas["Work"][]): string {
  const now = work.filter((w) => w.state !== "failed");
  const words = now.map((w) =>
    w.state === "running" && w.progress > 0 ? `${works[w.kind]} ${Math.round(w.progress * 100)} %` : works[w.kind],
  );
  return words.join(" · ");
}

/** "making captions" → "Making captions". */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const visibilityWords: Readonly<Record<Schemas["Visibility"], string>> = {
  private: "Only you",
  workspace: "Everyone in the workspace",
  link: "Anyone with the link",
};
