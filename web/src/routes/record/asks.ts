// What the record page asks of people, and of the server.
import { wordsFor } from "../../api/client";
import { account } from "../../lib/account.svelte";
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

/** Removes the clip of a take that was thrown away. The code for it was loaded with the program, for the server may be away. */
export async function deleteClip(id: string | undefined): Promise<void> {
  if (!id) return;
  try {
    const { throwAway } = await import("../../recorder/thrown");
    if (!(await throwAway(account.me?.id ?? "", id)))
      say("The server cannot be told now. What it has of this recording is deleted at your next visit.", "error");
  } catch (error) {
    say(wordsFor(error), "error");
  }
}
