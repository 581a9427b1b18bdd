// What asks, decisions and blockers have in common.
import type { Schemas } from "../../api/client";

export type Ask = Schemas["Ask"];
export type Decision = Schemas["Decision"];
export type Blocker = Schemas["Blocker"];
export type Kind = Schemas["Proposal"]["kind"];

/** Where something was said, as requests have it. */
export type SaidAt = Partial<
  Pick<Schemas["AskRequest"], "clip_id" | "start_ms" | "end_ms" | "comment_id" | "occurrence_id" | "spoken">
>;

/** The address of the moment in this program. */
export function momentPath(s: Schemas["Source"]): string {
  const query = new URLSearchParams();
  if (s.start_ms > 0) query.set("t", String(s.start_ms / 1000));
  if (s.comment_id) query.set("comment", s.comment_id);
  return `/c/${s.clip_id ?? ""}${query.size > 0 ? `?${query.toString()}` : ""}`;
}

/** The text of a request, on one line where the server wants one. */
export const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
