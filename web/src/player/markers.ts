// Comment markers on the timeline: those that would overlap become one with a count.

export interface Marker<T> {
  /** Place on the timeline, 0 to 1. */
  readonly at: number;
  readonly items: readonly T[];
}

/**
 * Groups things by their moment so that neighbours are at least gap (share of the width) apart. Places beyond the end sit at the
 * end. Items must be sorted by at_ms.
 */
export function cluster<T extends { readonly at_ms: number }>(items: readonly T[], durationMs: number, gap: number): Marker<T>[] {
  const groups: { at: number; items: T[] }[] = [];
  for (const item of items) {
    const at = durationMs > 0 ? Math.min(1, Math.max(0, item.at_ms / durationMs)) : 0;
    const last = groups.at(-1);
    if (last && at - last.at < gap) last.items.push(item);
    else groups.push({ at, items: [item] });
  }
  return groups;
}
