// The keyboard of the watch page: a key and where the focus is → what to do. Matched by the letter, not by its
// place on the keyboard, so that other layouts work.

export type Action =
  | { readonly kind: "toggle" | "mute" | "captions" | "fullscreen" | "pip" | "theatre" | "skip-silence" }
  | { readonly kind: "caption-ground" }
  | { readonly kind: "comment" | "react" | "find" | "keys" | "escape" | "loop-start" | "loop-end" | "loop-clear" | "copy-link" }
  | { readonly kind: "seek-by"; readonly seconds: number }
  | { readonly kind: "seek-share"; readonly share: number }
  | { readonly kind: "frame" | "speed" | "volume" | "chapter" | "caption-size"; readonly step: -1 | 1 };

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** What has the focus when a key is pressed. */
export type Focus =
  /** Nothing in particular: all keys are the player's. */
  | "page"
  /** A text is being written. */
  | "text"
  /** A button, a link, a tab or a summary: Space and Enter press it, arrows may move inside its group. */
  | "control"
  /** The player's own slider and what else lies in the player: arrows seek there. */
  | "player";

/** Reads it off the page. */
export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return "page";
  if (target.isContentEditable || target.closest("textarea, select, [role=textbox]")) return "text";
  const input = target.closest("input");
  if (input) return ["checkbox", "radio", "button", "submit"].includes(input.type) ? "control" : "text";
  if (target.closest("[role=slider]")) return "player";
  if (target.closest("button, a, summary, [role=tab], [tabindex='0']")) return "control";
  return target.closest("[data-player]") ? "player" : "page";
}

export interface KeyContext {
  readonly focus: Focus;
  /** Single-key shortcuts are on (WCAG 2.1.4 wants them to be off on request). */
  readonly shortcuts: boolean;
  readonly paused: boolean;
}

/** What is held for chapters, as on YouTube: Option on a Mac, where Ctrl and an arrow change the desktop; elsewhere Alt and an arrow go back. */
const onMac = navigator.userAgent.includes("Macintosh");
const chapterHeld = onMac ? "altKey" : "ctrlKey";

const simple: Readonly<Record<string, Action>> = {
  k: { kind: "toggle" },
  j: { kind: "seek-by", seconds: -10 },
  l: { kind: "seek-by", seconds: 10 },
  m: { kind: "mute" },
  c: { kind: "captions" },
  f: { kind: "fullscreen" },
  p: { kind: "pip" },
  t: { kind: "theatre" },
  s: { kind: "skip-silence" },
  n: { kind: "comment" },
  e: { kind: "react" },
  y: { kind: "copy-link" },
  "/": { kind: "find" },
  "?": { kind: "keys" },
  "<": { kind: "speed", step: -1 },
  ">": { kind: "speed", step: 1 },
  "-": { kind: "caption-size", step: -1 },
  w: { kind: "caption-ground" },
  "+": { kind: "caption-size", step: 1 },
  "=": { kind: "caption-size", step: 1 },
  i: { kind: "loop-start" },
  o: { kind: "loop-end" },
  "[": { kind: "loop-start" },
  "]": { kind: "loop-end" },
  "\\": { kind: "loop-clear" },
};

const moving: Readonly<Record<string, Action>> = {
  ArrowLeft: { kind: "seek-by", seconds: -5 },
  ArrowRight: { kind: "seek-by", seconds: 5 },
  ArrowUp: { kind: "volume", step: 1 },
  ArrowDown: { kind: "volume", step: -1 },
  Home: { kind: "seek-share", share: 0 },
  End: { kind: "seek-share", share: 1 },
};

/** What a key does here; undefined: nothing, it is the browser's. */
export function actionFor(press: KeyPress, context: KeyContext): Action | undefined {
  if (press.metaKey || context.focus === "text") return undefined;
  if (press.ctrlKey || press.altKey) return press[chapterHeld] && !press.shiftKey ? chapterKey(press.key) : undefined;
  if (press.key === "Escape") return { kind: "escape" };
  const inPlayer = context.focus === "page" || context.focus === "player";
  // Up, down, Home and End scroll the page unless the player has the focus; left and right do nothing there.
  if (press.key in moving && !press.shiftKey) {
    const sideways = press.key === "ArrowLeft" || press.key === "ArrowRight";
    return context.focus === "player" || (context.focus === "page" && sideways && context.shortcuts)
      ? moving[press.key]
      : undefined;
  }
  if (press.key === " ") return inPlayer && (context.shortcuts || context.focus === "player") ? { kind: "toggle" } : undefined;
  if (!context.shortcuts) return undefined;
  return letter(press, context);
}

function letter(press: KeyPress, context: KeyContext): Action | undefined {
  if (/^[0-9]$/.test(press.key)) return { kind: "seek-share", share: Number(press.key) / 10 };
  // Frames are stepped in a still picture only.
  if (press.key === "," || press.key === ".")
    return context.paused ? { kind: "frame", step: press.key === "," ? -1 : 1 } : undefined;
  const key = press.shiftKey || press.key.length > 1 ? press.key : press.key.toLowerCase(); // Caps Lock is no Shift
  return simple[key];
}

function chapterKey(key: string): Action | undefined {
  if (key === "ArrowLeft") return { kind: "chapter", step: -1 };
  return key === "ArrowRight" ? { kind: "chapter", step: 1 } : undefined;
}

/** The list under `?`: keys and words. */
export const keyList: readonly (readonly [keys: readonly string[], words: string])[] = [
  [["Space", "k"], "Play or pause"],
  [["j", "l"], "10 seconds back, on"],
  [["←", "→"], "5 seconds back, on"],
  [onMac ? ["⌥ ←", "⌥ →"] : ["Ctrl ←", "Ctrl →"], "Chapter before, after"],
  [["0", "…", "9"], "Go to a tenth of the clip"],
  [[",", "."], "Frame back, on (paused)"],
  [["<", ">"], "Slower, faster"],
  [["s"], "Skip silence"],
  [["i", "["], "Loop from here"],
  [["o", "]"], "Loop to here"],
  [["\\"], "End the loop"],
  [["↑", "↓"], "Louder, quieter (in the player)"],
  [["m"], "Sound off or on"],
  [["c"], "Captions"],
  [["-", "+"], "Caption size"],
  [["w"], "Ground behind captions"],
  [["n"], "Comment on this moment"],
  [["e"], "React to this moment"],
  [["/"], "Search the transcript"],
  [["y"], "Copy the link to this moment"],
  [["t"], "Wide player"],
  [["p"], "Picture in picture"],
  [["f"], "Full screen"],
  [["?"], "This list"],
  [["Esc"], "Back out"],
];
