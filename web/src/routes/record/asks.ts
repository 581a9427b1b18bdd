// What the record page asks of people, and of the server.
import { api, ok, wordsFor } from "../../api/client";
import { confirm } from "../../ui/confirm";
import { say } from "../../ui/toast.svelte";

/** Whether to record although nothing was heard. */
export function confirmSilence(): Promise<boolean> {
  return confirm({
    title: "We cannot hear you",
    text: "Nothing came from the microphone since you opened this page. Perhaps it is muted, or another one is meant.",
    yes: "Record anyway",
  });
}

/** Removes the clip of a take that was thrown away. */
export async function deleteClip(id: string | undefined): Promise<void> {
  if (!id) return;
  try {
    await ok(api.DELETE("/api/v1/clips/{id}", { params: { path: { id } } }));
  } catch (error) {
    say(wordsFor(error), "error");
  }
}
