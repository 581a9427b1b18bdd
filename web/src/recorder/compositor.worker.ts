// The worker of compositor.ts. A frame goes out whenever the camera gives one, and when the screen changes faster than that: a screen on which
// nothing moves gives no frames at all, and the face on it must not freeze with it.
import { drawBubble, type ToWorker } from "./compositor";
import type { BubbleCorner } from "./types";

/** 30 frames a second are enough; a screen may give 60. */
const shortestMs = 1000 / 31;

class Compositor {
  corner: BubbleCorner;
  private screen: VideoFrame | undefined;
  private camera: VideoFrame | undefined;
  private busy = false;
  private last = 0;
  /** The time that the last picture was given, in microseconds. */
  private stamp = 0;
  /** By how much our clock is ahead of when the screen was captured, in microseconds. */
  private lead = 0;
  private readonly canvas: OffscreenCanvas;
  private readonly context: OffscreenCanvasRenderingContext2D;
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;

  constructor(start: Extract<ToWorker, { kind: "start" }>) {
    this.corner = start.corner;
    this.canvas = new OffscreenCanvas(start.width, start.height);
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("no 2d context in the worker");
    this.context = context;
    this.writer = start.out.getWriter();
    void this.watch(start.screen, (frame) => {
      this.screen?.close();
      this.screen = frame;
      this.lead = performance.now() * 1000 - frame.timestamp;
      if (performance.now() - this.last >= shortestMs) void this.emit();
    });
    void this.watch(start.camera, (frame) => {
      this.camera?.close();
      this.camera = frame;
      if (!this.screen) this.lead = performance.now() * 1000 - frame.timestamp;
      void this.emit();
    });
  }

  /** Lets go of the frames that are held: the camera has few of them. */
  close(): void {
    this.screen?.close();
    this.camera?.close();
    this.screen = this.camera = undefined;
  }

  private async watch(frames: ReadableStream<VideoFrame>, each: (frame: VideoFrame) => void): Promise<void> {
    const reader = frames.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      each(value);
    }
  }

  /**
   * Draws what there is and hands it on; a frame that comes while one is on its way is in the next one. The picture is
   * of the time when the screen was captured, not when it was drawn: else it would come later than its sound.
   */
  private async emit(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.last = performance.now();
    this.draw();
    this.stamp = Math.max(this.stamp + 1000, Math.round(this.last * 1000 - this.lead));
    const frame = new VideoFrame(this.canvas, { timestamp: this.stamp });
    try {
      await this.writer.write(frame);
    } catch {
      frame.close(); // the track was stopped: nobody wants frames any more
    } finally {
      this.busy = false;
    }
  }

  private draw(): void {
    const { screen, camera, canvas, context } = this;
    if (screen) {
      // A window that is resized, or another one that is shared instead, changes the picture's size.
      if (canvas.width !== screen.displayWidth || canvas.height !== screen.displayHeight) {
        canvas.width = screen.displayWidth;
        canvas.height = screen.displayHeight;
      }
      context.drawImage(screen, 0, 0);
    } else {
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    if (camera) drawBubble(context, canvas.width, canvas.height, camera, camera.displayWidth, camera.displayHeight, this.corner);
  }
}

let compositor: Compositor | undefined;

self.onmessage = (e: MessageEvent<ToWorker>) => {
  if (e.data.kind === "start") {
    compositor = new Compositor(e.data);
  } else if (e.data.kind === "move") {
    if (compositor) compositor.corner = e.data.corner;
  } else {
    compositor?.close();
    self.close();
  }
};
