// What OpenSSL 3.0 lacks for checking a session by hand: keccak-256, and the address behind a signature.
const rotated = (word, by) => BigInt.asUintN(64, (word << BigInt(by)) | (word >> BigInt(64 - by)));
const placeAfter = (i) => Math.floor(i / 5) + 5 * ((2 * i + 3 * Math.floor(i / 5)) % 5);

/** The permutation of FIPS 202 (3.2): 24 rounds over 25 words of 64 bits, that of column x and row y at x + 5y. */
function permuted(a) {
  for (let round = 0, lfsr = 1; round < 24; round++) {
    const sums = [0, 1, 2, 3, 4].map((x) => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]);
    const mixed = a.map((word, i) => word ^ sums[(i + 4) % 5] ^ rotated(sums[(i + 1) % 5], 1));
    const b = [mixed[0]];
    for (let step = 1, i = 1; step < 25; step++, i = placeAfter(i))
      b[placeAfter(i)] = rotated(mixed[i], ((step * (step + 1)) / 2) % 64);
    a = b.map((word, i) => word ^ (~b[i - (i % 5) + ((i + 1) % 5)] & b[i - (i % 5) + ((i + 2) % 5)]));
    for (let bit = 1; bit <= 64; bit *= 2) {
      if (lfsr & 1) a[0] ^= 1n << BigInt(bit - 1);
      lfsr = (lfsr << 1) ^ (lfsr & 0x80 ? 0x171 : 0);
    }
  }
  return a;
}

/** Keccak-256 with Ethereum's padding, of hex and in hex. */
export function keccak(hex) {
  const padded = Buffer.from(`${hex}01`.padEnd(272 * Math.ceil((hex.length + 2) / 272), '0'), 'hex');
  padded[padded.length - 1] |= 0x80;
  let words = Array(25).fill(0n);
  for (let at = 0; at < padded.length; at += 136)
    words = permuted(words.map((word, i) => (i < 17 ? word ^ padded.readBigUInt64LE(at + 8 * i) : word)));
  for (let i = 0; i < 4; i++) padded.writeBigUInt64LE(words[i], 8 * i);
  return padded.toString('hex', 0, 32);
}

// secp256k1 (SEC 2, 2.4.1). A point is [x, y]; [0, 0] stands for the one at infinity.
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n;
const GY = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n;
const mod = (x, m) => ((x % m) + m) % m;
const power = (x, e, m) => (e ? mod(power(mod(x * x, m), e / 2n, m) * (e % 2n ? x : 1n), m) : 1n);
const inverse = (x, m) => power(x, m - 2n, m);
function sum([ax, ay], [bx, by]) {
  if (!ay || !by) return [ax + bx, ay + by];
  if (ax === bx && ay !== by) return [0n, 0n];
  const slope = ax === bx ? 3n * ax * ax * inverse(2n * ay, P) : (by - ay) * inverse(bx - ax, P);
  const x = mod(slope * slope - ax - bx, P);
  return [x, mod(slope * (ax - x) - ay, P)];
}
const times = (k, p) => (k ? sum(times(k / 2n, sum(p, p)), k % 2n ? p : [0n, 0n]) : [0n, 0n]);

/** The address that signed a digest: `vs` is s, with the parity of R's y in its top bit (ERC-2098). */
export function signer(digest, r, vs) {
  const [hash, x, s] = [digest, r, vs].map((hex) => BigInt(`0x${hex}`));
  const root = power(x ** 3n + 7n, (P + 1n) / 4n, P);
  const point = [x, root % 2n === s >> 255n ? root : P - root];
  const key = times(inverse(x, N), sum(times(BigInt.asUintN(255, s), point), times(mod(-hash, N), [GX, GY])));
  return keccak(key.map((number) => number.toString(16).padStart(64, '0')).join('')).slice(24);
}

const [, script, command, ...values] = process.argv;
if (script?.endsWith('by-hand.mjs')) console.log({ keccak, signer }[command](...values));
