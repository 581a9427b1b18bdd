// Words about rounds, the same on every page.
import { api, ok, type Schemas } from "../api/client";
import { cadenceWords } from "./cadence";
import { clockIn, momentIn, myZone, placeOf, untilIn } from "./zone";

export type Round = Schemas["Round"];
export type Occurrence = Schemas["Occurrence"];
export type OccurrenceMember = Schemas["OccurrenceMember"];
export type RoundSection = Schemas["RoundSection"];
export type Answer = Schemas["Answer"];
export type AnswerPart = Schemas["AnswerPart"];

const ends: readonly string[] = ["the same day", "the next day"];

/** "every weekday, from 09:00 until 12:00". */
export function whenWords(r: Pick<Round, "rule" | "opens" | "closes" | "close_after_days">): string {
  const n = r.close_after_days;
  const day = n === 0 ? "" : ` ${ends[n] ?? `${n} days later`}`;
  return `${cadenceWords(r.rule)}, from ${r.opens} until ${r.closes}${day}`;
}

/** Where a member stands, without pressing anybody: "has until 18:00 in Zagreb". */
export function stateWords(m: OccurrenceMember): string {
  switch (m.state) {
    case "answered":
      return "has answered";
    case "late":
      return "has answered, a little later";
    case "away":
      return "is away";
    case "waiting":
      return `is asked ${theirs(m, m.opens_at)}`;
    case "open":
      return `has until ${theirs(m, m.closes_at, untilIn)}`;
    case "missed":
      return "has not answered";
  }
}

/** A moment on a member's clock, and where that is when it is not ours. */
function theirs(m: OccurrenceMember, iso: string, say = momentIn): string {
  const at = say(iso, m.time_zone).replace(/^today at /, "");
  return m.time_zone === myZone() ? at : `${at} in ${placeOf(m.time_zone)} (${clockIn(iso)} for you)`;
}

export const hasAnswered = (m: OccurrenceMember): boolean => m.state === "answered" || m.state === "late";

/** The address of an occurrence's page in this program. */
export const occurrencePath = (o: Pick<Occurrence, "id" | "round_id">): string => `/rounds/${o.round_id}/${o.id}`;

/** Seconds as a suggestion: "about 30 s", "about 2 min". */
export function about(seconds: number): string {
  return seconds < 90 ? `about ${seconds} s` : `about ${Number((seconds / 60).toFixed(1))} min`;
}

export async function readOccurrences(
  id: string,
  limit: number,
  cursor?: string,
): Promise<{ occurrences: Occurrence[]; next_cursor?: string }> {
  const params = { path: { round_id: id }, query: { limit, ...(cursor ? { cursor } : {}) } };
  return ok(api.GET("/api/v1/rounds/{round_id}/occurrences", { params }));
}
