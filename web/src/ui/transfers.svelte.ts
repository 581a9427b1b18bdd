// What is on its way to the server beside the page that is shown: files that were dropped, and takes that a crash or a
// closed tab left in this browser. It goes on while people look at other pages; Dock.svelte shows it.
import { mount } from "svelte";
import { wordsFor } from "../api/client";
import { completeTakes } from "../recorder/resume";
import { FileRefused, uploadFile } from "../recorder/upload";
import { forget, transfers, type Transfer } from "./transfer-list.svelte";

export type Visibility = "private" | "workspace" | "link";

let queue: Promise<void> = Promise.resolve();
let count = 0;
let dock: Promise<unknown> | undefined;

function add(transfer: Omit<Transfer, "key">): Transfer {
  transfers.push({ ...transfer, key: `transfer-${++count}` });
  dock ??= import("./Dock.svelte").then(({ default: Dock }) => mount(Dock, { target: document.body }));
  const added = transfers.at(-1); // the reactive one
  if (!added) throw new Error("the list of transfers lost an entry");
  return added;
}

/** Makes clips of files, one after the other. */
export function uploadFiles(files: Iterable<File>, visibility: Visibility): void {
  for (const file of files) {
    const stop = new AbortController();
    const row = add({
      kind: "file",
      name: file.name,
      state: "waiting",
      share: 0,
      words: "",
      clipId: undefined,
      cancel: () => {
        stop.abort();
      },
    });
    queue = queue.then(() => upload(file, visibility, row, stop.signal));
  }
}

async function upload(file: File, visibility: Visibility, row: Transfer, signal: AbortSignal): Promise<void> {
  const cancelled = (): boolean => signal.aborted;
  if (cancelled()) {
    forget(row.key);
    return;
  }
  row.state = "sending";
  guard();
  try {
    row.clipId = await uploadFile(
      file,
      visibility,
      (p) => {
        row.clipId = p.clipId;
        row.share = p.sent / p.size;
        row.state = p.waiting ? "offline" : "sending";
        row.words = p.waiting ? "Waiting for the server" : `${Math.floor(row.share * 100)} %`;
      },
      signal,
    );
    row.state = "done";
    row.share = 1;
    row.words = "Sent";
  } catch (error) {
    if (cancelled()) {
      forget(row.key);
    } else {
      row.state = "failed";
      row.words = error instanceof FileRefused ? error.message : wordsFor(error);
    }
  } finally {
    guard();
  }
}

/** Sends what earlier visits could not; says nothing when there is nothing. */
export async function completeUnfinished(owner: string): Promise<void> {
  const rows = new Map<string, Transfer>();
  await completeTakes(owner, (take) => {
    let row = rows.get(take.id);
    if (!row) {
      row = add({
        kind: "take",
        name: take.title || "Your last recording",
        state: "sending",
        share: 0,
        words: "",
        clipId: take.clipId,
        cancel: undefined,
      });
      rows.set(take.id, row);
    }
    row.clipId = take.clipId;
    row.share = take.total > 0 ? take.safe / take.total : 1;
    row.state = take.refused !== undefined ? "failed" : take.receipt ? "done" : "sending";
    row.words = take.refused ?? `${take.safe.toLocaleString()} of ${take.total.toLocaleString()} segments safe`;
  });
}

const hold = (e: BeforeUnloadEvent): void => {
  e.preventDefault();
};

/** A file is only in this page: closing it would stop the upload. Takes are on the disk, they go on at the next visit. */
function guard(): void {
  const busy = transfers.some(
    (t) => t.kind === "file" && (t.state === "sending" || t.state === "offline" || t.state === "waiting"),
  );
  if (busy) addEventListener("beforeunload", hold);
  else removeEventListener("beforeunload", hold);
}
