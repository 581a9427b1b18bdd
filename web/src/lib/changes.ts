// What differs between two wordings of a line, word by word.

export interface Change {
  readonly kind: "same" | "out" | "in";
  readonly text: string;
}

/** The longest common words stay; what stands between them went out and came in. Lines are short, so the plain table will do. */
export function changes(before: string, after: string): Change[] {
  const a = before.match(/\S+\s*/g) ?? [];
  const b = after.match(/\S+\s*/g) ?? [];
  const same = (i: number, j: number): boolean => a[i]?.trimEnd() === b[j]?.trimEnd();
  // common[i][j]: how many words the ends of both have in common, from i and j on.
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row) row[j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const out: { kind: Change["kind"]; text: string }[] = [];
  const put = (kind: Change["kind"], text: string): void => {
    const last = out.at(-1);
    if (last?.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && same(i, j)) {
      put("same", b[j] ?? "");
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) put("out", a[i++] ?? "");
    else put("in", b[j++] ?? "");
  }
  // A space at the end of what went out would be struck through; it goes between.
  return out.map((c, n) => (c.kind === "out" && out[n + 1] && !/\s$/.test(c.text) ? { ...c, text: `${c.text} ` } : c));
}
