// A track as a stream of its frames and back: Chromium's "MediaStreamTrack Insertable Streams", which other browsers lack.
interface Source<Frame> {
  readonly readable: ReadableStream<Frame>;
}
interface Sink<Frame> extends MediaStreamTrack {
  readonly writable: WritableStream<Frame>;
}
interface InsertableStreams<Frame> {
  readonly Processor: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => Source<Frame>;
  readonly Generator: new (init: { kind: "audio" | "video" }) => Sink<Frame>;
}

/** The constructors, or undefined where tracks cannot be taken apart. */
export function insertableStreams<Frame extends VideoFrame | AudioData>(): InsertableStreams<Frame> | undefined {
  const { MediaStreamTrackProcessor: Processor, MediaStreamTrackGenerator: Generator } = globalThis as unknown as {
    MediaStreamTrackProcessor?: InsertableStreams<Frame>["Processor"];
    MediaStreamTrackGenerator?: InsertableStreams<Frame>["Generator"];
  };
  return Processor && Generator && { Processor, Generator };
}
