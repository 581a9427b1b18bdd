// Words that are chosen in a transcript: from one to another, whatever of the lines between is in the page.
import type { Schemas } from "../../api/client";
import { spoken } from "./transcript";

type Cue = Pick<Schemas["Cue"], "no" | "start_ms" | "end_ms" | "text" | "words">;

/** A word: the place of its line among the lines, and its own in the line. */
export interface Place {
  readonly line: number;
  readonly word: number;
}
/** Where choosing began, and where it is now; either may come first. */
export interface Choice {
  readonly from: Place;
  readonly to: Place;
}
export interface Token {
  readonly text: string;
  readonly start_ms: number;
  readonly end_ms: number;
  /** Where it stands in the line's text. */
  readonly at: number;
}

/** The words of a line with their own times. What a correction has put beside them belongs to the word before; a line without timed words is one. */
export function tokens(cue: Cue): Token[] {
  const found: Token[] = [];
  let at = 0;
  let next = 0;
  for (const part of spoken(cue)) {
    const k = part.start_ms === undefined ? -1 : cue.words.findIndex((w, i) => i >= next && w.start_ms === part.start_ms);
    const word = cue.words[k];
    if (word) {
      found.push({ text: part.text, start_ms: word.start_ms, end_ms: word.end_ms, at });
      next = k + 1;
    }
    at += part.text.length;
  }
  return found.length > 0 ? found : [{ text: cue.text, start_ms: cue.start_ms, end_ms: cue.end_ms, at: 0 }];
}

const order = (a: Place, b: Place): number => a.line - b.line || a.word - b.word;
export const sorted = ({ from, to }: Choice): readonly [Place, Place] => (order(from, to) <= 0 ? [from, to] : [to, from]);

/** A word so many words on, over the ends of lines; the first and the last word are the end of it. */
export function moved(cues: readonly Cue[], from: Place, by: number): Place {
  let { line, word } = from;
  word += by;
  for (let cue = cues[line]; cue; cue = cues[line]) {
    const count = tokens(cue).length;
    if (word < 0 && line > 0) {
      const before = cues[--line];
      word += before ? tokens(before).length : 0;
    } else if (word >= count && line < cues.length - 1) {
      word -= count;
      line++;
    } else return { line, word: Math.min(count - 1, Math.max(0, word)) };
  }
  return from;
}

/** The word above or below: as far along its line as this one. */
export function lined(cues: readonly Cue[], from: Place, by: number): Place {
  const line = Math.min(cues.length - 1, Math.max(0, from.line + by));
  const [here, there] = [cues[from.line], cues[line]];
  if (!here || !there || line === from.line) return from;
  const share = from.word / Math.max(1, tokens(here).length - 1);
  return { line, word: Math.round(share * (tokens(there).length - 1)) };
}

/** The word that a place in a line's text belongs to; a place between words to the one before. */
export function wordIn(cue: Cue, offset: number): number {
  return Math.max(
    0,
    tokens(cue).findLastIndex((t) => t.at <= offset),
  );
}

/** Which words of a line are chosen, first and last; undefined: none. */
export function inLine(choice: Choice, line: number, cue: Cue): readonly [number, number] | undefined {
  const [a, b] = sorted(choice);
  if (line < a.line || line > b.line) return undefined;
  return [line === a.line ? a.word : 0, line === b.line ? b.word : tokens(cue).length - 1];
}

/** What is chosen: from the first word's beginning to the last one's end, in the words' own times. */
export function stretch(cues: readonly Cue[], choice: Choice): { at_ms: number; end_ms: number; quote: string; count: number } {
  const lines: string[] = [];
  const all: Token[] = [];
  const [a, b] = sorted(choice);
  for (let line = a.line; line <= b.line; line++) {
    const cue = cues[line];
    const part = cue && inLine(choice, line, cue);
    if (!cue || !part) continue;
    const words = tokens(cue);
    const chosen = words.slice(part[0], part[1] + 1);
    all.push(...chosen);
    const first = chosen[0]?.at ?? 0;
    const end = words[part[1] + 1]?.at ?? cue.text.length;
    lines.push(cue.text.slice(first, end).trim());
  }
  const quote = lines.join(" ").replaceAll(/\s+/g, " ").trim();
  return { at_ms: all[0]?.start_ms ?? 0, end_ms: all.at(-1)?.end_ms ?? 0, quote, count: all.length };
}
