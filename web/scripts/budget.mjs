// Fails the build when a page has become heavy: gzipped script of the shell and of each route with what it imports.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const limits = { shell: 30_000, route: 60_000, style: 12_000 };
const manifest = JSON.parse(await readFile(new URL("../dist/.vite/manifest.json", import.meta.url), "utf8"));
const sizes = new Map();
async function size(file) {
  if (!sizes.has(file))
    sizes.set(file, gzipSync(await readFile(new URL(`../dist/${file}`, import.meta.url)), { level: 9 }).length);
  return sizes.get(file);
}
/** All chunks that a chunk needs before it runs; what it imports on demand (the video engine) does not count. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const i of manifest[key].imports ?? []) closure(i, seen);
  return seen;
}
async function sum(keys, pick) {
  let n = 0;
  for (const f of new Set([...keys].flatMap((k) => pick(manifest[k])))) n += await size(f);
  return n;
}
const entry = Object.keys(manifest).find((k) => manifest[k].isEntry);
const shell = closure(entry);
const rows = [["shell", await sum(shell, (m) => [m.file]), limits.shell, await sum(shell, (m) => m.css ?? [])]];
for (const k of Object.keys(manifest).filter((k) => /^src\/routes\/[^/]+\.svelte$/.test(k))) {
  const own = closure(k, new Set(shell));
  rows.push([k.replace(/^src\/routes\//, ""), await sum(own, (m) => [m.file]), limits.route, await sum(own, (m) => m.css ?? [])]);
}
let bad = 0;
for (const [name, js, limit, css] of rows) {
  const over = js > limit || css > limits.style;
  bad += over ? 1 : 0;
  console.log(
    `${over ? "OVER" : "ok  "} ${String(name).padEnd(28)} script ${String(js).padStart(6)} of ${limit} B, style ${String(css).padStart(5)} of ${limits.style} B (gzip, shell included)`,
  );
}
if (bad > 0) process.exit(1);
