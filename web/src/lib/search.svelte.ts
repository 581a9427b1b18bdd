// The search as somebody types: the newest question wins, hits come grouped by clip, best clip first.
import { api, ok, wordsFor, type Moment } from "../api/client";

export interface SearchAsk {
  readonly q: string;
  readonly space: string;
  readonly from: string;
}

export interface MomentGroup {
  readonly clipId: string;
  readonly moments: readonly Moment[];
}

export interface Search {
  readonly groups: readonly MomentGroup[];
  readonly count: number;
  readonly more: boolean;
  readonly busy: boolean;
  readonly trouble: string;
  /** The question that the groups answer; empty before the first answer. */
  readonly answered: string;
  readonly ask: (what: SearchAsk) => Promise<void>;
  readonly next: () => Promise<void>;
}

const pageSize = 30;

/** Moments keep the order of their rank; a clip stands where its best moment stands. */
export function groupByClip(moments: readonly Moment[]): MomentGroup[] {
  const groups = new Map<string, Moment[]>();
  for (const m of moments) {
    const group = groups.get(m.clip_id);
    if (group) group.push(m);
    else groups.set(m.clip_id, [m]);
  }
  return [...groups].map(([clipId, own]) => ({ clipId, moments: own }));
}

export function createSearch(): Search {
  let moments: readonly Moment[] = $state.raw([]);
  let cursor = $state("");
  let busy = $state(false);
  let trouble = $state("");
  let answered = $state("");
  let asked: SearchAsk = { q: "", space: "", from: "" };
  let running: AbortController | undefined;

  async function load(from: string): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    if (asked.q.trim() === "") {
      moments = [];
      cursor = answered = trouble = "";
      busy = false;
      return;
    }
    busy = true;
    try {
      const answer = await ok(
        api.GET("/api/v1/search", {
          params: {
            query: {
              q: asked.q,
              limit: pageSize,
              ...(asked.space ? { space_id: asked.space } : {}),
              ...(asked.from ? { from: asked.from } : {}),
              ...(from ? { cursor: from } : {}),
            },
          },
          signal: mine.signal,
        }),
      );
      moments = from ? [...moments, ...answer.moments] : answer.moments;
      cursor = answer.next_cursor ?? "";
      answered = asked.q;
      trouble = "";
    } catch (error) {
      if (!mine.signal.aborted) trouble = wordsFor(error);
    } finally {
      if (mine === running) busy = false;
    }
  }

  const groups = $derived(groupByClip(moments));
  return {
    get groups() {
      return groups;
    },
    get count() {
      return moments.length;
    },
    get more() {
      return cursor !== "";
    },
    get busy() {
      return busy;
    },
    get trouble() {
      return trouble;
    },
    get answered() {
      return answered;
    },
    ask: (what) => {
      asked = what;
      return load("");
    },
    next: () => (cursor ? load(cursor) : Promise.resolve()),
  };
}
