// The level of the microphone: figures for the ribbon, and whether it has been silent for suspiciously long.

/** Below this share of full scale nobody speaks; a room with an open microphone is around 0.002. */
const silence = 0.004;

/** Turns samples (-1 to 1) into a level 0 to 1 that rises evenly with loudness: -60 dB is 0, 0 dB is 1. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return rms <= 0.001 ? 0 : Math.min(1, 1 + Math.log10(rms) / 3);
}

export class Meter {
  private readonly analyser: AnalyserNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private quietSince: number | undefined;

  constructor(
    private readonly context: AudioContext,
    source: AudioNode,
  ) {
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 2048;
    source.connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  /** The level now, and for how many milliseconds it has been silent. */
  read(now: number = performance.now()): { level: number; silentMs: number } {
    if (this.context.state !== "running") {
      // Browsers start sound after the first press only; until then nothing is measured, and that is no silence.
      void this.context.resume().catch(() => undefined);
      this.quietSince = undefined;
      return { level: 0, silentMs: 0 };
    }
    this.analyser.getFloatTimeDomainData(this.samples);
    const peak = this.samples.reduce((m, s) => Math.max(m, Math.abs(s)), 0);
    if (peak > silence) this.quietSince = undefined;
    else this.quietSince ??= now;
    return { level: levelOf(this.samples), silentMs: this.quietSince === undefined ? 0 : now - this.quietSince };
  }

  close(): void {
    this.analyser.disconnect();
  }
}
