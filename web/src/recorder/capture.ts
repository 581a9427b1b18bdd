// Capture: opens what a choice names and gives one stream to record.
import { compose, type Composition } from "./compositor";
import { openCamera, openMicrophone, openScreen } from "./devices";
import { Meter } from "./meter";
import { mix, type Mix } from "./mixer";
import { noMicrophone, type BubbleCorner, type Choice } from "./types";

/** Everything that is open for a take. Close it. */
export class Capture {
  /** What MediaRecorder records. */
  readonly stream: MediaStream;
  /** What people see while they record is what is recorded; undefined for voice. */
  readonly preview: MediaStream | undefined;
  readonly meter: Meter | undefined;
  /** Called once when the sharing is ended from the browser's own bar, or a device is unplugged. */
  onended: ((what: "screen" | "camera" | "microphone") => void) | undefined;

  private constructor(
    private readonly opened: readonly MediaStream[],
    private readonly context: AudioContext,
    private readonly composition: Composition | undefined,
    private readonly mixed: Mix | undefined,
    tracks: readonly MediaStreamTrack[],
    preview: MediaStream | undefined,
    meter: Meter | undefined,
  ) {
    this.stream = new MediaStream([...tracks]);
    this.preview = preview;
    this.meter = meter;
  }

  /** Opens devices and screen. Throws DeviceRefused, with nothing left open. */
  static async open(choice: Choice): Promise<Capture> {
    const opened: MediaStream[] = [];
    const context = new AudioContext();
    try {
      const wantsScreen = choice.mode === "screen" || choice.mode === "screen-camera";
      const wantsCamera = choice.mode === "camera" || choice.mode === "screen-camera";
      // The screen first: its picker needs the click that started all this.
      const screen = wantsScreen ? await keep(opened, openScreen(choice.computerSound)) : undefined;
      const camera = wantsCamera ? await keep(opened, openCamera(choice.cameraId, choice.mode === "camera")) : undefined;
      const microphone =
        choice.microphoneId === noMicrophone && choice.mode !== "voice"
          ? undefined
          : await keep(opened, openMicrophone(choice.microphoneId, choice.cleanVoice));
      const meter = microphone ? new Meter(context, context.createMediaStreamSource(microphone)) : undefined;
      const screenTrack = screen?.getVideoTracks()[0];
      const cameraTrack = camera?.getVideoTracks()[0];
      const composition = screenTrack && cameraTrack ? compose(screenTrack, cameraTrack, choice.bubble) : undefined;
      const picture = composition?.track ?? screenTrack ?? cameraTrack;
      const sounds = [microphone, screen].flatMap((s) => s?.getAudioTracks() ?? []);
      const mixed = mix(sounds, picture !== undefined, context);
      const sound = mixed ? [mixed.track] : sounds;
      const capture = new Capture(
        opened,
        context,
        composition,
        mixed,
        [...(picture ? [picture] : []), ...sound],
        picture && new MediaStream([picture]),
        meter,
      );
      capture.watch({ screen, camera, microphone });
      return capture;
    } catch (error) {
      close(opened);
      await context.close();
      throw error;
    }
  }

  get hasVideo(): boolean {
    return this.stream.getVideoTracks().length > 0;
  }

  /** Width and height of the picture; 1280×720 until known. */
  get size(): { width: number; height: number } {
    const s = this.opened[0]?.getVideoTracks()[0]?.getSettings();
    return { width: s?.width ?? 1280, height: s?.height ?? 720 };
  }

  moveBubble(corner: BubbleCorner): void {
    this.composition?.move(corner);
  }

  close(): void {
    this.onended = undefined;
    this.meter?.close();
    this.composition?.close();
    this.mixed?.close();
    close(this.opened);
    close([this.stream]);
    void this.context.close();
  }

  private watch(parts: Record<"screen" | "camera" | "microphone", MediaStream | undefined>): void {
    for (const what of ["screen", "camera", "microphone"] as const) {
      const track = what === "microphone" ? parts[what]?.getAudioTracks()[0] : parts[what]?.getVideoTracks()[0];
      track?.addEventListener("ended", () => this.onended?.(what));
    }
  }
}

async function keep(opened: MediaStream[], opening: Promise<MediaStream>): Promise<MediaStream> {
  const s = await opening;
  opened.push(s);
  return s;
}

function close(streams: readonly MediaStream[]): void {
  for (const s of streams) for (const t of s.getTracks()) t.stop();
}
