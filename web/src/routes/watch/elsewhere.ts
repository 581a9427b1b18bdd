// One goes on where one stopped in another browser, if that was later than here.
import { api, ok, type Clip } from "../../api/client";
import { rememberedAt, rememberPlace } from "../../player/resume";

/** Learns from the server where this person stopped; what is not learnt in time is no loss. */
export async function catchUp(clip: Clip): Promise<void> {
  const there = await ok(api.GET("/api/v1/clips/{id}/watched", { params: { path: { id: clip.id } } })).catch(() => undefined);
  if (there?.ago_ms === undefined) return;
  const when = Date.now() - there.ago_ms;
  if (when > rememberedAt(clip.id)) rememberPlace(clip.id, there.position_ms, clip.duration_ms, undefined, when);
}
