// What a clip lacks, in words: stretches of the recording that never arrived, and speech that could not be written down.
import { clock } from "../../lib/time";

export interface Span {
  start_ms: number;
  end_ms: number;
}

/** 2_400 → "2.4 s", 83_000 → "1:23 min". */
function length(spans: readonly Span[]): string {
  const ms = spans.reduce((sum, s) => sum + s.end_ms - s.start_ms, 0);
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${clock(ms)} min`;
}

/** Where they are: the first three by name. */
function places(spans: readonly Span[]): string {
  const named = spans.slice(0, 3).map((s) => clock(s.start_ms));
  const more = spans.length - named.length;
  if (more > 0) return `${named.join(", ")} and ${more} more`;
  return named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1) ?? ""}` : (named[0] ?? "");
}

/** A sentence for each kind of loss, and for interruptions, which are gaps without length; none when nothing is missing. */
export function missing(gaps: readonly Span[], unheard: readonly Span[]): string[] {
  const out: string[] = [];
  const lost = gaps.filter((g) => g.end_ms > g.start_ms);
  const breaks = gaps.filter((g) => g.end_ms <= g.start_ms);
  if (lost.length > 0) out.push(`${length(lost)} of this recording never arrived: at ${places(lost)}.`);
  if (breaks.length > 0) out.push(`The recording was interrupted and went on later: at ${places(breaks)}.`);
  if (unheard.length > 0) out.push(`${length(unheard)} of speech could not be written down: at ${places(unheard)}.`);
  return out;
}
