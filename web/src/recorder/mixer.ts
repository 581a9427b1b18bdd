// Makes one track of sounds. MediaRecorder places sound by when it was captured; an AudioContext forgets that, and
// what goes through it comes about 50 ms after its picture. So the mixing is done on the samples themselves, in a worker
// (mixing.ts has the rules), and an AudioContext does it only where tracks cannot be taken apart. A single sound
// beside a picture takes the same way, since MediaRecorder would place that too late as well.
import { insertableStreams } from "./insertable";

export interface Mix {
  readonly track: MediaStreamTrack;
  close(): void;
}

/** The origin is the page's performance.timeOrigin. */
export type ToMixer =
  | { kind: "start"; sounds: readonly ReadableStream<AudioData>[]; out: WritableStream<AudioData>; origin: number }
  | { kind: "stop" };

/** Mixes tracks of sound; the context is used where there is no better way. Undefined when the track is best taken as it is. */
export function mix(tracks: readonly MediaStreamTrack[], withPicture: boolean, context: AudioContext): Mix | undefined {
  const streams = insertableStreams<AudioData>();
  if (tracks.length < (streams && withPicture ? 1 : 2)) return undefined;
  if (!streams) return mixInContext(tracks, context);
  const worker = new Worker(new URL("./mixer.worker.ts", import.meta.url), { type: "module" });
  const track = new streams.Generator({ kind: "audio" });
  const sounds = tracks.map((t) => new streams.Processor({ track: t }).readable);
  const start: ToMixer = { kind: "start", sounds, out: track.writable, origin: performance.timeOrigin };
  worker.postMessage(start, [...sounds, track.writable]);
  return {
    track,
    close: () => {
      track.stop();
      worker.postMessage({ kind: "stop" } satisfies ToMixer);
    },
  };
}

function mixInContext(tracks: readonly MediaStreamTrack[], context: AudioContext): Mix {
  const out = context.createMediaStreamDestination();
  for (const t of tracks) context.createMediaStreamSource(new MediaStream([t])).connect(out);
  const [track] = out.stream.getAudioTracks();
  if (!track) throw new Error("the audio context gives no track");
  return {
    track,
    close: () => {
      track.stop();
    },
  };
}
