// Where people reacted or watched most: a line over the timeline.

/** How far a single moment reaches to both sides, as a share of the whole line. */
const spread = 0.02;

/**
 * A line's heights, 0 to 1, at evenly spread places of the clip: each count is felt around its moment. All zero when there is
 * nothing to show.
 */
export function heatLine(
  counts: readonly { readonly at_ms: number; readonly count: number }[],
  durationMs: number,
  places = 100,
): number[] {
  const line = Array.from({ length: places }, () => 0);
  if (durationMs <= 0) return line;
  for (const { at_ms, count } of counts) {
    const at = Math.min(1, at_ms / durationMs);
    for (let i = 0; i < places; i++) line[i] = (line[i] ?? 0) + count * Math.exp(-(((i / (places - 1) - at) / spread) ** 2));
  }
  const most = Math.max(...line);
  return most > 0 ? line.map((h) => h / most) : line;
}

/** A line of at most so many places, each as high as the highest of what it stands for, so that no moment is lost in the drawing. */
export function thinned(line: readonly number[], places = 300): number[] {
  if (line.length <= places) return [...line];
  return Array.from({ length: places }, (_, i) => {
    const [from, to] = [i, i + 1].map((n) => Math.floor((n * line.length) / places));
    return line.slice(from, to).reduce((most, h) => Math.max(most, h), 0);
  });
}

/** The line as the edge of an SVG area, 100 wide and as high as told, standing on the ground. */
export function heatPath(line: readonly number[], height: number): string {
  const last = Math.max(1, line.length - 1);
  const points = line.map((h, i) => `${((i * 100) / last).toFixed(1)} ${(height - h * height).toFixed(1)}`);
  return `M0 ${height}L${points.join("L")}L100 ${height}Z`;
}
