import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Abi, Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { ROOT } from './paths.ts';
import { DEFAULT_SETTINGS, OTHER_SETTINGS } from './solc-settings.ts';

/** What the deployment of a contract takes. */
export interface CommittedContract {
  /** The constructor alone; empty where it takes no arguments. */
  constructorAbi: Abi;
  /** Code that creates it; the encoded arguments of the constructor follow it. */
  bytecode: Hex;
  /** Where the code on the ledger begins in `bytecode`, in bytes. */
  deployedFrom: number;
  /** Size of the code on the ledger, where EIP-170 allows 24,576 bytes. */
  deployedBytes: number;
  /** Where the constructor writes into the code on the ledger, in bytes. */
  immutables: { start: number; length: number }[];
  /** Settings of the compiler that made it. */
  settings: object;
}

/** What decides the bytecode, beside the settings of the compiler. */
export interface ContractSources {
  /** Of compiler and libraries, as package.json pins them. */
  versions: Record<string, string>;
  /** Hash of each file, comments and spacing aside. */
  files: Record<string, string>;
}

/** `protocol/contracts.json`: the contracts by their file under `contracts/` without its ending. */
export interface CommittedContracts {
  madeFrom: ContractSources;
  contracts: Record<string, CommittedContract>;
}

export const COMMITTED_FILE = 'protocol/contracts.json';

const DECIDING_PACKAGES = ['@openzeppelin/contracts', 'solc'];

/** Mocks are for tests, which compile them, but for these: the demo money, and what the bench measures beside ours. */
const DEPLOYED_MOCKS = ['contracts/mocks/DemoToken.sol', 'contracts/mocks/WebAuthnVerifier.sol'];

const isDeployed = (file: string): boolean =>
  !file.startsWith('contracts/mocks/') || DEPLOYED_MOCKS.includes(file);

/** Half of a SHA-256: enough to see a change. */
const HASH_DIGITS = 32;

const COMMENTS_AND_STRINGS = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;

/** Comments and spacing make no bytecode: without them the text changes only where the bytecode may. */
function hashOfCode(source: string): string {
  const code = source.replace(COMMENTS_AND_STRINGS, (found) => (found.startsWith('/') ? ' ' : found));
  return createHash('sha256').update(code.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, HASH_DIGITS);
}

/** The sources as they are now in the clone at `root`. */
export function contractSources(root = ROOT): ContractSources {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const paths = globSync('contracts/**/*.sol', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  const files = paths.filter(isDeployed).sort();
  return {
    versions: Object.fromEntries(DECIDING_PACKAGES.map((name) => [name, dependencies[name]])),
    files: Object.fromEntries(
      files.map((file) => [file, hashOfCode(readFileSync(join(root, file), 'utf8'))]),
    ),
  };
}

/** What differs between the sources that the file was made from and those of now, a name and a word for each. */
export function changesSince(before: ContractSources, now: ContractSources): string[] {
  const flat = ({ versions, files }: ContractSources) => new Map(Object.entries({ ...versions, ...files }));
  const [was, is] = [flat(before), flat(now)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name} (${!is.has(name) ? 'removed' : was.has(name) ? 'changed' : 'added'})`);
}

const settingsNow = (source: string): object => OTHER_SETTINGS[`contracts/${source}.sol`] ?? DEFAULT_SETTINGS;

const changedSettings = ({ contracts }: CommittedContracts): string[] =>
  Object.entries(contracts)
    .filter(([source, { settings }]) => !isDeepStrictEqual(settings, settingsNow(source)))
    .map(([source]) => `compiler settings of ${source} (changed)`);

/** Names at most that an error lists. */
const NAMED = 5;

/**
 * The committed contracts of the clone at `root`, if its sources are those that they were made from.
 *
 * @throws PlugpactError `contracts.changed`, which names the sources that differ.
 */
export function readCommitted(root = ROOT): CommittedContracts {
  const committed = JSON.parse(readFileSync(join(root, COMMITTED_FILE), 'utf8')) as CommittedContracts;
  const changes = [...changesSince(committed.madeFrom, contractSources(root)), ...changedSettings(committed)];
  if (changes.length === 0) return committed;
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  throw new PlugpactError({
    code: 'contracts.changed',
    value: `${changes.slice(0, NAMED).join(', ')}${more}`,
    rule: `Contracts are deployed from ${COMMITTED_FILE}, which must be made from their sources as they are.`,
    remedy: 'Run "npm run check -- --write", which compiles them and writes that file.',
  });
}

let committedHere: CommittedContracts | undefined;

/** What the deployment of a contract takes, by its file under `contracts/` without the ending: `mocks/DemoToken`. */
export function committedContract(source: string): CommittedContract {
  committedHere ??= readCommitted();
  const contract = committedHere.contracts[source];
  if (contract === undefined) throw new Error(`${COMMITTED_FILE} has no ${source}.`);
  return contract;
}
