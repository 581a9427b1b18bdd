// Choosing words of the transcript: with the browser's own selection, by pressing words, or with the arrow keys. Loaded at the first use.
import { inLine, lined, moved, stretch, tokens, wordIn, type Choice, type Place } from "./choice";
import type { Schemas } from "../../api/client";
import LineWords from "./LineWords.svelte";
import Picked from "./Picked.svelte";
import { offsetAt } from "./transcript";

type Cue = Schemas["Cue"];

export class Picker {
  readonly LineWords = LineWords;
  readonly Picked = Picked;
  readonly #cues: () => readonly Cue[];
  choice = $state.raw<Choice | undefined>();
  /** Words are chosen by keys or presses, and shown by us; otherwise the browser shows its own selection. */
  own = $state(false);
  /** The next press begins anew. */
  #done = true;

  constructor(cues: () => readonly Cue[]) {
    this.#cues = cues;
  }

  get stretch(): ReturnType<typeof stretch> | undefined {
    return this.choice && stretch(this.#cues(), this.choice);
  }

  /** Which words of a line are shown as chosen. */
  inLine(no: number): readonly [number, number] | undefined {
    if (!this.own || !this.choice) return undefined;
    const line = this.#line(no);
    const cue = this.#cues()[line];
    return cue && inLine(this.choice, line, cue);
  }
  /** The word of a line that the keys are at; -1: it is in another one. */
  at(no: number): number {
    return this.own && this.choice?.to.line === this.#line(no) ? this.choice.to.word : -1;
  }
  /** The line that the keys are in. */
  get line(): number {
    return this.#cues()[this.choice?.to.line ?? -1]?.no ?? -1;
  }
  #line(no: number): number {
    return this.#cues().findIndex((c) => c.no === no);
  }

  begin(no: number, word = 0): void {
    const to = { line: Math.max(0, this.#line(no)), word };
    getSelection()?.removeAllRanges();
    this.own = this.#done = true;
    this.choice = { from: to, to };
  }
  end(): void {
    this.choice = undefined;
    this.own = false;
  }
  /** A press on a word: the first one begins, the second one ends, with Shift it always ends. False: it was not on words. */
  press(e: MouseEvent): boolean {
    const text = e.target instanceof Element ? e.target.closest<HTMLElement>(".text") : null;
    const line = this.#line(Number(text?.closest<HTMLElement>("[data-no]")?.dataset["no"] ?? -1));
    const cue = this.#cues()[line];
    if (!text || !cue) return false;
    const to = { line, word: wordIn(cue, offsetAt(text, e.clientX, e.clientY) ?? 0) };
    const from = e.shiftKey || !this.#done ? this.choice?.from : undefined;
    this.#done = from !== undefined;
    this.choice = { from: from ?? to, to };
    return true;
  }

  /** Moves by a key; false: it is none of these. */
  key(e: KeyboardEvent): boolean {
    const cues = this.#cues();
    const at = this.choice?.to;
    const cue = at && cues[at.line];
    if (!cue) return false;
    const last = tokens(cue).length - 1;
    const ways: Record<string, () => Place> = {
      ArrowLeft: () => moved(cues, at, -1),
      ArrowRight: () => moved(cues, at, 1),
      ArrowUp: () => lined(cues, at, -1),
      ArrowDown: () => lined(cues, at, 1),
      Home: () => ({ line: at.line, word: 0 }),
      End: () => ({ line: at.line, word: last }),
    };
    const to = e.ctrlKey || e.metaKey || e.altKey ? undefined : ways[e.key]?.();
    if (!to) return false;
    this.#done = true;
    this.choice = { from: e.shiftKey ? (this.choice?.from ?? to) : to, to };
    return true;
  }

  /** Takes over what is selected with the browser's own means: whole words. */
  native(s: Selection | null, list: HTMLElement): void {
    if (this.own) return;
    const range = s && !s.isCollapsed && s.rangeCount > 0 ? s.getRangeAt(0) : undefined;
    const from = range && this.#placeOf(range.startContainer, range.startOffset, list);
    const to = range && this.#placeOf(range.endContainer, range.endOffset, list, true);
    this.choice = from && to && s?.toString().trim() ? { from, to } : undefined;
  }
  #placeOf(node: Node, offset: number, list: HTMLElement, last = false): Place | undefined {
    const box = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>("[data-no]");
    const text = box?.querySelector(".text");
    if (!box || !text || !list.contains(box)) return undefined;
    const line = this.#line(Number(box.dataset["no"]));
    const cue = this.#cues()[line];
    if (!cue) return undefined;
    const before = document.createRange();
    before.setStart(text, 0);
    // Outside the words (the time, the next line) the line's beginning is meant, or the end of the words.
    if (text.contains(node)) before.setEnd(node, offset);
    else if (text.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) before.selectNodeContents(text);
    const at = before.toString().trimStart().length;
    if (last && at === 0) return moved(this.#cues(), { line, word: 0 }, -1);
    // An end behind a word and its space is not yet in the next one.
    return { line, word: wordIn(cue, last ? at - 1 : at) };
  }
}
