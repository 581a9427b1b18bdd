// The log of decisions: what is searched, page by page.
import { api, ok, wordsFor, type Schemas } from "../api/client";

export type Decision = Schemas["Decision"];

export interface DecisionLog {
  readonly items: readonly Decision[];
  readonly loaded: boolean;
  readonly more: boolean;
  readonly trouble: string;
  /** Reads the newest with these words. A later call outruns an earlier one. */
  readonly show: (words: string) => Promise<void>;
  readonly next: () => Promise<void>;
}

export function createDecisionLog(): DecisionLog {
  let items: readonly Decision[] = $state.raw([]);
  let loaded = $state(false);
  let cursor = $state("");
  let trouble = $state("");
  let q = "";
  let turn = 0;

  async function read(before: string): Promise<void> {
    const mine = ++turn;
    try {
      const query = { ...(q && { q }), ...(before && { cursor: before }) };
      const page = await ok(api.GET("/api/v1/decisions", { params: { query } }));
      if (mine !== turn) return;
      items = before ? [...items, ...page.decisions] : page.decisions;
      cursor = page.next_cursor ?? "";
      loaded = true;
      trouble = "";
    } catch (error) {
      if (mine === turn) trouble = wordsFor(error);
    }
  }
  return {
    get items() {
      return items;
    },
    get loaded() {
      return loaded;
    },
    get more() {
      return cursor !== "";
    },
    get trouble() {
      return trouble;
    },
    show: (words) => {
      q = words.trim();
      return read("");
    },
    next: () => read(cursor),
  };
}
