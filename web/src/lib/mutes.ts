// What somebody wants to hear no more of: a space, a round, the talk about a clip.
import { api, ok, type Schemas } from "../api/client";

export type Mute = Schemas["Mute"];
export type Muted = Pick<Mute, "kind" | "id">;

export const readMutes = async (): Promise<readonly Mute[]> => (await ok(api.GET("/api/v1/me/mutes"))).mutes;

/** Whether it is muted. */
export const isMuted = async (what: Muted): Promise<boolean> => (await readMutes()).some((m) => m.id === what.id);

/** Mutes it, or hears of it again. */
export async function setMuted({ kind, id }: Muted, on: boolean): Promise<void> {
  if (kind === "clip") {
    const path = { params: { path: { id } } };
    await ok(on ? api.PUT("/api/v1/clips/{id}/mute", path) : api.DELETE("/api/v1/clips/{id}/mute", path));
  } else if (kind === "space") {
    const path = { params: { path: { space_id: id } } };
    await ok(on ? api.PUT("/api/v1/spaces/{space_id}/mute", path) : api.DELETE("/api/v1/spaces/{space_id}/mute", path));
  } else {
    const path = { params: { path: { round_id: id } } };
    await ok(on ? api.PUT("/api/v1/rounds/{round_id}/mute", path) : api.DELETE("/api/v1/rounds/{round_id}/mute", path));
  }
}
