// Who can be mentioned, and who is.
import { api, ok, type Clip, type Schemas } from "../../api/client";
import { parseMarkdown, type Inline } from "../../lib/markdown";

export type Mentionable = Pick<Schemas["Member"], "id" | "name"> & { readonly may_watch?: boolean };
/** Somebody whom a comment can name; one who may not watch the clip is not told. */
export type ClipMember = Schemas["ClipMember"];

let asked: Promise<readonly Mentionable[]> | undefined;

/** The workspace's people, read once; nobody for those who may not know them. */
export function people(): Promise<readonly Mentionable[]> {
  asked ??= ok(api.GET("/api/v1/members"))
    .then((r) => r.members)
    .catch(() => {
      asked = undefined; // asked again when somebody types @ again
      return [];
    });
  return asked;
}

let known: { readonly of: Clip; readonly people: Promise<readonly ClipMember[]> } | undefined;

/** Whom a comment on a clip can name. Read again when the clip has changed: it may be seen by others now. */
export function mentionable(clip: Clip): Promise<readonly ClipMember[]> {
  if (known?.of !== clip) {
    const people = ok(api.GET("/api/v1/clips/{id}/members", { params: { path: { id: clip.id } } }))
      .then((r) => r.members)
      .catch(() => {
        known = undefined; // as above
        return [];
      });
    known = { of: clip, people };
  }
  return known.people;
}

/** Shares a clip of mine with people, beside those with whom it is shared by name already. */
export async function shareWith(clip: Clip, ids: readonly string[]): Promise<void> {
  const params = { path: { id: clip.id } };
  const { people: before } = await ok(api.GET("/api/v1/clips/{id}/people", { params }));
  const account_ids = [...new Set([...before.map((p) => p.id), ...ids])];
  await ok(api.PUT("/api/v1/clips/{id}/people", { params, body: { account_ids } }));
  known = undefined;
}

/** What is being typed after an @, up to the caret; undefined: no name is being typed. */
export function typedName(text: string, caret: number): string | undefined {
  return /(?:^|[\s(])@([\p{L}\p{N}._' -]{0,40})$/u.exec(text.slice(0, caret))?.[1];
}

/** People whose name, or a word of it, begins so; at most six. */
export function matching<P extends Mentionable>(all: readonly P[], typed: string): P[] {
  const wanted = typed.toLowerCase();
  const begins = (name: string) => name.toLowerCase().startsWith(wanted);
  return all.filter((p) => begins(p.name) || p.name.split(" ").some(begins)).slice(0, 6);
}

/** Ids of those whose whole names stand in a text after an @. */
export function mentioned(text: string, all: readonly Mentionable[]): string[] {
  const found = new Set<string>();
  const look = (nodes: readonly Inline[]): void => {
    for (const n of nodes) {
      if (n.kind === "mention") found.add(n.text.slice(1).toLowerCase());
      else if (n.kind === "strong" || n.kind === "em") look(n.nodes);
    }
  };
  for (const b of parseMarkdown(text, { names: all.map((p) => p.name) })) {
    if (b.kind === "paragraph") look(b.nodes);
    else if (b.kind === "list") b.items.forEach(look);
  }
  return all.filter((p) => found.has(p.name.toLowerCase())).map((p) => p.id);
}
