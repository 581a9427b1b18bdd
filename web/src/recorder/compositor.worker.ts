// The worker of compositor.ts: each frame of the screen goes out with the newest frame of the camera on it.
import { drawBubble, type ToWorker } from "./compositor";
import type { BubbleCorner } from "./types";

let corner: BubbleCorner = "bottom-left";
let newest: VideoFrame | undefined;

async function watchCamera(camera: ReadableStream<VideoFrame>): Promise<void> {
  const reader = camera.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    newest?.close();
    newest = value;
  }
}

async function run(screen: ReadableStream<VideoFrame>, out: WritableStream<VideoFrame>): Promise<void> {
  const canvas = new OffscreenCanvas(2, 2);
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("no 2d context in the worker");
  const reader = screen.getReader();
  const writer = out.getWriter();
  for (;;) {
    const { done, value: frame } = await reader.read();
    if (done) break;
    if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) {
      canvas.width = frame.displayWidth;
      canvas.height = frame.displayHeight;
    }
    context.drawImage(frame, 0, 0);
    if (newest) drawBubble(context, canvas.width, canvas.height, newest, newest.displayWidth, newest.displayHeight, corner);
    const composed = new VideoFrame(canvas, { timestamp: frame.timestamp });
    frame.close();
    await writer.write(composed);
  }
  await writer.close();
}

self.onmessage = (e: MessageEvent<ToWorker>) => {
  if (e.data.kind === "move") {
    corner = e.data.corner;
    return;
  }
  corner = e.data.corner;
  void watchCamera(e.data.camera);
  void run(e.data.screen, e.data.out);
};
