// Speeds that can be chosen, and stepping between them.

export const speeds: readonly number[] = [0.5, 0.75, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3];

/** The next slower or faster speed; the ends stay. A speed between two goes to its neighbour. */
export function stepSpeed(now: number, step: -1 | 1): number {
  const next = step === 1 ? speeds.find((s) => s > now + 0.001) : speeds.findLast((s) => s < now - 0.001);
  return next ?? clampSpeed(now);
}

/** Any number as a speed that can be played. */
export function clampSpeed(n: number): number {
  return Number.isFinite(n) ? Math.min(3, Math.max(0.5, n)) : 1;
}
