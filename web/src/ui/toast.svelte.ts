// One short message at a time, read out by screen readers (Toast.svelte shows it).
export const toast: { text: string; kind: "info" | "error" } = $state({ text: "", kind: "info" });

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing; errors stay longer. */
export function say(text: string, kind: "info" | "error" = "info"): void {
  clearTimeout(timer);
  toast.text = text;
  toast.kind = kind;
  timer = setTimeout(() => (toast.text = ""), kind === "error" ? 8000 : 3500);
}
