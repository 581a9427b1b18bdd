// Devices: asking for them, remembering the choice, explaining refusals.
import { DeviceRefused, type RefusalKind } from "./types";

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface Devices {
  readonly microphones: readonly Device[];
  readonly cameras: readonly Device[];
}

/** What is plugged in. Labels are empty until a permission was given. */
export async function listDevices(): Promise<Devices> {
  if (!isSecure()) return { microphones: [], cameras: [] };
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind): Device[] =>
    all.filter((d) => d.kind === kind && d.deviceId !== "").map((d) => ({ id: d.deviceId, label: d.label }));
  return { microphones: of("audioinput"), cameras: of("videoinput") };
}

/** Browsers offer no devices and no screen on plain http, localhost apart. */
export function isSecure(): boolean {
  return isSecureContext && "mediaDevices" in navigator;
}

interface Remembered {
  microphone?: Device;
  camera?: Device;
}

const key = "baton.devices";

/** Keeps the choice with its label: ids change when the site's data is cleared, labels stay. */
export function rememberDevice(kind: keyof Remembered, device: Device, storage: Storage = localStorage): void {
  try {
    storage.setItem(key, JSON.stringify({ ...read(storage), [kind]: device }));
  } catch {
    // No storage: the default device it is, next time.
  }
}

/** Finds the remembered device among those that are there, by id or else by label. */
export function recallDevice(
  kind: keyof Remembered,
  there: readonly Device[],
  storage: Storage = localStorage,
): Device | undefined {
  const kept = read(storage)[kind];
  if (!kept) return undefined;
  return there.find((d) => d.id === kept.id) ?? there.find((d) => d.label !== "" && d.label === kept.label);
}

function read(storage: Storage): Remembered {
  try {
    const v: unknown = JSON.parse(storage.getItem(key) ?? "{}");
    return typeof v === "object" && v !== null ? v : {};
  } catch {
    return {};
  }
}

/** The microphone; clean: with the browser's voice processing. */
export function openMicrophone(id: string | undefined, clean: boolean): Promise<MediaStream> {
  return ask("microphone", () =>
    navigator.mediaDevices.getUserMedia({
      audio: {
        ...(id ? { deviceId: { exact: id } } : {}),
        channelCount: { ideal: clean ? 1 : 2 },
        echoCancellation: clean,
        noiseSuppression: clean,
        autoGainControl: clean,
      },
    }),
  );
}

export function openCamera(id: string | undefined, full: boolean): Promise<MediaStream> {
  const size = full ? { width: { ideal: 1280 }, height: { ideal: 720 } } : { width: { ideal: 640 }, height: { ideal: 480 } };
  return ask("camera", () =>
    navigator.mediaDevices.getUserMedia({
      video: { ...(id ? { deviceId: { exact: id } } : {}), ...size, frameRate: { ideal: 30 } },
    }),
  );
}

/** The screen, a window or a tab, as the browser's picker lets people choose. */
export function openScreen(computerSound: boolean): Promise<MediaStream> {
  if (isSecure() && !("getDisplayMedia" in navigator.mediaDevices)) throw new DeviceRefused("unsupported", "screen");
  return ask("screen", () =>
    navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { ideal: 30, max: 30 }, width: { max: 1920 }, height: { max: 1200 } },
      // What a tab plays is no voice: processing would tear holes into it.
      audio: computerSound ? { echoCancellation: false, noiseSuppression: false, autoGainControl: false } : false,
    }),
  );
}

async function ask(what: DeviceRefused["what"], open: () => Promise<MediaStream>): Promise<MediaStream> {
  if (!isSecure()) throw new DeviceRefused("insecure", what);
  try {
    return await open();
  } catch (cause) {
    throw new DeviceRefused(refusalKind(cause, what), what, { cause });
  }
}

/** Tells what a browser's error means for a person. */
export function refusalKind(cause: unknown, what: DeviceRefused["what"]): RefusalKind {
  const name = cause instanceof DOMException || cause instanceof Error ? cause.name : "";
  switch (name) {
    case "NotAllowedError":
      // For the screen, closing the picker looks the same as a refusal.
      return what === "screen" ? "dismissed" : "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "SecurityError":
      return "denied";
    default:
      return "unsupported";
  }
}
