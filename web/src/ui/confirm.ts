import { mount, unmount } from "svelte";

export interface Question {
  readonly title: string;
  readonly text: string;
  /** The words on the button that agrees, e.g. "Delete". */
  readonly yes: string;
  /** What was agreed cannot be undone. */
  readonly danger?: boolean;
}

/** Asks a person; Escape and Cancel are no. The focus goes back to where it was. */
export async function confirm(question: Question): Promise<boolean> {
  const { default: Confirm } = await import("./Confirm.svelte");
  return new Promise((resolve) => {
    const dialog: Record<string, unknown> = mount(Confirm, {
      target: document.body,
      props: {
        ...question,
        answer: (yes: boolean) => {
          resolve(yes);
          void unmount(dialog);
        },
      },
    });
  });
}
