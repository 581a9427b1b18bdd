import { mount, unmount } from "svelte";
import type { Kind, SaidAt } from "./types";

/** What is being made an ask, a decision or a blocker. */
export interface Marking {
  readonly kind: Kind;
  /** The words to begin with. */
  readonly text?: string;
  /** Who is asked, if that is known. */
  readonly owner?: string | undefined;
  readonly from?: SaidAt;
}

/** Opens the form for it on top of whatever page there is; resolves to whether it was made. */
export async function mark(marking: Marking): Promise<boolean> {
  const { default: Mark } = await import("./Mark.svelte");
  return new Promise((resolve) => {
    const dialog: Record<string, unknown> = mount(Mark, {
      target: document.body,
      props: {
        ...marking,
        done: (made: boolean) => {
          resolve(made);
          void unmount(dialog);
        },
      },
    });
  });
}
