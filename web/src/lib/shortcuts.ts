// Single keys that pages listen for. They can be switched off (WCAG 2.1.4), and never act while somebody types.
import { settings } from "./settings.svelte";

/** Whether a key press belongs to the page: no modifier, not in a field, single-key shortcuts on. */
export function isPageKey(e: KeyboardEvent): boolean {
  if (!settings.shortcuts || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return false;
  return !(e.target instanceof Element && e.target.closest("input, textarea, select, [contenteditable], dialog"));
}

/** "/" goes to a page's search field. */
export function slashFocuses(e: KeyboardEvent, input: HTMLInputElement | undefined): void {
  if (e.key !== "/" || !input || !isPageKey(e)) return;
  e.preventDefault();
  input.focus();
  input.select();
}
