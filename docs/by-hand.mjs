// What OpenSSL 3.0 lacks for checking a session by hand: keccak-256, and the key behind a signature. No dependencies.
const MASK = (1n << 64n) - 1n;
const rotated = (x, by) => ((x << by) | (x >> (64n - by))) & MASK;

/** FIPS 202's permutation on 25 words of 64 bits, at x + 5y. */
function permute(a) {
  let lfsr = 1;
  for (let round = 0; round < 24; round++) {
    const c = [0, 1, 2, 3, 4].map((x) => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]);
    for (let i = 0; i < 25; i++) a[i] ^= c[(i + 4) % 5] ^ rotated(c[(i + 1) % 5], 1n);
    let [x, y, last] = [1, 0, a[1]];
    for (let t = 1; t <= 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      [a[x + 5 * y], last] = [rotated(last, BigInt(((t * (t + 1)) / 2) % 64)), a[x + 5 * y]];
    }
    for (let row = 0; row < 25; row += 5) {
      const b = a.slice(row, row + 5);
      for (let i = 0; i < 5; i++) a[row + i] = b[i] ^ (~b[(i + 1) % 5] & MASK & b[(i + 2) % 5]);
    }
    for (let bit = 0; bit < 7; bit++) {
      if (lfsr & 1) a[0] ^= 1n << BigInt((1 << bit) - 1);
      lfsr = (lfsr << 1) ^ (lfsr >> 7 ? 0x171 : 0);
    }
  }
}

/** Keccak-256 with Ethereum's padding, of hex and in hex, both without 0x. */
export function keccak(hex) {
  const padded = Buffer.alloc((Math.floor(hex.length / 272) + 1) * 136);
  padded.write(hex, 'hex');
  padded[hex.length / 2] ^= 0x01;
  padded[padded.length - 1] ^= 0x80;
  const words = Array(25).fill(0n);
  for (let block = 0; block < padded.length; block += 136) {
    for (let i = 0; i < 17; i++) words[i] ^= padded.readBigUInt64LE(block + 8 * i);
    permute(words);
  }
  const digest = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) digest.writeBigUInt64LE(words[i], 8 * i);
  return digest.toString('hex');
}

/** secp256k1 (SEC 2, 2.4.1). */
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n;
const GY = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n;
const mod = (x, m) => ((x % m) + m) % m;
const power = (x, e, m) => {
  let result = 1n;
  for (let base = mod(x, m); e > 0n; e >>= 1n, base = (base * base) % m)
    if (e & 1n) result = (result * base) % m;
  return result;
};
const inverse = (x, m) => power(x, m - 2n, m);
const add = (a, b) => {
  if (a === undefined || b === undefined) return a ?? b;
  if (a[0] === b[0] && mod(a[1] + b[1], P) === 0n) return undefined;
  const slope =
    a[0] === b[0] ? 3n * a[0] * a[0] * inverse(2n * a[1], P) : (b[1] - a[1]) * inverse(b[0] - a[0], P);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
};
const times = (point, k) => {
  let sum;
  for (; k > 0n; k >>= 1n, point = add(point, point)) if (k & 1n) sum = add(sum, point);
  return sum;
};

/** The address that signed a digest; `vs` has the parity in its top bit (ERC-2098). */
export function signerOf(digest, r, vs) {
  const [x, word, hash] = [r, vs, digest].map((hex) => BigInt(`0x${hex}`));
  const s = BigInt.asUintN(255, word);
  const y = power(x ** 3n + 7n, (P + 1n) / 4n, P);
  const point = [x, (y & 1n) === word >> 255n ? y : P - y];
  const toR = inverse(x, N);
  const key = add(times(point, mod(s * toR, N)), times([GX, GY], mod(-hash * toR, N)));
  return keccak(key.map((number) => number.toString(16).padStart(64, '0')).join('')).slice(24);
}

const word = (value) => BigInt(value).toString(16).padStart(64, '0');
const text = (value) => Buffer.from(value).toString('hex');
const DOMAIN = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const READING =
  'Reading(bytes32 bookingId,uint32 seq,uint48 energyWh,uint40 beganAt,uint40 endedAt,uint32 overstaySec,bool isFinal,bytes32 evidenceHash,bytes32 registersCommitment)';
/** Digits of a measure from the right: each field's end, and how many. */
const FIELDS = [
  [0, 8],
  [8, 12],
  [20, 10],
  [30, 10],
  [40, 8],
  [48, 2],
];

export const COMMANDS = {
  keccak: (hex) => keccak(hex),
  /** The tag that a meter record names as its ID. */
  tag: (chainId, market, bookingId, secret) => {
    const bits = BigInt(`0x${keccak([chainId, market, bookingId, secret].map(word).join(''))}`) >> 156n;
    return Array.from(
      { length: 20 },
      (_, i) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number((bits >> BigInt(95 - 5 * i)) & 31n)],
    ).join('');
  },
  /** The registers commitment; registers in Wh. */
  registers: (salt, begin, end) =>
    keccak(keccak(salt + text('registers')) + word(begin).slice(48) + word(end).slice(48)),
  /** Who signed a reading as the ledger's event has it. */
  signer: (chainId, market, bookingId, measure, evidenceHash, commitment, r, vs) => {
    const fields = FIELDS.map(([at, digits]) => word(`0x${measure.slice(64 - at - digits, 64 - at)}`));
    const struct = [keccak(text(READING)), word(bookingId), ...fields, evidenceHash, commitment].join('');
    const domain = [
      keccak(text(DOMAIN)),
      keccak(text('Plugpact')),
      keccak(text('1')),
      word(chainId),
      word(market),
    ].join('');
    return `0x${signerOf(keccak(`1901${keccak(domain)}${keccak(struct)}`), r, vs)}`;
  },
};

const [name, ...values] = process.argv.slice(2);
if (process.argv[1]?.endsWith('by-hand.mjs')) {
  // Numbers and addresses keep their 0x; words are taken without it.
  const keeps = { tag: 4, signer: 3 }[name] ?? 0;
  console.log(COMMANDS[name](...values.map((value, i) => (i < keeps ? value : value.replace(/^0x/, '')))));
}
