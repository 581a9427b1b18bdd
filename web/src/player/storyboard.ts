// The storyboard: a WebVTT file whose cues name parts of a sheet of small pictures (media fragments, `#xywh=`).

export interface Shot {
  readonly start_ms: number;
  readonly end_ms: number;
  /** The sheet. */
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Reads a storyboard; what is not understood is left out. Addresses are resolved against base and keep its query (the version). */
export function parseStoryboard(text: string, base: string): Shot[] {
  const shots: Shot[] = [];
  const query = new URL(base).search;
  for (const block of text.split(/\r?\n\r?\n/)) {
    const lines = block.split(/\r?\n/);
    const i = lines.findIndex((l) => l.includes("-->"));
    const times = /^(\S+)\s+-->\s+(\S+)/.exec(lines[i] ?? "");
    const place = /^(\S+?)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(lines[i + 1]?.trim() ?? "");
    const from = vttTime(times?.[1]);
    const to = vttTime(times?.[2]);
    if (from === undefined || to === undefined || !place?.[1]) continue;
    const url = new URL(place[1], base);
    if (url.origin !== new URL(base).origin) continue;
    if (!url.search) url.search = query;
    const [x = 0, y = 0, width = 0, height = 0] = place.slice(2).map(Number);
    if (width > 0 && height > 0) shots.push({ start_ms: from, end_ms: to, url: url.href, x, y, width, height });
  }
  return shots.sort((a, b) => a.start_ms - b.start_ms);
}

function vttTime(text: string | undefined): number | undefined {
  const t = /^(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})$/.exec(text ?? "");
  return t ? ((Number(t[1] ?? 0) * 60 + Number(t[2])) * 60 + Number(t[3])) * 1000 + Number(t[4]) : undefined;
}
