import { describe, expect, it } from "vitest";
import { blockFrames, captureTime, Mixing, rate, type Block } from "./mixing";

/** A mix of some sources that run on a clock of the test's own. */
class Studio {
  readonly blocks: Block[] = [];
  readonly mixing = new Mixing((b) => this.blocks.push(b));

  constructor(sources: number) {
    for (let i = 0; i < sources; i++) this.mixing.open(i);
  }

  /** A source gives `ms` of sound that was captured at `at` (ms); its samples are what `sample` says for their moment (s). */
  give(source: number, at: number, ms: number, sample: (t: number) => number, sampleRate = rate, channels = 1): void {
    const plane = Float32Array.from({ length: (ms * sampleRate) / 1000 }, (_, i) => sample(at / 1000 + i / sampleRate));
    const planes = Array.from({ length: channels }, () => plane);
    this.mixing.write(source, { timestamp: at * 1000, sampleRate, planes }, at + ms + 5);
  }

  /** The left channel of everything that was mixed so far. */
  get left(): Float32Array {
    const all = new Float32Array(this.blocks.length * blockFrames);
    for (const [i, b] of this.blocks.entries()) all.set(b.samples.subarray(0, blockFrames), i * blockFrames);
    return all;
  }

  /** When the first sample was captured, in seconds. */
  get from(): number {
    return (this.blocks[0]?.timestamp ?? NaN) / 1e6;
  }

  /** No block is missing and none comes twice. */
  expectWhole(): void {
    for (const [i, b] of this.blocks.entries()) {
      expect(b.samples).toHaveLength(2 * blockFrames);
      expect(b.timestamp - (this.blocks[0]?.timestamp ?? 0)).toBeCloseTo(i * 10_000, -1);
    }
  }

  /** The greatest difference between the mix and what it should be at each moment. */
  error(want: (t: number) => number, skipMs = 0): number {
    const skip = (skipMs * rate) / 1000;
    return this.left.reduce((most, s, i) => (i < skip ? most : Math.max(most, Math.abs(s - want(this.from + i / rate)))), 0);
  }
}

const tone =
  (hz: number, gain = 0.4) =>
  (t: number) =>
    gain * Math.sin(2 * Math.PI * hz * t);
const silence = (): number => 0;

describe("Mixing", () => {
  it("adds sounds up as they were captured, whichever comes first", () => {
    const s = new Studio(2);
    for (let at = 0; at < 1000; at += 10) {
      s.give(0, at, 10, tone(440));
      if (at >= 300) s.give(1, at - 300, 10, tone(1000), rate, 2); // arrives 0.3 s later, is of the same time
    }
    s.expectWhole();
    expect(s.blocks.length).toBeGreaterThanOrEqual(68);
    expect(s.error((t) => tone(440)(t) + tone(1000)(t))).toBeLessThan(1e-5);
  });

  it("brings another sample rate to its own", () => {
    const s = new Studio(1);
    for (let at = 0; at < 1000; at += 10) s.give(0, at, 10, tone(440), 44_100);
    s.expectWhole();
    expect(s.error(tone(440), 10)).toBeLessThan(1e-3);
  });

  it("keeps to the clock when a source's samples come too slowly or too fast", () => {
    for (const drift of [0.999, 1.001]) {
      const clicks = (t: number): number => (t % 1 < 0.005 ? 0.5 : 0);
      // The device says 48 kHz and gives a little more or less.
      const s = new Studio(1);
      for (let i = 0; i < 1500; i++) {
        const at = (i * 10) / drift;
        const plane = Float32Array.from({ length: blockFrames }, (_, n) => clicks((at + n / 48 / drift) / 1000));
        s.mixing.write(0, { timestamp: at * 1000, sampleRate: rate, planes: [plane] }, at + 15);
      }
      s.expectWhole();
      const heard = s.left.findIndex((v, i) => i > 13.5 * rate && v > 0.25) / rate + s.from;
      expect(Math.abs(heard - Math.round(heard))).toBeLessThan(0.01);
    }
  });

  it("goes on without a source that gives nothing, and takes it in again", () => {
    const s = new Studio(2);
    const other = (at: number): boolean => at < 500 || at >= 3000;
    for (let at = 0; at < 4000; at += 10) {
      s.give(0, at, 10, tone(440));
      if (other(at)) s.give(1, at, 10, tone(1000));
    }
    s.expectWhole();
    expect(s.left.length).toBeGreaterThan(3.9 * rate);
    const want = (t: number): number => tone(440)(t) + (t < 0.4995 || t >= 3 ? tone(1000)(t) : 0);
    expect(s.error((t) => (t > 0.499 && t < 0.5 ? (s.left[Math.round((t - s.from) * rate)] ?? 0) : want(t)))).toBeLessThan(1e-4);
  });

  it("lets nobody wait for a source that has ended", () => {
    const s = new Studio(2);
    for (let at = 0; at < 1000; at += 10) {
      s.give(0, at, 10, tone(440));
      if (at === 500) s.mixing.close(1);
      if (at < 500) s.give(1, at, 10, silence);
    }
    expect(s.left.length).toBeGreaterThan(0.97 * rate);
    expect(s.error(tone(440))).toBeLessThan(1e-5);
  });

  it("is silent when no source gives anything", () => {
    const s = new Studio(1);
    for (let at = 0; at < 100; at += 10) s.give(0, at, 10, () => 0.5);
    for (let now = 100; now <= 5000; now += 100) s.mixing.tick(now);
    s.expectWhole();
    expect(s.left.length).toBeGreaterThan(2.9 * rate);
    expect(s.left.slice(rate / 2).every((v) => v === 0)).toBe(true);
    s.give(0, 5000, 500, () => 0.25);
    s.expectWhole();
    expect(s.left.at(-1)).toBe(0.25);
  });

  it.each([30, 90, 400, -50])("follows a source that leaves out %d ms", (gap) => {
    const s = new Studio(1);
    const ramp = (t: number): number => t / 10;
    for (let at = 0; at < 500; at += 10) s.give(0, at, 10, ramp);
    for (let at = 500 + gap; at < 2000; at += 10) s.give(0, at, 10, ramp);
    s.expectWhole();
    expect(s.left.at(-1)).toBeCloseTo(s.from / 10 + s.left.length / rate / 10, 4);
  });

  it("is not moved by times that jitter", () => {
    const s = new Studio(1);
    for (let at = 0; at < 2000; at += 10) {
      const late = at % 70 === 0 ? 25 : at % 30 === 0 ? -8 : 0;
      const plane = Float32Array.from({ length: blockFrames }, (_, i) => tone(440)(at / 1000 + i / rate));
      s.mixing.write(0, { timestamp: (at + late) * 1000, sampleRate: rate, planes: [plane] }, at + 50);
    }
    s.expectWhole();
    expect(s.error((t) => tone(440)(t - 0.025))).toBeLessThan(0.01); // its first time was 25 ms late
  });

  it("leaves the machine's sleep out", () => {
    const s = new Studio(1);
    for (let at = 0; at < 100; at += 10) s.give(0, at, 10, tone(440));
    for (let at = 3_600_000; at < 3_602_000; at += 10) s.give(0, at, 10, tone(440));
    expect(s.blocks.length).toBeLessThan(1500);
  });

  it("is heard although a source's clock was put back by an hour", () => {
    const s = new Studio(2);
    for (const source of [0, 1]) s.give(source, 3_600_000, 10, silence);
    for (let at = 100; at < 1000; at += 10) for (const source of [0, 1]) s.give(source, at, 10, tone(440));
    expect(s.left.length).toBeGreaterThan(0.8 * rate);
    expect(s.left.some((v) => v > 0.5)).toBe(true);
  });

  it("does not overflow", () => {
    const s = new Studio(2);
    for (let at = 0; at < 100; at += 10) {
      s.give(0, at, 10, () => 0.9);
      s.give(1, at, 10, () => 0.9);
    }
    expect(Math.max(...s.left)).toBe(1);
  });
});

describe("captureTime", () => {
  const now = 200e3;
  it.each([
    ["the worker's own", 190e3, 190e3],
    ["the page's, from before the stream was handed over", 60e6 + 150e3, 150e3],
    ["since the machine was started", 9e12, 9e12],
  ])("knows a time that is %s", (_, timestamp, want) => {
    expect(captureTime(timestamp, now, 60e6)).toBe(want);
  });
});
