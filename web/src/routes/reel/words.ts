// What a reel says in words.
import { inWords } from "../../player/reel";
import type { IconName } from "../../lib/icons";
import type { Schemas } from "../../api/client";

type Rank = Schemas["ReelPiece"]["rank"];

/** Why a piece is there. */
export const why: Readonly<Record<Rank, { readonly name: string; readonly icon: IconName }>> = {
  ask: { name: "Asked of you", icon: "message-circle-question-mark" },
  decision: { name: "Decided", icon: "scale" },
  blocker: { name: "In the way", icon: "hand" },
  rest: { name: "New", icon: "circle-play" },
};

export const things = (n: number): string => (n === 1 ? "1 thing" : `${n} things`);

/** The line over the reel: how much there is. */
export function amount(plan: Schemas["Reel"]): string {
  const all = plan.pieces.length + plan.left.length;
  return `${things(all)}, ${inWords(plan.length_ms + plan.left_ms)}`;
}

/** How it goes with the time one has; nothing when everything is played. */
export function fit(plan: Schemas["Reel"], budget: number, rate: number): string {
  if (budget === 0) return rate === 1 ? "" : `at ${rate}×`;
  const minutes = budget === 1 ? "1 minute" : `${budget} minutes`;
  const left = plan.left.length > 0 ? ` with ${plan.left.length} left for later` : "";
  if (!plan.fits)
    return `What is asked of you takes ${inWords(plan.over_ms)} more than ${minutes}. It is never left out, so nothing else is played.`;
  return `fits ${minutes} at ${rate}×${left}`;
}
