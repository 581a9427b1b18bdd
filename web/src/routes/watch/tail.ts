// The end of a transcript that grows: read alone, and put behind what is here already. A recording of half an hour would otherwise be sent
// whole for every few words. Loaded only while a transcript is made.
import { api, ok, type Transcript } from "../../api/client";

interface Timed {
  readonly start_ms: number;
  readonly end_ms: number;
}

export async function readTail(id: string, had: Transcript, fromMs: number): Promise<Transcript> {
  return joined(
    had,
    await ok(api.GET("/api/v1/clips/{id}/transcript", { params: { path: { id }, query: { from_ms: fromMs } } })),
    fromMs,
  );
}

/** What was over before a moment as it is here, and all else as the tail has it. */
export function joined(had: Transcript, tail: Transcript, fromMs: number): Transcript {
  // Of what the tail begins with, a shorter form may be here: a stretch of speech that went on.
  const list = <T extends Timed>(old: readonly T[] | undefined, now: readonly T[] | undefined): T[] => {
    const first = now?.[0]?.start_ms ?? Infinity;
    return [...(old ?? []).filter((x) => x.end_ms < fromMs && x.start_ms < first), ...(now ?? [])];
  };
  return {
    ...tail,
    cues: list(had.cues, tail.cues),
    lost: list(had.lost, tail.lost),
    speech: list(had.speech, tail.speech),
    silences: list(had.silences, tail.silences),
    fillers: list(had.fillers, tail.fillers),
  };
}
