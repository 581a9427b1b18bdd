// How captions look; kept in this browser.
const key = "baton.captions";

export const captionSizes = ["small", "medium", "large", "huge"] as const;
/** What lies behind the words: dark, half dark, or nothing (the letters have an edge then). */
export const captionGrounds = ["dark", "soft", "none"] as const;
export const captionPlaces = ["bottom", "top"] as const;

export interface CaptionStyle {
  size: (typeof captionSizes)[number];
  ground: (typeof captionGrounds)[number];
  place: (typeof captionPlaces)[number];
}

function read(): CaptionStyle {
  let stored: Partial<Record<keyof CaptionStyle, unknown>> = {};
  try {
    stored = Object(JSON.parse(localStorage.getItem(key) ?? "{}")) as typeof stored;
  } catch {
    // No storage, or not ours: the defaults will do.
  }
  return {
    size: captionSizes.find((s) => s === stored.size) ?? "medium",
    ground: captionGrounds.find((g) => g === stored.ground) ?? "dark",
    place: captionPlaces.find((p) => p === stored.place) ?? "bottom",
  };
}

export const captions: CaptionStyle = $state(read());

export function setCaptions(change: Partial<CaptionStyle>): void {
  Object.assign(captions, change);
  try {
    localStorage.setItem(key, JSON.stringify(captions));
  } catch {
    // Kept until the page is closed.
  }
}

/** Makes captions one size smaller or larger. */
export function stepCaptionSize(step: -1 | 1): void {
  setCaptions({ size: captionSizes[captionSizes.indexOf(captions.size) + step] ?? captions.size });
}

/** Takes the next ground, around. */
export function nextCaptionGround(): void {
  const next = captionGrounds[(captionGrounds.indexOf(captions.ground) + 1) % captionGrounds.length];
  setCaptions({ ground: next ?? "dark" });
}
