// The recorder's words: what can be recorded, what can go wrong, how far it is.
import type { Line, Receipt } from "./publisher";

/** What is recorded. */
export type Mode = "screen-camera" | "screen" | "camera" | "voice";

export const modes: readonly Mode[] = ["screen-camera", "screen", "camera", "voice"];

/** Where the camera's picture lies on the screen's. */
export type BubbleCorner = "bottom-left" | "bottom-right" | "top-left" | "top-right";

export interface Choice {
  readonly mode: Mode;
  /** undefined: the system's default; noMicrophone: none. */
  readonly microphoneId: string | undefined;
  readonly cameraId: string | undefined;
  /** Record the sound of the shared tab or screen, where the browser offers it. */
  readonly computerSound: boolean;
  readonly bubble: BubbleCorner;
  /** Let the browser take echo and noise off the voice; better off for music and good microphones. */
  readonly cleanVoice: boolean;
}

/** Stands for "record without a microphone" where a microphone's id would stand; device ids are never that short. */
export const noMicrophone = "none";

/** Why a device or the screen cannot be had. */
export type RefusalKind = "denied" | "dismissed" | "missing" | "busy" | "insecure" | "unsupported";

/** A device or the screen was refused; the page explains it by kind and by what was asked for. */
export class DeviceRefused extends Error {
  override readonly name = "DeviceRefused";
  constructor(
    readonly kind: RefusalKind,
    readonly what: "microphone" | "camera" | "screen",
    options?: ErrorOptions,
  ) {
    super(`${what} ${kind}`, options);
  }
}

/** The browser has no encoder that we can use. */
export class NoEncoder extends Error {
  override readonly name = "NoEncoder";
}

/** The disk of this browser is full, or cannot keep up; what was recorded up to here is safe. */
export class SpoolFull extends Error {
  override readonly name = "SpoolFull";
}

/** What is safe where, in chunks and bytes. */
export interface Safety extends Line {
  readonly chunks: number;
  readonly acknowledged: number;
  readonly bytes: number;
  readonly acknowledgedBytes: number;
  /** Milliseconds until the recording is as large or as long as the server takes; undefined: far off. */
  readonly leftMs: number | undefined;
}

/** Nothing is recorded yet. */
export const nothingYet: Safety = {
  chunks: 0,
  acknowledged: 0,
  bytes: 0,
  acknowledgedBytes: 0,
  carrier: "none",
  trouble: undefined,
  detail: "",
  leftMs: undefined,
};

/** Where a take is. */
export type TakeState =
  | { readonly name: "recording" }
  | { readonly name: "paused" }
  | { readonly name: "finishing" }
  | { readonly name: "done"; readonly receipt: Receipt }
  | { readonly name: "cancelled" }
  /** The server does not take it, or it cannot be spooled; what is in the spool stays. */
  | { readonly name: "failed"; readonly error: Error };
