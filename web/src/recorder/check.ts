// A look into the mirror before recording: the camera's picture and the microphone's level.
import { openCamera, openMicrophone } from "./devices";
import { Meter } from "./meter";
import { noMicrophone, type Choice } from "./types";

export class DeviceCheck {
  private constructor(
    private readonly context: AudioContext,
    private readonly opened: readonly MediaStream[],
    /** The camera's picture, where the choice has one. */
    readonly camera: MediaStream | undefined,
    readonly meter: Meter | undefined,
  ) {}

  /** Opens what a choice names, the screen apart. Throws DeviceRefused, with nothing left open. */
  static async open(choice: Pick<Choice, "mode" | "microphoneId" | "cameraId" | "cleanVoice">): Promise<DeviceCheck> {
    const context = new AudioContext();
    const opened: MediaStream[] = [];
    try {
      const wantsCamera = choice.mode === "camera" || choice.mode === "screen-camera";
      const camera = wantsCamera ? await openCamera(choice.cameraId, choice.mode === "camera") : undefined;
      if (camera) opened.push(camera);
      const microphone =
        choice.microphoneId === noMicrophone ? undefined : await openMicrophone(choice.microphoneId, choice.cleanVoice);
      if (microphone) opened.push(microphone);
      const meter = microphone ? new Meter(context, context.createMediaStreamSource(microphone)) : undefined;
      return new DeviceCheck(context, opened, camera, meter);
    } catch (error) {
      closeAll(opened);
      await context.close();
      throw error;
    }
  }

  close(): void {
    this.meter?.close();
    closeAll(this.opened);
    void this.context.close();
  }
}

function closeAll(streams: readonly MediaStream[]): void {
  for (const s of streams) for (const t of s.getTracks()) t.stop();
}

/** Whether the browser would open these without asking, so that a check may begin by itself. */
export async function allowedAlready(mode: Choice["mode"]): Promise<boolean> {
  const names = mode === "camera" || mode === "screen-camera" ? ["microphone", "camera"] : ["microphone"];
  try {
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name: name as PermissionName })));
    return states.every((s) => s.state === "granted");
  } catch {
    return false; // this browser does not tell
  }
}
