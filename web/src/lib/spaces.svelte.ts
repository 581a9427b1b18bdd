// The spaces of my workspace, read once and again after they were changed here.
import { api, ok, type Schemas } from "../api/client";

export type Space = Schemas["Space"];

export const spaces: { all: readonly Space[] } = $state({ all: [] });

export async function refreshSpaces(): Promise<void> {
  spaces.all = (await ok(api.GET("/api/v1/spaces"))).spaces;
}
