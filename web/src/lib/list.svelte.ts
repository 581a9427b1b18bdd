// A short list of the server's that a page shows and changes: busy, trouble, and reading it again after each change.
import { wordsFor } from "../api/client";

export interface List<T> {
  readonly items: readonly T[];
  readonly loaded: boolean;
  readonly busy: boolean;
  readonly trouble: string;
  readonly refresh: () => Promise<void>;
  /** Runs a change, then reads the list again; resolves to whether the change was made. */
  readonly change: (act: () => Promise<unknown>) => Promise<boolean>;
}

export function createList<T>(read: () => Promise<readonly T[]>): List<T> {
  let items: readonly T[] = $state.raw([]);
  let loaded = $state(false);
  let busy = $state(false);
  let trouble = $state("");

  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    busy = true;
    trouble = "";
    try {
      await act();
      return true;
    } catch (error) {
      trouble = wordsFor(error);
      return false;
    } finally {
      busy = false;
    }
  }
  const refresh = async (): Promise<void> => {
    await attempt(async () => {
      items = await read();
      loaded = true;
    });
  };

  return {
    get items() {
      return items;
    },
    get loaded() {
      return loaded;
    },
    get busy() {
      return busy;
    },
    get trouble() {
      return trouble;
    },
    refresh,
    change: async (act) => {
      if (!(await attempt(act))) return false;
      await refresh();
      return true;
    },
  };
}
