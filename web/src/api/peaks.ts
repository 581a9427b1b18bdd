// The speech ribbon's bars. Their address changes when they do, so what was read once stays right.
const kept = new Map<string, Promise<readonly number[]>>();
const mostKept = 200;

/** Reads peaks, 0 to 255 each; none when the server cannot give them: a ribbon is never worth a message. */
export function loadPeaks(url: string): Promise<readonly number[]> {
  let peaks = kept.get(url);
  if (!peaks) {
    peaks = read(url).catch(() => {
      kept.delete(url);
      return [];
    });
    kept.set(url, peaks);
    const oldest = kept.keys().next();
    if (kept.size > mostKept && !oldest.done) kept.delete(oldest.value);
  }
  return peaks;
}

async function read(url: string): Promise<readonly number[]> {
  const response = await fetch(url);
  if (!response.ok) return [];
  const body: unknown = await response.json();
  if (typeof body !== "object" || body === null || !("peaks" in body) || !Array.isArray(body.peaks)) return [];
  return body.peaks.filter((p): p is number => typeof p === "number");
}
