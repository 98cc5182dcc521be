import { execFile, execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { computeAddress, keccak256, SigningKey } from 'ethers';
import fc from 'fast-check';
import { type Hex, numberToHex } from 'viem';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { tagOf } from '../../audit/ocmf/tag.ts';
import { readReading } from '../../audit/rules/reading.ts';
import { digestOf } from '../../audit/rules/signed-types.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { clientOf, deployTestMarket } from '../support/market.ts';
import { MeteredCharger, writeEvidence } from './evidence/session-on-ledger.ts';

/** The page's script: plain JavaScript, which has no types. */
interface ByHand {
  keccak: (hex: string) => string;
  signer: (digest: string, r: string, vs: string) => string;
}

const SCRIPT = join(ROOT, 'docs/by-hand.mjs');
const { keccak, signer } = (await import(SCRIPT)) as ByHand;

const page = readFileSync(join(ROOT, 'docs/audit.md'), 'utf8');

/** The page's commands, block by block, and what it says that they print. */
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g)].map(
  ([, commands = '', printed = '']) => ({ commands, printed }),
);

/** The values that the page takes from a block explorer, by their names. */
type Values = Record<'CHAIN' | 'MARKET' | 'BOOKING' | 'LISTED' | 'BOOKED' | 'SETTLED', string>;

const valuesOfPage = Object.fromEntries(
  [...(blocks[0]?.commands ?? '').matchAll(/^([A-Z]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
) as Values;

const EXAMPLE = join(ROOT, 'docs/example-session');

let anvil: Anvil;
let folder: string;
let valuesOfLedger: Values;

/** Another session, on a ledger of its own. */
beforeAll(async () => {
  anvil = await startAnvil();
  folder = mkdtempSync(join(tmpdir(), 'plugpact-by-hand-'));
  const market = await deployTestMarket(anvil.url);
  const session = await new MeteredCharger(market).settle({ beginWh: 4_321, energyWh: 3_210, page: 12 });
  writeEvidence(folder, session);
  const client = clientOf(anvil.url, localAccount('host'));
  const logs = await client.getLogs({ address: market.market, fromBlock: 0n });
  const [booked, settled] = logs.filter(({ topics }) => (topics as Hex[])[1] === session.bookingId);
  const listed = logs.find(({ topics }) => (topics as Hex[]).length === 4);
  valuesOfLedger = {
    CHAIN: String(market.chainId),
    MARKET: market.market,
    BOOKING: session.bookingId,
    LISTED: listed?.data ?? '',
    BOOKED: booked?.data ?? '',
    SETTLED: settled?.data ?? '',
  };
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return anvil.stop();
});

function hasOpenssl(): boolean {
  try {
    return /^OpenSSL [3-9]/.test(execFileSync('openssl', ['version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

/** What each block prints, with these values in the first one, in a folder with a session's evidence. */
async function printedBy(evidence: string, values: Values): Promise<string[]> {
  const work = mkdtempSync(join(tmpdir(), 'plugpact-hand-'));
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  for (const name of globSync('*.{jsonl,salt}', { cwd: evidence }))
    copyFileSync(join(evidence, name), join(work, name));
  copyFileSync(SCRIPT, join(work, 'by-hand.mjs'));
  const given = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  const [, ...rest] = blocks.map(({ commands }) => commands);
  const script = ['set -euo pipefail\n', given.join(''), ...rest].join('printf "=====\\n"\n');
  writeFileSync(join(work, 'run.sh'), script);
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const { stdout } = await promisify(execFile)('bash', ['run.sh'], { cwd: work, env });
  return stdout.split('=====\n').slice(1);
}

if (hasOpenssl()) {
  test('the page’s commands print what the page says', async () => {
    expect(await printedBy(EXAMPLE, valuesOfPage)).toEqual(blocks.map(({ printed }) => printed));
  });

  test('and on another session they agree with the ledger, too', async () => {
    const printed = (await printedBy(folder, valuesOfLedger)).join('');
    expect(printed).toContain('3210 Wh in 1200 s');
    expect(printed).toContain('Verified OK');
    expect(printed.match(/: yes$/gm)).toHaveLength((page.match(/: yes$/gm) ?? []).length);
    expect(printed).not.toContain(': NO');
  });

  test('a bundle with another byte and a record of another size are noticed', async () => {
    const work = mkdtempSync(join(tmpdir(), 'plugpact-changed-'));
    onTestFinished(() => rmSync(work, { recursive: true, force: true }));
    for (const name of globSync('*.{jsonl,salt}', { cwd: EXAMPLE })) {
      const text = readFileSync(join(EXAMPLE, name), 'utf8');
      writeFileSync(join(work, name), text.replace('"meterStop":12000', '"meterStop":12001'));
    }
    const printed = (await printedBy(work, valuesOfPage)).join('');
    expect(printed).toContain('the bundle of the reading: NO');
    expect(printed).toContain('the registers of the reading: NO');
    expect(printed).toContain('billed as metered: NO');
  });
}

const wordOf = (data: string, index: number): string => data.slice(2 + 64 * index, 66 + 64 * index);

test('the page’s session holds by node:crypto too: its hash, its key and its record', () => {
  const { SETTLED, LISTED, BOOKED, CHAIN } = valuesOfPage;
  const [MARKET, BOOKING] = [valuesOfPage.MARKET, valuesOfPage.BOOKING] as [Hex, Hex];
  const [measure = '', evidence = '', commitment = ''] = [1, 2, 3].map((index) => wordOf(SETTLED, index));
  const bundle = readFileSync(join(EXAMPLE, `${evidence}.jsonl`), 'utf8');
  const salt = readFileSync(join(EXAMPLE, `${evidence}.salt`), 'utf8')
    .trim()
    .slice(2);
  const hash = createHash('sha256').update(Buffer.from(salt, 'hex')).update(bundle).digest('hex');
  expect(hash).toBe(evidence);
  const point = wordOf(LISTED, 14) + wordOf(LISTED, 15);
  expect(keccak(point)).toBe(wordOf(LISTED, 7));
  const spki = Buffer.from(`3059301306072a8648ce3d020106082a8648ce3d03010703420004${point}`, 'hex');
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(page).toContain(key.export({ type: 'spki', format: 'pem' }));
  const lines = bundle
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const record = lines.findLast((line) => line.record !== undefined).record as string;
  const [, payload = '', section = ''] = record.split('|');
  expect(verify('sha256', Buffer.from(payload), key, Buffer.from(JSON.parse(section).SD, 'hex'))).toBe(true);
  const { startSecret } = lines.at(-1);
  expect(keccak(startSecret.slice(2))).toBe(wordOf(BOOKED, 3));
  expect(JSON.parse(payload).ID).toBe(tagOf(Number(CHAIN), MARKET, BOOKING, startSecret));
  const registers = [10_000, 12_000].map((wh) => numberToHex(wh, { size: 8 }).slice(2)).join('');
  expect(keccak(keccak(`${salt}${Buffer.from('registers').toString('hex')}`) + registers)).toBe(commitment);
  const reading = readReading(BOOKING, {
    measure: BigInt(`0x${measure}`),
    evidenceHash: `0x${evidence}`,
    registersCommitment: `0x${commitment}`,
  });
  const digest = digestOf({ chainId: Number(CHAIN), market: MARKET }, 'Reading', { ...reading }).slice(2);
  const signers = [4, 6].map((at) => signer(digest, wordOf(SETTLED, at), wordOf(SETTLED, at + 1)));
  expect(signers).toEqual([wordOf(LISTED, 3), wordOf(BOOKED, 1)].map((word) => word.slice(24)));
});

test('the script is one page of 60 lines', () => {
  expect(readFileSync(SCRIPT, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(60);
});

const counts = process.env.PLUGPACT_DEEP ? { hashes: 5_000, signers: 300 } : { hashes: 20, signers: 3 };

test('keccak-256 by hand is that of ethers', () => {
  const bytes = fc.uint8Array({ maxLength: 500 }).map((array) => Buffer.from(array).toString('hex'));
  fc.assert(
    fc.property(bytes, (hex) => {
      expect(`0x${keccak(hex)}`).toBe(keccak256(`0x${hex}`));
    }),
    // Lengths at which the padding fills a block, or needs one of its own.
    {
      seed: 20_261_130,
      numRuns: counts.hashes,
      examples: [0, 135, 136, 271, 272].map((length) => ['5a'.repeat(length)]),
    },
  );
});

test('the signer by hand is the one that signed with ethers, and no other of a changed signature', () => {
  const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(word, word, (key, digest) => {
      // Any 32 bytes, hashed, are a key: those that are none have a probability of 2^-127.
      const signingKey = new SigningKey(keccak256(key));
      const { r, yParityAndS } = signingKey.sign(digest);
      const address = computeAddress(signingKey).slice(2).toLowerCase();
      const hash = Buffer.from(digest).toString('hex');
      expect(signer(hash, r.slice(2), yParityAndS.slice(2))).toBe(address);
      const other = (BigInt(yParityAndS) ^ (1n << 255n)).toString(16).padStart(64, '0');
      expect(signer(hash, r.slice(2), other)).not.toBe(address);
    }),
    { seed: 20_261_130, numRuns: counts.signers },
  );
});
