// The part of Markdown that comments may use, read into nodes that a component shows. Nothing here makes HTML, so nothing
// in a comment can become markup.
import { parseTime } from "./time";

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "em"; readonly nodes: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  | { readonly kind: "mention"; readonly text: string }
  /** A time stamp such as 1:23 that goes to that moment. */
  | { readonly kind: "time"; readonly text: string; readonly ms: number }
  | { readonly kind: "break" };

export type Block =
  | { readonly kind: "paragraph"; readonly nodes: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "pre"; readonly text: string };

export interface MarkdownOptions {
  /** Names that may be mentioned whole, as in "@Maya Okafor"; other mentions end with the word. */
  readonly names?: readonly string[];
  /** Time stamps beyond this are plain text, in milliseconds. */
  readonly durationMs?: number;
}

/** Emphasis inside emphasis ends somewhere; deeper than this it is text. */
const deepest = 6;

/** Reads a comment. Any text gives blocks; what is not understood is text. */
export function parseMarkdown(source: string, options: MarkdownOptions = {}): Block[] {
  const blocks: Block[] = [];
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  let text: string[] = [];
  const flush = () => {
    const joined = text.join("\n").trim();
    if (joined) blocks.push({ kind: "paragraph", nodes: parseInline(joined, options) });
    text = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const fence = /^\s*```/.test(line) ? lines.findIndex((l, at) => at > i && /^\s*```\s*$/.test(l)) : -1;
    const item = listItem(line);
    if (fence > 0) {
      flush();
      blocks.push({ kind: "pre", text: lines.slice(i + 1, fence).join("\n") });
      i = fence;
    } else if (item) {
      flush();
      const items: Inline[][] = [];
      const { ordered } = item;
      for (let at = listItem(line); at?.ordered === ordered; at = listItem(lines[++i] ?? ""))
        items.push(parseInline(at.text, options));
      i--;
      blocks.push({ kind: "list", ordered, items });
    } else if (line.trim() === "") flush();
    else text.push(line);
  }
  flush();
  return blocks;
}

function listItem(line: string): { ordered: boolean; text: string } | undefined {
  const found = /^\s{0,3}(?:([-*+])|(\d{1,3})[.)])\s+(\S.*)$/.exec(line);
  return found?.[3] === undefined ? undefined : { ordered: found[2] !== undefined, text: found[3] };
}

/** What may begin something: the reader looks closer only there, so that long plain text is read fast. */
const special = /[`*_[@\\\n]|https?:\/\/|\d{1,2}:\d{2}/g;

function parseInline(source: string, options: MarkdownOptions, depth = 0): Inline[] {
  const nodes: Inline[] = [];
  const say = (text: string) => {
    const last = nodes.at(-1);
    if (last?.kind === "text") nodes[nodes.length - 1] = { kind: "text", text: last.text + text };
    else if (text) nodes.push({ kind: "text", text });
  };
  let at = 0;
  while (at < source.length) {
    special.lastIndex = at;
    const next = special.exec(source);
    if (!next) break;
    say(source.slice(at, next.index));
    const found = readSpecial(source, next.index, options, depth);
    if (found?.node) nodes.push(found.node);
    else if (found) say(found.text);
    else say(source.charAt(next.index));
    at = found ? found.end : next.index + 1;
  }
  say(source.slice(at));
  return nodes;
}

type Found = { node: Inline; end: number } | { node?: undefined; text: string; end: number };

function readSpecial(source: string, at: number, options: MarkdownOptions, depth: number): Found | undefined {
  switch (source.charAt(at)) {
    case "\n":
      return { node: { kind: "break" }, end: at + 1 };
    case "\\":
      return /[\\`*_[\]@()~-]/.test(source.charAt(at + 1)) ? { text: source.charAt(at + 1), end: at + 2 } : undefined;
    case "`":
      return code(source, at);
    case "*":
    case "_":
      return emphasis(source, at, options, depth);
    case "[":
      return link(source, at);
    case "@":
      return mention(source, at, options);
    case "h":
    case "H":
      return bareLink(source, at);
    default:
      return stamp(source, at, options);
  }
}

function code(source: string, at: number): Found | undefined {
  const end = source.indexOf("`", at + 1);
  return end > at + 1 ? { node: { kind: "code", text: source.slice(at + 1, end) }, end: end + 1 } : undefined;
}

function emphasis(source: string, at: number, options: MarkdownOptions, depth: number): Found | undefined {
  const mark = source.charAt(at);
  const twice = source.charAt(at + 1) === mark;
  const wide = twice ? 2 : 1;
  const from = at + wide;
  if (depth >= deepest || /\s/.test(source.charAt(from)) || (mark === "_" && /[\p{L}\p{N}]/u.test(source.charAt(at - 1))))
    return undefined;
  for (let end = source.indexOf(mark, from + 1); end > 0; end = source.indexOf(mark, end + 1)) {
    if (twice && source.charAt(end + 1) !== mark) continue;
    if (/\s/.test(source.charAt(end - 1)) || (!twice && source.charAt(end + 1) === mark)) continue;
    if (mark === "_" && /[\p{L}\p{N}]/u.test(source.charAt(end + wide))) continue;
    const nodes = parseInline(source.slice(from, end), options, depth + 1);
    return { node: { kind: twice ? "strong" : "em", nodes }, end: end + wide };
  }
  // "**" without an end is text as a whole, or its second star would be tried again.
  return twice ? { text: mark + mark, end: from } : undefined;
}

function link(source: string, at: number): Found | undefined {
  const sticky = /\[([^[\]\n]{1,500})\]\(([^\s()]{1,2000})\)/y;
  sticky.lastIndex = at;
  const found = sticky.exec(source);
  const href = safeHref(found?.[2] ?? "");
  if (!found?.[1] || !href) return undefined;
  return { node: { kind: "link", href, text: found[1] }, end: at + found[0].length };
}

function bareLink(source: string, at: number): Found | undefined {
  if (/[\p{L}\p{N}]/u.test(source.charAt(at - 1))) return undefined;
  const sticky = /https?:\/\/[^\s<>"'`]{1,2000}/iy;
  sticky.lastIndex = at;
  const text = sticky.exec(source)?.[0].replace(/[.,;:!?)\]}*_]+$/, "");
  const href = safeHref(text ?? "");
  return text && href ? { node: { kind: "link", href, text }, end: at + text.length } : undefined;
}

/** Addresses on the web only: no javascript:, data:, file: or addresses without a scheme. */
export function safeHref(text: string): string | undefined {
  if (!/^(?:https?:\/\/|mailto:)/i.test(text)) return undefined;
  try {
    const url = new URL(text);
    if (url.username || url.password) return undefined; // "https://bank.example@evil.example" misleads
    return url.protocol === "http:" || url.protocol === "https:" || url.protocol === "mailto:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function mention(source: string, at: number, options: MarkdownOptions): Found | undefined {
  if (/[\p{L}\p{N}._-]/u.test(source.charAt(at - 1))) return undefined; // an e-mail address
  const rest = source.slice(at + 1, at + 101).toLowerCase();
  const whole = (options.names ?? []).filter((n) => n && rest.startsWith(n.toLowerCase())).sort((a, b) => b.length - a.length)[0];
  const word = whole
    ? source.slice(at + 1, at + 1 + whole.length)
    : /^[\p{L}\p{N}_-]{1,80}/u.exec(source.slice(at + 1, at + 101))?.[0];
  return word ? { node: { kind: "mention", text: `@${word}` }, end: at + 1 + word.length } : undefined;
}

function stamp(source: string, at: number, options: MarkdownOptions): Found | undefined {
  if (/[\p{L}\p{N}:.]/u.test(source.charAt(at - 1))) return undefined;
  const sticky = /(?:\d{1,2}:)?\d{1,2}:\d{2}(?![\p{L}\p{N}:])/uy;
  sticky.lastIndex = at;
  const text = sticky.exec(source)?.[0];
  const ms = parseTime(text ?? null);
  if (!text || ms === undefined || ms > (options.durationMs ?? Infinity)) return undefined;
  return { node: { kind: "time", text, ms }, end: at + text.length };
}
