// The arithmetic of plots.

/** Round values that hold min, max and 0 between the first and the last, about so many. */
export function ticks(min: number, max: number, about = 4): number[] {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  const span = high - low || 1;
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((n) => n * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  // Counted in steps, so that no rounding adds up.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A straight scale: where a value lies between two places. */
export function scale(from: readonly [number, number], to: readonly [number, number]): (v: number) => number {
  const width = from[1] - from[0] || 1;
  return (v) => to[0] + ((v - from[0]) / width) * (to[1] - to[0]);
}

/** Every how many labels of a row are written so that they do not touch. */
export function every(labels: number, width: number, room: number): number {
  return Math.max(1, Math.ceil((labels * room) / Math.max(1, width)));
}
