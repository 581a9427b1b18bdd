import { listen, type EventName } from "../api/events";

/** Reads now, and again whenever one of these events comes or some may have been missed; the returned function ends it. */
export function live(read: () => unknown, ...names: readonly EventName[]): () => void {
  const again = (): void => void read();
  again();
  return listen({ ...Object.fromEntries(names.map((n) => [n, again])), reset: again, listening: again });
}
