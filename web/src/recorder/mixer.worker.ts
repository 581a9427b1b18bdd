// The worker of mixer.ts: takes the sounds apart, has them mixed, and puts the mix together again.
import type { ToMixer } from "./mixer";
import { blockFrames, captureTime, encoderLateUs, Mixing, rate } from "./mixing";

const tickMs = 100;

/** By how much MediaRecorder would place the mixed sound too late. */
const lateUs = encoderLateUs(blockFrames);

function start({ sounds, out, origin }: Extract<ToMixer, { kind: "start" }>): void {
  const younger = 1000 * (performance.timeOrigin - origin);
  const writer = out.getWriter();
  const mixing = new Mixing(({ timestamp, samples }) => {
    const data = new AudioData({
      format: "f32-planar",
      sampleRate: rate,
      numberOfChannels: 2,
      numberOfFrames: blockFrames,
      timestamp: timestamp - lateUs,
      data: samples,
    });
    writer.write(data).catch(() => {
      data.close(); // the track was stopped: nobody listens any more
    });
  });
  sounds.forEach((_, i) => {
    mixing.open(i);
  });
  sounds.forEach((sound, i) => void listen(mixing, i, sound.getReader(), younger));
  setInterval(() => {
    mixing.tick(performance.now());
  }, tickMs);
}

type Reader = ReadableStreamDefaultReader<AudioData>;

async function listen(mixing: Mixing, source: number, reader: Reader, younger: number): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const now = performance.now();
      const timestamp = captureTime(value.timestamp, now * 1000, younger);
      mixing.write(source, { timestamp, sampleRate: value.sampleRate, planes: planesOf(value) }, now);
      value.close();
    }
  } finally {
    mixing.close(source);
  }
}

/** The samples of at most two channels. */
function planesOf(data: AudioData): Float32Array[] {
  return Array.from({ length: Math.min(2, data.numberOfChannels) }, (_, planeIndex) => {
    const plane = new Float32Array(data.numberOfFrames);
    data.copyTo(plane, { planeIndex, format: "f32-planar" });
    return plane;
  });
}

self.onmessage = (e: MessageEvent<ToMixer>) => {
  if (e.data.kind === "start") start(e.data);
  else self.close();
};
