// How large captions are; kept in this browser.
const key = "baton.caption-size";
const sizes = ["small", "medium", "large", "huge"] as const;
export type CaptionSize = (typeof sizes)[number];

function read(): CaptionSize {
  try {
    return sizes.find((s) => s === localStorage.getItem(key)) ?? "medium";
  } catch {
    return "medium";
  }
}

export const captions: { size: CaptionSize } = $state({ size: read() });

/** Makes captions one size smaller or larger. */
export function stepCaptionSize(step: -1 | 1): void {
  setCaptionSize(sizes[sizes.indexOf(captions.size) + step] ?? captions.size);
}

export function setCaptionSize(size: CaptionSize): void {
  captions.size = size;
  try {
    localStorage.setItem(key, size);
  } catch {
    // Kept until the page is closed.
  }
}

export const captionSizes: readonly CaptionSize[] = sizes;
