// A take that answers a round becomes that answer once the server has all of it, whoever sent the last of it: the page that recorded it,
// or a later visit.
import { api, ApiError, ok, type Schemas } from "../api/client";
import type { TakeRecord } from "./spool";

type Part = Schemas["AnswerPart"];

/**
 * The answer that a take makes: its sections take the place of what was recorded before; what was written stays. Sections that the round has no
 * more are left out, for the server would refuse them all.
 */
export function partsOf(take: TakeRecord, sections: readonly string[], before: readonly Part[]): Part[] {
  const parts = new Map<string, Part>();
  for (const { section, text } of before) if (text) parts.set(section, { section, text });
  for (const { section, start_ms } of take.answers?.marks ?? [])
    parts.set(section, { ...(parts.get(section) ?? { section }), ...(take.clipId ? { clip_id: take.clipId } : {}), start_ms });
  return [...parts.values()].filter((p) => sections.includes(p.section));
}

/** Makes a finished take its owner's answer. What the server will never take stays a clip; everything else is thrown, to be tried again. */
export async function settleAnswer(take: TakeRecord): Promise<void> {
  if (!take.answers || !take.clipId) return;
  const params = { path: { occurrence_id: take.answers.occurrence } };
  try {
    const held = await ok(api.GET("/api/v1/occurrences/{occurrence_id}", { params }));
    const before = held.answers.find((a) => a.author.id === take.owner)?.parts ?? [];
    const sections = held.sections.map((s) => s.key);
    const parts = partsOf(take, sections, before);
    await ok(api.PUT("/api/v1/occurrences/{occurrence_id}/answer", { params, body: { parts } }));
  } catch (error) {
    if (error instanceof ApiError && [400, 403, 404, 409].includes(error.status)) return;
    throw error;
  }
}
