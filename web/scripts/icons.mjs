// Draws the icons of icons.txt, out of lucide-static (ISC), into one file that the browser fetches once: no page carries
// any icon in its script, and a new one costs nothing until it is shown.
import { readFile, writeFile } from "node:fs/promises";

const at = (path) => new URL(path, import.meta.url);
const names = (await readFile(at("icons.txt"), "utf8")).trim().split("\n");

async function shapes(name) {
  const svg = await readFile(at(`../node_modules/lucide-static/icons/${name}.svg`), "utf8");
  const drawn = [...svg.matchAll(/<(?:path|circle|rect|line|polyline|polygon|ellipse)\s[^>]*?\/>/g)].map(([shape]) =>
    shape.replace(/\s+/g, " ").replace(" />", "/>"),
  );
  if (drawn.length === 0) throw new Error(`no shapes in ${name}.svg`);
  return `<g id="${name}">${drawn.join("")}</g>`;
}

const groups = await Promise.all(names.map(shapes));
await writeFile(
  at("../src/ui/icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg"><defs>\n${groups.join("\n")}\n</defs></svg>\n`,
);
await writeFile(
  at("../src/lib/icons.ts"),
  `// Made by scripts/icons.mjs from scripts/icons.txt.\nexport type IconName =\n${names.map((n) => `  | "${n}"`).join("\n")};\n`,
);
