// A form that is being sent: busy while it is, words when it failed.
import { wordsFor } from "../api/client";

export interface Submission {
  readonly busy: boolean;
  readonly trouble: string;
  /** Runs the act of the form once at a time. */
  readonly run: (e: SubmitEvent) => Promise<void>;
}

export function submission(act: () => Promise<void>): Submission {
  let busy = $state(false);
  let trouble = $state("");
  return {
    get busy() {
      return busy;
    },
    get trouble() {
      return trouble;
    },
    run: async (e: SubmitEvent) => {
      e.preventDefault();
      if (busy) return;
      busy = true;
      trouble = "";
      try {
        await act();
      } catch (error) {
        trouble = wordsFor(error);
      } finally {
        busy = false;
      }
    },
  };
}

/** The time zone of this browser. */
export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
