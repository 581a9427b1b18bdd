// The search as somebody types: the newest question wins, hits come grouped by clip, best clip first.
import { api, ok, wordsFor, type Moment } from "../api/client";

/** What is asked; empty fields narrow nothing. */
export interface SearchAsk {
  readonly q: string;
  readonly space: string;
  readonly from: string;
  readonly tag: string;
  /** Days: clips made on the first or later, and on the last or earlier, in the time zone of this browser. */
  readonly after: string;
  readonly before: string;
  readonly sources: readonly Moment["source"][];
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

/** A clip that changed between two pages may bring a moment twice. */
const same = (a: Moment, b: Moment): boolean =>
  a.clip_id === b.clip_id && a.source === b.source && a.start_ms === b.start_ms && a.snippet === b.snippet;

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

/** The instant at which a day of the calendar begins here, or the next one; undefined: no day. */
export function dayBegins(day: string, later = 0): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) return undefined;
  const [, y, m, d] = parts.map(Number);
  const at = new Date(y ?? 0, (m ?? 1) - 1, (d ?? 1) + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

function narrowed(a: SearchAsk) {
  const after = dayBegins(a.after);
  const before = dayBegins(a.before, 1);
  return {
    ...(a.space ? { space_id: a.space } : {}),
    ...(a.from ? { from: a.from } : {}),
    ...(a.tag ? { tag: a.tag } : {}),
    ...(after ? { after } : {}),
    ...(before ? { before } : {}),
    ...(a.sources.length > 0 ? { source: [...a.sources] } : {}),
  };
}

export function createSearch(): Search {
  let moments: readonly Moment[] = $state.raw([]);
  let cursor = $state("");
  let busy = $state(false);
  let trouble = $state("");
  let answered = $state("");
  let asked: SearchAsk = { q: "", space: "", from: "", tag: "", after: "", before: "", sources: [] };
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
              ...narrowed(asked),
              ...(from ? { cursor: from } : {}),
            },
          },
          querySerializer: { array: { style: "form", explode: false } },
          signal: mine.signal,
        }),
      );
      moments = from ? [...moments, ...answer.moments.filter((m) => !moments.some((k) => same(k, m)))] : answer.moments;
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
