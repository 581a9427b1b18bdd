// Runs the browser tests, one file after the other, and the files in which a test failed once more when all others are done.
// What failed is said at the end in either case: a test that needs its second chance is a test to mend.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const FILE_LIMIT = 30 * 60_000; // ms
const MOST_AGAIN = 6; // more failed files than that are no chance

const here = dirname(fileURLToPath(import.meta.url));

/** Runs the files and gives the names of those in which a test failed. */
async function failures(files) {
  const failed = new Set();
  const events = run({ files: files.map((name) => join(here, name)), concurrency: 1, timeout: FILE_LIMIT });
  events.on("test:fail", (test) => failed.add((test.file ?? test.name).split("/").pop()));
  for await (const line of events.compose(new spec())) process.stdout.write(line);
  return [...failed];
}

const wanted = process.argv.slice(2);
const files =
  wanted.length > 0
    ? wanted
    : readdirSync(here)
        .filter((name) => name.endsWith(".test.mjs"))
        .sort();
let failed = await failures(files);
if (failed.length > 0 && failed.length <= MOST_AGAIN) {
  console.log(`\nfailed, run again: ${failed.join(", ")}`);
  const again = await failures(failed);
  if (again.length === 0) console.log(`passed the second time, after a failure: ${failed.join(", ")}`);
  failed = again;
}
process.exitCode = failed.length > 0 ? 1 : 0;
