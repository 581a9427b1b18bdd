// What the record page does to the browser around it.
import type { BubbleCorner } from "../../recorder/types";

/** The red dot among the tabs. */
export function markRecording(recording: boolean): void {
  document
    .querySelector<HTMLLinkElement>("link[rel=icon]")
    ?.setAttribute("href", recording ? "/icon-recording.svg" : "/icon.svg");
}

/** Puts text on the clipboard; false when the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, no focus, or no https; wherever the link is shown there is a Copy button
  }
}

/** The corner of an element that a pointer is nearest to. */
export function cornerAt(e: Pick<PointerEvent, "clientX" | "clientY" | "currentTarget">): BubbleCorner {
  if (!(e.currentTarget instanceof Element)) return "bottom-left";
  const { left, top, width, height } = e.currentTarget.getBoundingClientRect();
  const vertical = e.clientY < top + height / 2 ? "top" : "bottom";
  return `${vertical}-${e.clientX < left + width / 2 ? "left" : "right"}`;
}
