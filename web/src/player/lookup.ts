// Finding what belongs to a moment, among things that are sorted by their start.

/** Index of the last item that begins at or before ms; -1 when all begin later. Items must be sorted by start_ms. */
export function lastStarted(items: readonly { readonly start_ms: number }[], ms: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item && item.start_ms <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the item that holds ms in [start, end); -1 between items. Items must be sorted and must not overlap. */
export function holding(items: readonly { readonly start_ms: number; readonly end_ms: number }[], ms: number): number {
  const i = lastStarted(items, ms);
  const item = items[i];
  return item && ms < item.end_ms ? i : -1;
}

/**
 * Start of the chapter before or after a moment, as "previous track" works everywhere: going back within the first
 * two seconds of a chapter reaches the one before, later its own start. undefined: there is none.
 */
export function neighbour(chapters: readonly { readonly start_ms: number }[], ms: number, way: -1 | 1): number | undefined {
  const i = lastStarted(chapters, ms);
  if (way === 1) return chapters[i + 1]?.start_ms;
  const here = chapters[i];
  if (!here) return undefined;
  return ms - here.start_ms > 2000 ? here.start_ms : (chapters[i - 1]?.start_ms ?? here.start_ms);
}
