// What is on its way to the server beside the page that is shown: files that were dropped, and takes that a crash or a
// closed tab left in this browser. It goes on while people look at other pages; Dock.svelte shows it.
import { mount } from "svelte";
import { wordsFor } from "../api/client";
import { bytes } from "../lib/time";
import { completeTakes, discardTake, takeAsFile } from "../recorder/resume";
import type { Receipt } from "../recorder/publisher";
import type { Take } from "../recorder/take";
import type { Trouble } from "../recorder/carrier";
import { troubleWords } from "../recorder/troubles";
import { FileRefused, uploadFile } from "../recorder/upload";
import { confirm } from "./confirm";
import Dock from "./Dock.svelte"; // with this file: it has to be here when the server is not
import { forget, transfers, type Transfer } from "./transfer-list.svelte";

export type Visibility = "private" | "workspace" | "link";

let queue: Promise<void> = Promise.resolve();
let count = 0;
let dock: unknown;

function add(transfer: Omit<Transfer, "key">): Transfer {
  transfers.push({ ...transfer, key: `transfer-${++count}` });
  dock ??= mount(Dock, { target: document.body });
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

/** Sends what earlier visits could not, and deletes what they could not; says nothing when there is nothing. */
export async function completeUnfinished(owner: string): Promise<void> {
  void import("../recorder/thrown").then((t) => t.throwAwayRest(owner)).catch(() => undefined);
  const rows = new Map<string, Transfer>();
  await completeTakes(owner, (take) => {
    let row = rows.get(take.id);
    if (!row) rows.set(take.id, (row = addTake(take.title)));
    show(row, take);
    if (take.refused !== undefined) row.rescue = rescue(take.id, row.key);
  });
}

/** Goes on showing a stopped take whose page was left; it sends itself. */
export function followTake(take: Take): void {
  const row = addTake(take.title);
  const tell = (state: { receipt?: Receipt; refused?: string } = {}): void => {
    const { chunks, acknowledged, trouble } = take.safety;
    show(row, { clipId: take.clipId, total: chunks, safe: acknowledged, trouble, ...state });
  };
  take.follow({
    onsafety: () => {
      tell();
    },
    onstate: (state) => {
      if (state.name === "done") tell({ receipt: state.receipt });
      if (state.name !== "failed") return;
      tell({ refused: state.error.message });
      row.rescue = rescue(take.id, row.key);
    },
  });
  tell();
}

/** Shows a take that the server refused, so that its owner can save it. */
export function showRefused(take: Take, why: string): void {
  const row = addTake(take.title);
  show(row, { clipId: take.clipId, total: take.safety.chunks, safe: take.safety.acknowledged, refused: why });
  row.rescue = rescue(take.id, row.key);
}

function addTake(title: string): Transfer {
  const name = title || "Your last recording";
  return add({ kind: "take", name, state: "sending", share: 0, words: "", clipId: undefined, cancel: undefined });
}

interface TakeProgress {
  readonly clipId: string | undefined;
  readonly total: number;
  readonly safe: number;
  readonly trouble?: Trouble | undefined;
  readonly receipt?: Receipt | undefined;
  readonly refused?: string | undefined;
}

function show(row: Transfer, take: TakeProgress): void {
  row.clipId = take.clipId;
  row.share = take.total > 0 ? take.safe / take.total : 1;
  row.state = take.refused !== undefined ? "failed" : take.receipt ? "done" : take.trouble !== undefined ? "offline" : "sending";
  const safe = `${take.safe.toLocaleString()} of ${take.total.toLocaleString()} segments safe`;
  row.words =
    take.refused ??
    (take.trouble && !take.receipt ? `${safe}. ${troubleWords[take.trouble]}; the rest is kept in this browser.` : safe);
  row.receipt = take.receipt && {
    words: `Receipt: ${bytes(take.receipt.bytes)}${take.receipt.verified ? ", byte for byte what was recorded" : ""}`,
    sha256: take.receipt.sha256,
  };
}

/** What can be done with a take that the server refuses. */
function rescue(id: string, key: string): Transfer["rescue"] {
  return {
    save: async () => {
      const file = await takeAsFile(id);
      if (!file) return;
      const url = URL.createObjectURL(file);
      Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
      setTimeout(() => {
        URL.revokeObjectURL(url);
      }, 60_000); // the browser reads it for as long as it saves
    },
    remove: async () => {
      const yes = await confirm({
        title: "Remove this recording from the browser?",
        text: "The server has not all of it. What is only here is deleted for good.",
        yes: "Remove",
        danger: true,
      });
      if (!yes) return;
      await discardTake(id);
      forget(key);
    },
  };
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
