// The library's list: pages of clips, kept up to date by the server's events.
import { api, ApiError, ok, wordsFor, type Clip } from "../api/client";
import { listen } from "../api/events";

export interface LibraryFilter {
  readonly owner?: string;
  readonly space?: string;
  readonly tag?: string;
}

export interface Library {
  readonly clips: readonly Clip[];
  readonly loaded: boolean;
  readonly loading: boolean;
  readonly more: boolean;
  readonly trouble: string;
  /** Starts over with a filter. */
  readonly show: (filter: LibraryFilter) => Promise<void>;
  readonly next: () => Promise<void>;
  /** Follows the server's events until the returned function is called. */
  readonly follow: () => () => void;
}

const pageSize = 24;
/** Changes come in bursts (a job tells its progress); each clip is read again once per burst. */
const burst = 300;

export function createLibrary(): Library {
  let clips: Clip[] = $state.raw([]);
  let filter: LibraryFilter = {};
  let cursor = $state("");
  let loaded = $state(false);
  let loading = $state(false);
  let trouble = $state("");
  let turn = 0;
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function page(from: string): Promise<void> {
    const mine = ++turn;
    loading = true;
    trouble = "";
    try {
      const answer = await ok(
        api.GET("/api/v1/clips", {
          params: {
            query: {
              limit: pageSize,
              ...(from ? { cursor: from } : {}),
              ...(filter.owner ? { owner: filter.owner } : {}),
              ...(filter.space ? { space_id: filter.space } : {}),
              ...(filter.tag ? { tag: filter.tag } : {}),
            },
          },
        }),
      );
      if (mine !== turn) return; // another filter was chosen meanwhile
      clips = from ? [...clips, ...answer.clips.filter((c) => !clips.some((k) => k.id === c.id))] : answer.clips;
      cursor = answer.next_cursor ?? "";
      loaded = true;
    } catch (error) {
      if (mine === turn) trouble = wordsFor(error);
    } finally {
      if (mine === turn) loading = false;
    }
  }

  const fits = (c: Clip): boolean =>
    (!filter.space || c.space?.id === filter.space || (c.shared_spaces?.includes(filter.space) ?? false)) &&
    (!filter.tag || c.tags.includes(filter.tag)) &&
    (!filter.owner || (filter.owner === "me" ? c.may.edit : c.owner.id === filter.owner));

  function place(c: Clip): void {
    const rest = clips.filter((k) => k.id !== c.id);
    if (!fits(c)) clips = rest;
    else if (rest.length < clips.length) clips = clips.map((k) => (k.id === c.id ? c : k));
    // Ids grow with time. What is older than the list's end comes with the next page.
    else if (!cursor || c.id > (clips.at(-1)?.id ?? "")) clips = [...rest, c].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  function remove(id: string): void {
    clips = clips.filter((c) => c.id !== id);
  }

  async function readAgain(): Promise<void> {
    const ids = [...changed];
    changed.clear();
    for (const id of ids) {
      try {
        place(await ok(api.GET("/api/v1/clips/{id}", { params: { path: { id } } })));
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) remove(id);
      }
    }
  }

  function touch(id: string): void {
    changed.add(id);
    timer ??= setTimeout(() => {
      timer = undefined;
      void readAgain();
    }, burst);
  }

  return {
    get clips() {
      return clips;
    },
    get loaded() {
      return loaded;
    },
    get loading() {
      return loading;
    },
    get more() {
      return cursor !== "";
    },
    get trouble() {
      return trouble;
    },
    show: (f) => {
      filter = f;
      return page("");
    },
    next: () => (loading || !cursor ? Promise.resolve() : page(cursor)),
    follow: () => {
      const stop = listen({
        "clip.changed": ({ id }) => {
          touch(id);
        },
        "clip.deleted": ({ id }) => {
          remove(id);
        },
        "clip.segments": ({ id, duration_ms }) => {
          clips = clips.map((c) => (c.id === id ? { ...c, duration_ms } : c));
        },
        "transcript.changed": ({ id }) => {
          touch(id);
        },
        "comment.changed": ({ clip_id }) => {
          touch(clip_id);
        },
        "comment.deleted": ({ clip_id }) => {
          touch(clip_id);
        },
        "space.changed": () => void page(""),
        reset: () => void page(""),
      });
      return () => {
        stop();
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
