// SHA-256 (FIPS 180-4) that can be fed piece by piece and kept between visits. crypto.subtle hashes only what lies whole in
// memory; a take does not, and its hash has to go on after a crash.

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const k = new Uint32Array(64);
/** The same of the square roots of the first 8 (5.3.3). */
const initial = new Uint32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
  if (!prime) continue;
  const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
  if (found < 8) initial[found] = fraction(Math.sqrt(n));
  k[found++] = fraction(Math.cbrt(n));
}

/** Bytes of a state: the eight words, the length in bytes as a float64, the block that is not full yet. */
export const stateBytes = 32 + 8 + 64;

export class Sha256 {
  private readonly words: Uint32Array<ArrayBuffer>;
  private readonly block = new Uint8Array(64);
  private readonly view = new DataView(this.block.buffer);
  private readonly schedule = new Uint32Array(64);
  private length: number;

  /** from is what state() gave: go on from there. */
  constructor(from?: Uint8Array) {
    this.words = new Uint32Array(initial);
    this.length = 0;
    if (!from) return;
    const view = new DataView(from.buffer, from.byteOffset, stateBytes);
    this.words.forEach((_, i) => {
      this.words[i] = view.getUint32(i * 4);
    });
    this.length = view.getFloat64(32);
    this.block.set(from.subarray(40, stateBytes));
  }

  update(bytes: Uint8Array): this {
    let filled = this.length % 64;
    this.length += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const n = Math.min(64 - filled, bytes.length - at);
      this.block.set(bytes.subarray(at, at + n), filled);
      at += n;
      filled += n;
      if (filled < 64) break;
      this.compress();
      filled = 0;
    }
    return this;
  }

  /** Where it is, to be kept. */
  state(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(stateBytes);
    const view = new DataView(out.buffer);
    this.words.forEach((w, i) => {
      view.setUint32(i * 4, w);
    });
    view.setFloat64(32, this.length);
    out.set(this.block, 40);
    return out;
  }

  /** The digest of everything so far; more may be added afterwards. */
  digest(): Uint8Array<ArrayBuffer> {
    const last = new Sha256(this.state());
    const padding = new Uint8Array(((55 - this.length) & 63) + 9);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(this.length / 2 ** 29));
    view.setUint32(padding.length - 4, (this.length << 3) >>> 0);
    last.update(padding);
    const out = new Uint8Array(32);
    last.words.forEach((w, i) => {
      new DataView(out.buffer).setUint32(i * 4, w);
    });
    return out;
  }

  private compress(): void {
    const w = this.schedule;
    const at = (i: number): number => w[i] ?? 0;
    for (let i = 0; i < 16; i++) w[i] = this.view.getUint32(i * 4);
    for (let i = 16; i < 64; i++) {
      const [a, b] = [at(i - 15), at(i - 2)];
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      w[i] = at(i - 16) + s0 + at(i - 7) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.words;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (k[i] ?? 0) + at(i)) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((v, i) => {
      this.words[i] = (this.words[i] ?? 0) + v;
    });
  }
}

function turn(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n));
}

/** SHA-256 of bytes that lie in memory; by the browser where it offers that (https, localhost). */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if ("subtle" in crypto) return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return new Sha256().update(bytes).digest();
}

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
