// Puts the camera's picture onto the screen's. The work is done in a worker on streams of frames, because the recorder's
// tab is in the background while people show another window, and browsers nearly stop a background page.
import { insertableStreams } from "./insertable";
import type { BubbleCorner } from "./types";

export interface Composition {
  readonly track: MediaStreamTrack;
  move(corner: BubbleCorner): void;
  close(): void;
}

export type ToWorker =
  | {
      kind: "start";
      screen: ReadableStream<VideoFrame>;
      camera: ReadableStream<VideoFrame>;
      out: WritableStream<VideoFrame>;
      corner: BubbleCorner;
      /** The picture's size until the screen's first frame is here. */
      width: number;
      height: number;
    }
  | { kind: "move"; corner: BubbleCorner }
  | { kind: "stop" };

export function compose(screen: MediaStreamTrack, camera: MediaStreamTrack, corner: BubbleCorner): Composition {
  const streams = insertableStreams<VideoFrame>();
  if (!streams) return composeOnCanvas(screen, camera, corner);
  const worker = new Worker(new URL("./compositor.worker.ts", import.meta.url), { type: "module" });
  const out = new streams.Generator({ kind: "video" });
  const from = (track: MediaStreamTrack) => new streams.Processor({ track, maxBufferSize: 2 }).readable;
  const { width = 1280, height = 720 } = screen.getSettings();
  const start: ToWorker = {
    kind: "start",
    screen: from(screen),
    camera: from(camera),
    out: out.writable,
    corner,
    width,
    height,
  };
  worker.postMessage(start, [start.screen, start.camera, start.out]);
  return {
    track: out,
    move: (c) => {
      worker.postMessage({ kind: "move", corner: c } satisfies ToWorker);
    },
    close: () => {
      out.stop();
      worker.postMessage({ kind: "stop" } satisfies ToWorker);
    },
  };
}

/** The way for browsers without streams of frames. The clock ticks in a worker: in the background a page's own nearly stops. */
function composeOnCanvas(screen: MediaStreamTrack, camera: MediaStreamTrack, corner: BubbleCorner): Composition {
  const canvas = document.createElement("canvas");
  const { width = 1280, height = 720 } = screen.getSettings();
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  const play = (track: MediaStreamTrack): HTMLVideoElement => {
    const v = document.createElement("video");
    v.muted = true;
    v.srcObject = new MediaStream([track]);
    void v.play();
    return v;
  };
  const [screenVideo, cameraVideo] = [play(screen), play(camera)];
  let where = corner;
  const clock = new Worker(new URL("./clock.worker.ts", import.meta.url), { type: "module" });
  clock.onmessage = () => {
    if (!context || screenVideo.videoWidth === 0) return;
    if (canvas.width !== screenVideo.videoWidth || canvas.height !== screenVideo.videoHeight) {
      canvas.width = screenVideo.videoWidth;
      canvas.height = screenVideo.videoHeight;
    }
    context.drawImage(screenVideo, 0, 0);
    drawBubble(context, canvas.width, canvas.height, cameraVideo, cameraVideo.videoWidth, cameraVideo.videoHeight, where);
  };
  clock.postMessage(1000 / 30);
  const [track] = canvas.captureStream(30).getVideoTracks();
  if (!track) throw new Error("the canvas gives no video track");
  return {
    track,
    move: (c) => (where = c),
    close: () => {
      clock.terminate();
      track.stop();
    },
  };
}

/** Draws the camera as a circle in a corner: a fifth of the picture's height, with a margin. */
export function drawBubble(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  width: number,
  height: number,
  camera: CanvasImageSource,
  cameraWidth: number,
  cameraHeight: number,
  corner: BubbleCorner,
): void {
  if (cameraWidth === 0 || cameraHeight === 0) return;
  const d = Math.round(Math.min(width, height) * 0.24);
  const margin = Math.round(d * 0.12);
  const x = corner.endsWith("left") ? margin : width - margin - d;
  const y = corner.startsWith("top") ? margin : height - margin - d;
  const side = Math.min(cameraWidth, cameraHeight);
  context.save();
  context.beginPath();
  context.arc(x + d / 2, y + d / 2, d / 2, 0, 2 * Math.PI);
  context.clip();
  context.drawImage(camera, (cameraWidth - side) / 2, (cameraHeight - side) / 2, side, side, x, y, d, d);
  context.restore();
}
