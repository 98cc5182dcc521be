import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figures, flat } from '../bench/figures.ts';
import { benchGas, sampleGas } from '../bench/gas.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import { isMain } from '../lib/main.ts';
import { ROOT } from '../lib/paths.ts';

const FILE = 'test/bench/gas.snapshot.json';

/** Contracts of a deployment, whose code each fits into 24,576 bytes (EIP-170). */
const DEPLOYED = [
  'PlugpactMarket',
  'PlugpactExtension',
  'OcmfVerifier',
  'OcmfVerifierWithoutClz',
  'PasskeyVerifier',
  'DepositAddresses',
];

/** What the snapshot holds: figures of gas, and the bytes of each contract's code. */
function snapshotOf({ bytecodeBytes: _market, ...gas }: Figures): Figures {
  const bytes = DEPLOYED.map((name) => [name, committedContract(name).deployedBytes] as const);
  return { gas, deployedBytes: Object.fromEntries(bytes) };
}

export const GAS_REMEDY = `${FILE} holds other figures. If the change is meant: npm run check -- --write.`;

/** A line for each figure that is not the committed one, with both of them; groups that were not measured pass. */
export function changesOf(figures: Figures): string[] {
  const path = join(ROOT, FILE);
  const before = new Map(flat(existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Figures) : {}));
  const now = new Map(flat(snapshotOf(figures)));
  const isMeasured = (name: string) => !name.startsWith('gas.') || (name.split('.')[1] ?? '') in figures;
  const names = [...new Set([...before.keys(), ...now.keys()])].filter(isMeasured);
  return names
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => changeLine(name, before.get(name), now.get(name)));
}

type Value = number | string | null | undefined;

function changeLine(name: string, before: Value, now: Value) {
  const text = (value: Value) => value?.toLocaleString('en') ?? 'nothing';
  const by = Number(now) - Number(before);
  const difference = Number.isNaN(by) ? '' : ` (${by > 0 ? '+' : ''}${by.toLocaleString('en')})`;
  return `${name}: ${text(before)} before, ${text(now)} now${difference}`;
}

/** Measures and compares; with `write`, makes the snapshot anew. True if it holds (now) what was measured. */
async function checkGas({ write }: { write: boolean }): Promise<boolean> {
  const figures = { ...(await benchGas()), ...(await sampleGas()) };
  const changes = changesOf(figures);
  if (changes.length === 0) return true;
  console.error(changes.join('\n'));
  if (!write) {
    console.error(GAS_REMEDY);
    return false;
  }
  writeFileSync(join(ROOT, FILE), `${JSON.stringify(snapshotOf(figures), null, 2)}\n`);
  console.error(`${FILE}: written anew.`);
  return true;
}

if (isMain(import.meta)) {
  process.exitCode = (await checkGas({ write: process.argv.includes('--write') })) ? 0 : 1;
}
