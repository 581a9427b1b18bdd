// What a recording answers: a round's sections, and where in the take each begins.
import { api, ok } from "../../api/client";
import type { RoundAnswer } from "../../recorder/spool";
import { occurrencePath, type Occurrence } from "../../lib/rounds";
import { dayWords } from "../../lib/zone";

/** A section that lasted less was not meant: the next takes its place. */
const shortestMs = 1000;

export interface Stretch {
  readonly section: string;
  readonly start_ms: number;
}

/** Where the next section begins, given those that have begun. Each section is spoken once. */
export function marked(marks: readonly Stretch[], section: string, atMs: number): readonly Stretch[] {
  if (marks.some((m) => m.section === section)) return marks;
  const last = marks.at(-1);
  const kept = last && atMs - last.start_ms < shortestMs ? marks.slice(0, -1) : marks;
  const start_ms = kept.length === 0 ? 0 : Math.round(kept.length < marks.length ? (last?.start_ms ?? atMs) : atMs);
  return [...kept, { section, start_ms }];
}

export class Answering {
  marks: readonly Stretch[] = $state.raw([]);
  readonly path: string;
  readonly title: string;

  constructor(readonly occurrence: Occurrence) {
    this.path = occurrencePath(occurrence);
    this.title = `${occurrence.round_name}, ${dayWords(occurrence.on)}`;
  }

  static async open(id: string): Promise<Answering> {
    const params = { path: { occurrence_id: id } };
    return new Answering(await ok(api.GET("/api/v1/occurrences/{occurrence_id}", { params })));
  }

  /** The section that is spoken now; none before the take. */
  get current(): string | undefined {
    return this.marks.at(-1)?.section;
  }

  /** The section after this one that has not been spoken. */
  get next(): string | undefined {
    const { sections } = this.occurrence;
    const at = sections.findIndex((s) => s.key === this.current);
    const begun = new Set(this.marks.map((m) => m.section));
    return [...sections.slice(at + 1), ...sections.slice(0, at + 1)].find((s) => !begun.has(s.key))?.key;
  }

  /** A take begins, with the first section. */
  begin(): void {
    this.marks = [];
    this.mark(this.occurrence.sections[0]?.key, 0);
  }

  mark(section: string | undefined, atMs: number): void {
    if (section !== undefined) this.marks = marked(this.marks, section, atMs);
  }

  get answer(): RoundAnswer {
    return { occurrence: this.occurrence.id, marks: this.marks };
  }
}
