// The router: a table of lazily loaded pages, history, focus on the new page, and a guard against leaving unsaved work.
import type { Component } from "svelte";
import type { IconName } from "./icons";

/** Who may see a page: everybody, or people who are signed in. */
export type Audience = "all" | "members";

/** A page's entry in the navigation rail. */
export interface NavEntry {
  readonly href: string;
  readonly name: string;
  readonly icon: IconName;
  /** What follows a number to show beside the name, e.g. what is unread; loaded after the page is there. */
  readonly badge?: () => Promise<{ readonly follow: FollowBadge }>;
  /** What the number counts; things that are new, if nothing is said. */
  readonly unit?: string;
}

/** Tells the number whenever it changes, 0 shows none; the returned function ends it. */
export type FollowBadge = (show: (n: number) => void) => () => void;

export interface Route {
  readonly path: RegExp;
  readonly audience: Audience;
  readonly load: () => Promise<{ default: Component }>;
  /** The page fills the window, without the navigation rail. */
  readonly bare?: boolean;
  /** The page stands in the navigation rail, in the order of the table. */
  readonly nav?: NavEntry;
}

interface Here {
  path: string;
  search: string;
  params: Record<string, string>;
  view: Component | undefined;
  route: Route | undefined;
}

let table: readonly Route[] = [];
let guard: (() => boolean) | undefined;
let turn = 0;

export const here: Here = $state({ path: "", search: "", params: {}, view: undefined, route: undefined });

/** While set, a page asks before it is left: f returns whether leaving is fine. */
export function guardLeaving(f: (() => boolean) | undefined): void {
  guard = f;
}

/** Reads a parameter of the address's query. */
export function query(name: string): string | null {
  return new URLSearchParams(here.search).get(name);
}

/** Goes to a page of this program. */
export async function go(to: string, how: "push" | "replace" | "pop" = "push"): Promise<void> {
  if (guard && !guard()) {
    if (how === "pop") history.pushState(null, "", here.path + here.search);
    return;
  }
  guard = undefined;
  const url = new URL(to, location.href);
  const mine = ++turn;
  const route = table.find((r) => r.path.test(url.pathname));
  if (!route) return;
  const view = await viewOf(route, url, () => mine === turn);
  if (!view || mine !== turn) return; // another page was asked for meanwhile
  if (how === "push") history.pushState(null, "", url);
  if (how === "replace") history.replaceState(null, "", url);
  here.params = { ...route.path.exec(url.pathname)?.groups };
  here.path = url.pathname;
  here.search = url.search;
  here.route = route;
  here.view = view;
  if (how !== "pop") scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

/**
 * Loads a page's code, and waits for a server that is away: somebody who stops a recording just then must not be left where they are.
 * A server that is there and has the code no more is a new version: its page is fetched as a whole.
 */
async function viewOf(route: Route, url: URL, wanted: () => boolean): Promise<Component | undefined> {
  for (let tries = 0; wanted(); tries++) {
    try {
      return (await route.load()).default;
    } catch {
      const there = await fetch("/healthz").then(
        (r) => r.ok,
        () => false,
      );
      if (there && tries > 1) {
        location.assign(url);
        return undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 500 * (tries + 1))));
    }
  }
  return undefined;
}

/** Changes the query without leaving the page. */
export function setQuery(values: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [k, v] of Object.entries(values)) {
    if (v === null) url.searchParams.delete(k);
    else url.searchParams.set(k, v);
  }
  history.replaceState(null, "", url);
  here.search = url.search;
}

/** Starts the router over a table; the last route should match everything. */
export function start(routes: readonly Route[]): Promise<void> {
  table = routes;
  addEventListener("popstate", () => void go(location.href, "pop"));
  document.addEventListener("click", followLink);
  return go(location.href, "replace");
}

function followLink(e: MouseEvent): void {
  const a = e.target instanceof Element ? e.target.closest("a") : null;
  if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (a.target || a.origin !== location.origin || a.hasAttribute("download") || a.getAttribute("href")?.startsWith("#")) return;
  if (a.pathname.startsWith("/api/")) return;
  e.preventDefault();
  void go(a.href);
}
