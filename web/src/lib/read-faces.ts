// Asks for the pictures of people; loaded when the page is there.
import { api, ok, type Schemas } from "../api/client";
import { setFaces } from "./faces.svelte";

/** Reads those of my workspace, or of the people of a clip, which strangers may see, too. Without them there are initials. */
export async function readFaces(clip?: string): Promise<void> {
  try {
    const { pictures } = await ok<Schemas["Pictures"]>(
      clip ? api.GET("/api/v1/clips/{id}/pictures", { params: { path: { id: clip } } }) : api.GET("/api/v1/pictures"),
    );
    setFaces(Object.fromEntries(pictures.map((p) => [p.account_id, p.url])));
  } catch {
    // As if nobody showed one.
  }
}
