// Arranging the lines of a transcript: under chapters, searched, and cut into words.
import type { Chapter, Schemas } from "../../api/client";

type Cue = Schemas["Cue"];

export interface Section {
  readonly start_ms: number;
  /** Empty: before the first chapter, or there are none. */
  readonly title: string;
  readonly cues: readonly Cue[];
}

/** A section without chapters holds at most this many lines, so that those that are far away can be left out. */
const sectionLines = 40;

/** Puts each line under the chapter in which most of it is said. Lines and chapters must be in order. */
export function sections(cues: readonly Cue[], chapters: readonly Chapter[]): Section[] {
  const found: { start_ms: number; title: string; cues: Cue[]; chapter: number }[] = [];
  let at = -1;
  for (const cue of cues) {
    const middle = (cue.start_ms + cue.end_ms) / 2;
    for (let next = chapters[at + 1]; next && next.start_ms <= middle; next = chapters[at + 1]) at++;
    const last = found.at(-1);
    if (last?.chapter === at && last.cues.length < sectionLines) last.cues.push(cue);
    else
      found.push({
        start_ms: cue.start_ms,
        title: last?.chapter === at ? "" : (chapters[at]?.title ?? ""),
        cues: [cue],
        chapter: at,
      });
  }
  return found;
}

/** The lines that have the words, and how often they are there. Letters' cases and accents make no difference. */
export function matches(cues: readonly Cue[], wanted: string): { cues: readonly Cue[]; count: number } {
  const w = wanted.trim();
  if (!w) return { cues, count: 0 };
  let count = 0;
  const found = cues.filter((c) => {
    const n = marked(c.text, w).filter((p) => p.hit).length;
    count += n;
    return n > 0;
  });
  return { cues: found, count };
}

export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

/** Cuts a text at each place where the words are. */
export function marked(text: string, wanted: string): Part[] {
  const plain = fold(text);
  const w = fold(wanted);
  // Folding may change a text's length (ligatures); then places would not fit, and the exact letters have to do.
  const [hay, needle] = plain.length === text.length ? [plain, w] : [text.toLowerCase(), wanted.toLowerCase()];
  if (!needle || hay.length !== text.length) return [{ text, hit: false }];
  const parts: Part[] = [];
  let from = 0;
  for (let i = hay.indexOf(needle); i >= 0; i = hay.indexOf(needle, from)) {
    if (i > from) parts.push({ text: text.slice(from, i), hit: false });
    from = i + needle.length;
    parts.push({ text: text.slice(i, from), hit: true });
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false });
  return parts;
}

/** Lower case without accents, letter by letter. */
function fold(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\P{ASCII}/gu, (c) => c.normalize("NFD").replace(/\p{M}/gu, "") || c)
    .toLowerCase();
}

export interface SpokenPart {
  readonly text: string;
  /** When the word begins; undefined: what lies between words. */
  readonly start_ms: number | undefined;
}

/** Cuts a line into its timed words, in order. Words that are not in the text (it was corrected) are left out. */
export function spoken(cue: Pick<Cue, "text" | "words">): SpokenPart[] {
  const parts: SpokenPart[] = [];
  let from = 0;
  for (const w of cue.words) {
    const i = w.text ? cue.text.indexOf(w.text, from) : -1;
    // Far ahead it would be the same word said again later.
    if (i < 0 || i - from > 40) continue;
    if (i > from) parts.push({ text: cue.text.slice(from, i), start_ms: undefined });
    parts.push({ text: w.text, start_ms: w.start_ms });
    from = i + w.text.length;
  }
  if (from < cue.text.length) parts.push({ text: cue.text.slice(from), start_ms: undefined });
  return parts;
}

/** The timed word at a place in a line's text, as pressing it wants it: a place between words belongs to the word before. */
export function wordAt(cue: Pick<Cue, "text" | "words">, offset: number): number | undefined {
  let at = 0;
  let found: number | undefined;
  for (const p of spoken(cue)) {
    if (at > offset) break;
    found = p.start_ms ?? found;
    at += p.text.length;
  }
  return found;
}

/** Where in a line's text a point of the window is; undefined: nowhere. */
export function offsetAt(box: HTMLElement, x: number, y: number): number | undefined {
  const caret = (document as Partial<Document>).caretPositionFromPoint?.(x, y);
  if (!caret || !box.contains(caret.offsetNode)) return undefined;
  const before = document.createRange();
  before.setStart(box, 0);
  before.setEnd(caret.offsetNode, caret.offset);
  return before.toString().trimStart().length;
}
