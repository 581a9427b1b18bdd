// Upload of an existing file by tus 1.0 (core), resumable also after the page was closed.
import { api, OfflineError, ok } from "../api/client";
import { Refused, uploadOffset, uploadPart } from "../api/ingest";

const partBytes = 8 << 20;
const key = "baton.uploads";
const longestPauseMs = 15_000;

export interface UploadProgress {
  readonly clipId: string;
  readonly sent: number;
  readonly size: number;
  /** The server cannot be reached; it is tried again. */
  readonly waiting: boolean;
}

/** A file that cannot be a clip; the message is for people. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

/** Uploads one file and resolves with its clip. Offline times are waited out. */
export async function uploadFile(
  file: File,
  visibility: "private" | "workspace" | "link",
  onprogress: (p: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  if (file.size === 0) throw new FileRefused(`${file.name} is empty.`);
  const id = `${file.name}/${file.size}/${file.lastModified}`;
  let clipId = recall(id) ?? (await create(file, visibility));
  remember(id, clipId);
  let offset = -1; // not known
  for (let pause = 500; ;) {
    const url = `/api/v1/clips/${clipId}/upload`;
    try {
      if (offset < 0) offset = await uploadOffset(url, signal);
      while (offset < file.size) {
        onprogress({ clipId, sent: offset, size: file.size, waiting: false });
        offset = await uploadPart(url, offset, file.size, file.slice(offset, offset + partBytes), signal);
        pause = 500;
      }
      onprogress({ clipId, sent: file.size, size: file.size, waiting: false });
      remember(id, undefined);
      return clipId;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Refused && error.status === 404) {
        clipId = await create(file, visibility); // the clip of an earlier try was deleted
        remember(id, clipId);
        offset = -1;
        continue;
      }
      if (error instanceof Refused && error.status < 500 && error.status !== 409 && error.status !== 429)
        throw new FileRefused(error.message);
      if (!(error instanceof Refused) && !(error instanceof OfflineError)) throw error;
      onprogress({ clipId, sent: Math.max(0, offset), size: file.size, waiting: true });
      await later(error instanceof Refused ? (error.retryAfterMs ?? pause) : pause, signal);
      pause = Math.min(longestPauseMs, pause * 2);
      offset = -1;
    }
  }
}

async function create(file: File, visibility: "private" | "workspace" | "link"): Promise<string> {
  const title = file.name.replace(/\.[^.]+$/, "").slice(0, 200);
  const clip = await ok(
    api.POST("/api/v1/clips", {
      body: { kind: "upload", title, visibility, file_name: file.name.slice(0, 255), size_bytes: file.size },
    }),
  );
  return clip.id;
}

function later(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("cancelled", "AbortError"));
    });
  });
}

function uploads(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

const recall = (id: string): string | undefined => uploads()[id];

function remember(id: string, clip: string | undefined): void {
  const all = Object.fromEntries(Object.entries(uploads()).filter(([k]) => k !== id));
  if (clip) all[id] = clip;
  try {
    localStorage.setItem(key, JSON.stringify(all));
  } catch {
    // Not remembered: the upload starts over after a reload.
  }
}
