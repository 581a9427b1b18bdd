// A round while it is made or changed.
import { cadenceOf, ruleOf, weekdays, type Cadence } from "../../lib/cadence";
import type { Schemas } from "../../api/client";
import type { Round } from "../../lib/rounds";
import { todayIn } from "../../lib/zone";

/** A section of the form; row names it while it has no key yet, or the same as another. */
export interface DraftSection {
  readonly row: string;
  /** What answers are kept under; empty for a new one. */
  readonly key: string;
  title: string;
  prompt: string;
  seconds: number;
  blockers: boolean;
}

export interface Draft {
  template: string;
  name: string;
  sections: DraftSection[];
  members: string[];
  cadence: Cadence;
  starts_on: string;
  opens: string;
  closes: string;
  close_after_days: number;
  remind_minutes: number;
  space_id: string;
}

let rows = 0;
const row = (): string => `section-${++rows}`;

export const blank = (): DraftSection => ({ row: row(), key: "", title: "", prompt: "", seconds: 30, blockers: false });

export function emptyDraft(me: string | undefined): Draft {
  return {
    template: "own",
    name: "",
    sections: [],
    members: me ? [me] : [],
    cadence: { kind: "weeks", every: 1, days: weekdays.slice(0, 5) },
    starts_on: todayIn(),
    opens: "09:00",
    closes: "12:00",
    close_after_days: 0,
    remind_minutes: 60,
    space_id: "",
  };
}

const sectionOf = (s: Schemas["RoundSection"]): DraftSection => ({
  row: row(),
  key: s.key,
  title: s.title,
  prompt: s.prompt ?? "",
  seconds: s.seconds ?? 0,
  blockers: s.blockers ?? false,
});

export function fromTemplate(t: Schemas["RoundTemplate"], before: Draft): Draft {
  const { opens, closes, close_after_days, name } = t;
  return {
    ...before,
    template: t.key,
    name,
    sections: t.sections.map(sectionOf),
    cadence: cadenceOf(t.rule),
    opens,
    closes,
    close_after_days,
  };
}

export function fromRound(r: Round): Draft {
  const { template, name, starts_on, opens, closes, close_after_days, remind_minutes } = r;
  return {
    ...{ template, name, starts_on, opens, closes, close_after_days, remind_minutes },
    sections: r.sections.map(sectionOf),
    members: r.members.map((m) => m.id),
    cadence: cadenceOf(r.rule),
    space_id: r.space_id ?? "",
  };
}

/** A key for a new section, from its title, that no other has. */
function keyFor(title: string, taken: ReadonlySet<string>): string {
  const base =
    title
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 36) || "section";
  for (let n = 1; ; n++) {
    const key = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(key)) return key;
  }
}

/** What the server takes. Sections keep their keys, for that is where answers are. */
export function toRequest(d: Draft): Schemas["RoundPatch"] & { members: string[] } {
  const taken = new Set(d.sections.map((s) => s.key).filter(Boolean));
  const sections = d.sections.map(({ key, title, prompt, seconds, blockers }) => {
    const own = key || keyFor(title, taken);
    taken.add(own);
    return { key: own, title: title.trim(), prompt: prompt.trim(), seconds, blockers };
  });
  const { starts_on, opens, closes, close_after_days, remind_minutes, space_id, members } = d;
  return {
    ...{ starts_on, opens, closes, close_after_days, remind_minutes, space_id },
    name: d.name.trim(),
    sections,
    rule: ruleOf(d.cadence),
    members: [...members],
  };
}

/** Minutes of a time of day as HH:MM. */
const minutesOf = (at: string): number => Number(at.slice(0, 2)) * 60 + Number(at.slice(3));

/** Opens a round at another time of day. What closes on the same day keeps its distance, as far as that day goes. */
export function openAt(d: Draft, at: string): void {
  if (d.close_after_days === 0) {
    const end = Math.min(minutesOf(d.closes) + Math.max(0, minutesOf(at) - minutesOf(d.opens)), 24 * 60);
    d.closes = `${String(Math.floor(end / 60)).padStart(2, "0")}:${String(end % 60).padStart(2, "0")}`;
  }
  d.opens = at;
}
