// Copies the used icons' paths out of lucide-static (ISC) into src/lib/icons.ts: 50 icons are 2.5 KB, the package is 20 MB.
import { readFile, writeFile } from "node:fs/promises";

const names =
  `arrow-left arrow-right audio-lines calendar-clock camera captions check chevron-down chevron-right circle circle-alert clock
copy download ellipsis eye folder gauge globe inbox key-round keyboard library link list-video lock log-out maximize message-square mic mic-off
minimize monitor moon notebook-pen pause pencil picture-in-picture-2 play plus rectangle-horizontal reply rotate-ccw scissors-line-dashed search
send settings share-2 shield-check skip-forward smile square sun trash-2 triangle-alert upload user-plus users video volume-2 volume-x wifi-off x`.split(
    /\s+/,
  );

const icons = {};
for (const name of names) {
  const svg = await readFile(new URL(`../node_modules/lucide-static/icons/${name}.svg`, import.meta.url), "utf8");
  const shapes = [...svg.matchAll(/<(path|circle|rect|line|polyline|polygon|ellipse)\s([^>]*?)\/>/g)].map(
    ([, tag, attributes]) => [tag, Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]))],
  );
  icons[name] = shapes;
}
await writeFile(
  new URL("../src/lib/icons.ts", import.meta.url),
  `// Made by scripts/icons.mjs from lucide-static (ISC licence).\nexport type Shape = readonly [tag: string, attributes: Readonly<Record<string, string>>];\n` +
    `export type IconName = ${names.map((n) => JSON.stringify(n)).join(" | ")};\nexport const icons: Readonly<Record<IconName, readonly Shape[]>> = ${JSON.stringify(icons)};\n`,
);
