import { api, ok, wordsFor } from "../../api/client";
import { say } from "../../ui/toast.svelte";

/** Answers an ask with the clip that was just recorded; gives the page to go to, which is the clip's own when no ask is answered. */
export async function answerWith(clip: string, ask: string | null): Promise<string> {
  if (!ask) return `/c/${clip}`;
  try {
    const params = { path: { ask_id: ask } };
    const a = await ok(api.POST("/api/v1/asks/{ask_id}/answer", { params, body: { clip_id: clip } }));
    say(`${a.author.name} has your answer`);
    return `/asks/${ask}`;
  } catch (error) {
    say(`Your clip is safe, but it is no answer yet: ${wordsFor(error)}`, "error");
    return `/c/${clip}`;
  }
}
