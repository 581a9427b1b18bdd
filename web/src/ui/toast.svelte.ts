// One short message at a time, read out by screen readers (Toast.svelte shows it).
type Kind = "info" | "error";

/** Something that can be done about what a message says, e.g. take it back. */
export interface ToastAction {
  readonly name: string;
  readonly act: () => void;
}

export const toast: { text: string; kind: Kind; action: ToastAction | undefined } = $state({
  text: "",
  kind: "info",
  action: undefined,
});

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing; errors, and what can be acted on, stay longer. */
export function say(text: string, kind: Kind = "info", action?: ToastAction): void {
  clearTimeout(timer);
  Object.assign(toast, { text, kind, action });
  timer = setTimeout(hush, action ? 12_000 : kind === "error" ? 8000 : 3500);
}

/** Takes the message away. */
export function hush(): void {
  clearTimeout(timer);
  Object.assign(toast, { text: "", action: undefined });
}
