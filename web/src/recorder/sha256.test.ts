import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { hex, Sha256, sha256 } from "./sha256";

const text = (s: string) => new TextEncoder().encode(s);

// NIST's examples for FIPS 180-4.
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
])("hashes NIST's example %#", async (input, want) => {
  expect(hex(new Sha256().update(text(input)).digest())).toBe(want);
  expect(hex(await sha256(text(input)))).toBe(want);
});

test("every length around a block, in pieces, with its state kept between them", () => {
  for (let n = 0; n < 200; n++) {
    const bytes = new Uint8Array(randomBytes(n));
    const cut = Math.floor(n / 3);
    const first = new Sha256().update(bytes.subarray(0, cut));
    const kept = structuredClone(first.state());
    first.update(text("something else"));
    const later = new Sha256(kept).update(bytes.subarray(cut));
    expect(hex(later.digest())).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(hex(later.digest())).toBe(hex(later.digest()));
  }
});
