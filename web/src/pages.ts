import type { Route } from "./lib/router.svelte";

/** Every page; the first match wins. Those with nav stand in the rail, in this order. */
export const routes: readonly Route[] = [
  {
    path: /^\/$/,
    audience: "members",
    nav: { href: "/", name: "Library", icon: "library" },
    load: () => import("./routes/Library.svelte"),
  },
  {
    path: /^\/inbox$/,
    audience: "members",
    nav: { href: "/inbox", name: "Inbox", icon: "inbox", badge: () => import("./lib/inbox.svelte") },
    load: () => import("./routes/Inbox.svelte"),
  },
  {
    path: /^\/rounds$/,
    audience: "members",
    nav: { href: "/rounds", name: "Rounds", icon: "repeat" },
    load: () => import("./routes/Rounds.svelte"),
  },
  {
    path: /^\/asks$/,
    audience: "members",
    nav: { href: "/asks", name: "Asks", icon: "hand" },
    load: () => import("./routes/Asks.svelte"),
  },
  {
    path: /^\/decisions$/,
    audience: "members",
    nav: { href: "/decisions", name: "Decisions", icon: "signpost" },
    load: () => import("./routes/Decisions.svelte"),
  },
  {
    path: /^\/blockers$/,
    audience: "members",
    nav: { href: "/blockers", name: "Blockers", icon: "ban" },
    load: () => import("./routes/Blockers.svelte"),
  },
  {
    path: /^\/search$/,
    audience: "members",
    nav: { href: "/search", name: "Search", icon: "search" },
    load: () => import("./routes/Search.svelte"),
  },
  {
    path: /^\/ledger$/,
    audience: "members",
    nav: { href: "/ledger", name: "Ledger", icon: "scale" },
    load: () => import("./routes/Ledger.svelte"),
  },
  {
    path: /^\/settings(?:\/(?<section>[a-z-]+))?$/,
    audience: "members",
    nav: { href: "/settings", name: "Settings", icon: "settings" },
    load: () => import("./routes/Settings.svelte"),
  },
  { path: /^\/rounds\/new$/, audience: "members", load: () => import("./routes/RoundEdit.svelte") },
  { path: /^\/rounds\/(?<round>[0-9a-z]{26})\/edit$/, audience: "members", load: () => import("./routes/RoundEdit.svelte") },
  { path: /^\/rounds\/(?<round>[0-9a-z]{26})$/, audience: "members", load: () => import("./routes/Round.svelte") },
  {
    path: /^\/rounds\/(?<round>[0-9a-z]{26})\/(?<occurrence>[0-9a-z]{26})$/,
    audience: "members",
    load: () => import("./routes/Occurrence.svelte"),
  },
  { path: /^\/asks\/urgent$/, audience: "members", load: () => import("./routes/Urgent.svelte") },
  { path: /^\/asks\/(?<id>[0-9a-z]{26})$/, audience: "members", load: () => import("./routes/Ask.svelte") },
  { path: /^\/spaces\/(?<id>[0-9a-z]{26})\/start-here$/, audience: "members", load: () => import("./routes/StartHere.svelte") },
  { path: /^\/decisions\/(?<id>[0-9a-z]{26})$/, audience: "members", load: () => import("./routes/Decision.svelte") },
  { path: /^\/record$/, audience: "members", bare: true, load: () => import("./routes/Record.svelte") },
  { path: /^\/c\/(?<id>[0-9a-z]{26})$/, audience: "all", load: () => import("./routes/Watch.svelte") },
  { path: /^\/embed\/(?<id>[0-9a-z]{26})$/, audience: "all", bare: true, load: () => import("./routes/Embed.svelte") },
  { path: /^\/s\/(?<secret>[\w-]+)$/, audience: "all", bare: true, load: () => import("./routes/Shared.svelte") },
  { path: /^\/setup$/, audience: "all", bare: true, load: () => import("./routes/Setup.svelte") },
  { path: /^\/sign-in$/, audience: "all", bare: true, load: () => import("./routes/SignIn.svelte") },
  { path: /^\/join\/(?<secret>[\w-]+)$/, audience: "all", bare: true, load: () => import("./routes/Join.svelte") },
  { path: /./, audience: "all", load: () => import("./routes/NotFound.svelte") },
];
