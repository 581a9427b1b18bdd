// Adds sounds up on one clock. Each source says when its samples were captured; here they are laid side by side by these
// times, so that mixing moves nothing against the picture, however long it takes. No browser's parts in here.

/** Samples a second of the mixed sound, and of the clock that everything here counts by. */
export const rate = 48_000;
/** The mixed sound comes in blocks of 10 ms with two channels. */
export const blockFrames = rate / 100;

/**
 * By how many microseconds Chromium's MediaRecorder places sound too late that comes in blocks of so many frames. Its Opus
 * encoder gathers packets of 60 ms and gives each the time of the last block in it, less that block's length
 * (audio_track_opus_encoder.cc). Measured with exact times: 45 ms with blocks of 10 ms, 25 with 20, 5 with 30.
 */
export function encoderLateUs(frames: number): number {
  return 60_000 - (2e6 * frames) / rate;
}

/** A source that is so far ahead of where it should be has left something out: its sound goes on where it belongs. */
const jumpFrames = rate / 10;
/** So it is with one that is this far off in either direction with several stretches in a row; a single one may jitter. */
const gapFrames = rate / 100;
const steadyFor = 5;
/** Less than this is no drift either. */
const jitterFrames = rate / 200;
/** Drift is taken up by playing this much faster or slower at most: nobody hears 0.2 %. */
const mostStretch = 0.002;
/** A source that is this late counts as silent until it gives sound again. */
const patienceFrames = rate;
/** When no source gives anything the mix goes on, silent, so far behind the clock. */
const idleFrames = 2 * rate;
/** The time that a machine has slept is left out. */
const sleepFrames = 10 * rate;

/** Some samples of one source: a plane for each channel, -1 to 1. */
export interface Stretch {
  /** When the first sample was captured, in microseconds of the sources' common clock. */
  readonly timestamp: number;
  readonly sampleRate: number;
  readonly planes: readonly Float32Array[];
}

/** 10 ms of the mixed sound: all samples of the left channel, then those of the right. */
export interface Block {
  readonly timestamp: number;
  readonly samples: Float32Array<ArrayBuffer>;
}

/** Resampled sound that waits to be mixed. */
interface Piece {
  readonly from: number;
  readonly channels: readonly [Float32Array, Float32Array];
}

/** Sound is never older than this when it is read. */
const oldestUs = 10e6;

/**
 * The time of a sample on the clock of the worker that reads it. Chromium counts from when the reading page or worker came
 * into being, and sound that waited while its stream was handed to the worker still has the page's time. `now` is the
 * worker's time in microseconds, `younger` by how much it is younger than the page. A browser that counts from
 * something else does so all the time: its word is taken.
 */
export function captureTime(timestamp: number, now: number, younger: number): number {
  const possible = (t: number): boolean => t <= now && now - t < oldestUs;
  return !possible(timestamp) && possible(timestamp - younger) ? timestamp - younger : timestamp;
}

const toFrames = (microseconds: number): number => (microseconds * rate) / 1e6;
const within = (x: number, most: number): number => Math.max(-most, Math.min(most, x));

/** One source, resampled to the common clock. */
class Line {
  /** Everything before this frame of the clock is here, or will never be. */
  end = Number.NEGATIVE_INFINITY;
  /** Others wait for it. */
  awaited = true;
  private pieces: Piece[] = [];
  /** The last samples of the stretch before, to interpolate over the seam. */
  private tails: Float32Array[] = [];
  /** Where on the clock the next stretch is expected to begin; has a fraction. */
  private expected = Number.NaN;
  /** How far captured times are from what is expected, smoothed. */
  private drift = 0;
  /** How far the last stretches were from where they were expected. */
  private offs: number[] = [];

  write({ timestamp, sampleRate, planes }: Stretch): void {
    const count = planes[0]?.length ?? 0;
    const captured = toFrames(timestamp);
    this.place(captured);
    const nominal = (count * rate) / sampleRate;
    const beyond = this.drift - within(this.drift, jitterFrames);
    const span = nominal + within(beyond / 200, nominal * mostStretch);
    this.resample(planes, count, span / count);
    this.expected += span;
  }

  /** Adds what there is of one block to the mix, and forgets it with everything before. */
  addTo(mix: Float32Array, from: number): void {
    for (const piece of this.pieces) {
      const [left, right] = piece.channels;
      const last = Math.min(from + blockFrames, piece.from + left.length);
      for (let frame = Math.max(from, piece.from); frame < last; frame++) {
        const [to, at] = [frame - from, frame - piece.from];
        mix[to] = (mix[to] ?? 0) + (left[at] ?? 0);
        mix[blockFrames + to] = (mix[blockFrames + to] ?? 0) + (right[at] ?? 0);
      }
    }
    this.pieces = this.pieces.filter((p) => p.from + p.channels[0].length > from + blockFrames);
  }

  /** Decides whether sound that was captured at a time goes on where the last stretch ended. */
  private place(captured: number): void {
    const off = captured - this.expected;
    this.offs = [...this.offs, off].slice(-steadyFor);
    const steady = this.offs.reduce((least, o) => (Math.abs(o) < Math.abs(least) ? o : least));
    const gone = steadily(this.offs) && Math.abs(steady) > gapFrames;
    if (!(off <= jumpFrames)) this.jump(Math.round(captured));
    else if (gone) this.jump(Math.round(this.expected + steady));
    else this.drift += (off - this.drift) / 100;
  }

  private jump(to: number): void {
    this.expected = this.end = to;
    this.drift = 0;
    this.offs = [];
    this.tails = [];
    // After a jump back the later word counts.
    this.pieces = this.pieces
      .filter((p) => p.from < to)
      .map(({ from, channels: [left, right] }) => ({
        from,
        channels: [left.subarray(0, to - from), right.subarray(0, to - from)],
      }));
  }

  /** Catmull-Rom interpolation; samples that fall on the clock stay what they are. */
  private resample(planes: readonly Float32Array[], count: number, step: number): void {
    const from = this.end;
    // Two samples are kept back for the seam with the next stretch.
    const until = Math.max(from, Math.ceil(this.expected + (count - 2) * step));
    const resampled = planes.slice(0, 2).map((plane, c) => {
      const samples = new Float32Array(3 + count);
      samples.set(this.tails[c] ?? []);
      samples.set(plane, 3);
      this.tails[c] = samples.slice(-3);
      const out = new Float32Array(until - from);
      for (let i = 0; i < out.length; i++) out[i] = between(samples, Math.max(1, (from + i - this.expected) / step + 3));
      return out;
    });
    const [left = new Float32Array(until - from), right = left] = resampled;
    this.pieces.push({ from, channels: [left, right] });
    this.end = until;
  }
}

/** Whether enough are known, all in the same direction. */
function steadily(offs: readonly number[]): boolean {
  return offs.length === steadyFor && (offs.every((o) => o > 0) || offs.every((o) => o < 0));
}

/** The value between samples, at x ≥ 1. */
function between(samples: Float32Array, x: number): number {
  const i = Math.floor(x);
  const t = x - i;
  const b = samples[i] ?? 0;
  if (t === 0) return b;
  const [a, c, d] = [samples[i - 1] ?? 0, samples[i + 1] ?? 0, samples[i + 2] ?? 0];
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Mixes any number of sources into blocks that follow each other without a hole. */
export class Mixing {
  private readonly lines = new Map<number, Line>();
  /** The frame at which the next block begins; NaN before the first sound. */
  private next = Number.NaN;
  /** The least that the caller's clock was ahead of a source's when sound came. */
  private lead = Number.POSITIVE_INFINITY;

  /** Blocks that are complete go to onblock, in order. */
  constructor(private readonly onblock: (block: Block) => void) {}

  /** A source begins. */
  open(source: number): void {
    this.lines.set(source, new Line());
  }

  /** A source has ended: nobody waits for it any more. What it gave so far still sounds. */
  close(source: number): void {
    const line = this.lines.get(source);
    if (line) line.awaited = false;
  }

  /** Takes sound of a source; now is in milliseconds of any one clock. */
  write(source: number, stretch: Stretch, now: number): void {
    const line = this.lines.get(source);
    if (!line || !stretch.planes[0]?.length) return;
    line.write(stretch);
    line.awaited = true;
    const back = [...this.lines.values()].every((l) => this.next - l.end > patienceFrames);
    if (Number.isNaN(this.next) || back) this.begin(Math.round(toFrames(stretch.timestamp)));
    this.lead = Math.min(this.lead, toFrames(now * 1000) - line.end);
    this.emit(line.end - patienceFrames);
  }

  private begin(at: number): void {
    this.next = at;
    for (const line of this.lines.values()) line.end = Math.max(line.end, at); // nothing comes from before
  }

  /** To be called some times a second: the sound goes on, silent, when no source gives any. */
  tick(now: number): void {
    this.emit(toFrames(now * 1000) - this.lead - idleFrames);
  }

  /** Gives out the blocks that all sources have written, and those before `due` whoever has not. */
  private emit(due: number): void {
    if (Number.isNaN(this.next)) return;
    if (due - this.next > sleepFrames) this.next = Math.floor(due);
    for (const line of this.lines.values()) if (line.end < due) line.awaited = false;
    const awaited = [...this.lines.values()].filter((l) => l.awaited);
    const until = awaited.length > 0 ? Math.min(...awaited.map((l) => l.end)) : due;
    for (; this.next + blockFrames <= until; this.next += blockFrames) this.give();
  }

  private give(): void {
    const samples = new Float32Array(2 * blockFrames);
    for (const line of this.lines.values()) line.addTo(samples, this.next);
    for (let i = 0; i < samples.length; i++) samples[i] = within(samples[i] ?? 0, 1);
    this.onblock({ timestamp: Math.round((this.next * 1e6) / rate), samples });
  }
}
