// A clip for somebody's own mail: its moving picture with its link, as HTML and as plain text.
import type { Clip } from "../../../api/client";
import { titleOf } from "../../../lib/clip";
import { clock } from "../../../lib/time";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => entities[c] ?? c);

export interface MailText {
  readonly html: string;
  readonly plain: string;
}

/** picture is an address or a data: URL; empty: words alone. */
export function mailText(clip: Clip, picture: string): MailText {
  const title = titleOf(clip);
  const length = clock(clip.played_ms ?? clip.duration_ms);
  const link = escape(clip.url);
  const shown = picture
    ? `<a href="${link}"><img src="${escape(picture)}" width="480" alt="${escape(`Watch: ${title}`)}" style="max-width:100%;border:0"></a><br>`
    : "";
  return {
    html: `<p>${shown}<a href="${link}">${escape(title)}</a> (${length})</p>`,
    plain: `${title} (${length})\n${clip.url}\n`,
  };
}

/** What moves, or else what stands, as it may be shown by its address or has to go along. */
async function pictureOf(clip: Clip): Promise<string> {
  const at = clip.preview_url ?? clip.poster_url;
  if (!at) return "";
  // Where anybody with the link may watch, mail programs fetch it; elsewhere nobody but us can, so it goes along.
  if (clip.visibility === "link") return new URL(at, location.href).href;
  const answer = await fetch(at);
  if (!answer.ok) return "";
  const blob = await answer.blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve(typeof reader.result === "string" ? reader.result : "");
    };
    reader.onerror = () => {
      reject(reader.error ?? new Error("the picture could not be read"));
    };
    reader.readAsDataURL(blob);
  });
}

/** Puts it on the clipboard. Safari wants the promise itself: it allows nothing after a wait. */
export async function copyForMail(clip: Clip): Promise<void> {
  const text = pictureOf(clip)
    .catch(() => "")
    .then((picture) => mailText(clip, picture));
  const part = (name: keyof MailText, type: string) => text.then((t) => new Blob([t[name]], { type }));
  await navigator.clipboard.write([
    new ClipboardItem({ "text/html": part("html", "text/html"), "text/plain": part("plain", "text/plain") }),
  ]);
}
