import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generateContracts } from '../../scripts/checks/bytecode.ts';
import type { HardhatArtifact } from '../../scripts/lib/artifacts.ts';
import {
  COMMITTED_FILE,
  type CommittedContracts,
  changesSince,
  committedContract,
  contractSources,
  readCommitted,
} from '../../scripts/lib/committed-contracts.ts';
import { ROOT } from '../../scripts/lib/paths.ts';

const artifactOf = (source: string): HardhatArtifact => ({
  abi: [
    { type: 'constructor', inputs: [{ type: 'address', name: source }] },
    { type: 'function', name: 'left out' },
  ],
  bytecode: '0x600a600b',
  deployedBytecode: '0x600b',
  linkReferences: {},
  immutableReferences: {},
  buildInfoId: `build of ${source}`,
});

const SOURCES = { versions: { solc: '0.8.37' }, files: { 'contracts/A.sol': '12' } };

const generate = (change: Partial<HardhatArtifact> = {}) =>
  generateContracts(
    SOURCES,
    (source) => ({ ...artifactOf(source), ...change }),
    ({ buildInfoId }) => ({ buildInfoId }),
  );

describe('protocol/contracts.json', () => {
  it('holds of each deployed contract what its deployment takes, from the compiler', () => {
    const { madeFrom, contracts } = JSON.parse(generate()) as CommittedContracts;
    expect(madeFrom).toEqual(SOURCES);
    expect(Object.keys(contracts)).toEqual([
      'PlugpactMarket',
      'PlugpactExtension',
      'OcmfVerifier',
      'OcmfVerifierWithoutClz',
      'PasskeyVerifier',
      'DepositAddresses',
      'mocks/DemoToken',
      'mocks/WebAuthnVerifier',
    ]);
    expect(contracts.OcmfVerifier).toEqual({
      constructorAbi: [{ type: 'constructor', inputs: [{ type: 'address', name: 'OcmfVerifier' }] }],
      bytecode: '0x600a600b',
      deployedFrom: 2,
      deployedBytes: 2,
      immutables: [],
      settings: { buildInfoId: 'build of OcmfVerifier' },
    });
  });

  it('is not made of a contract that must be linked', () => {
    expect(() => generate({ linkReferences: { 'contracts/L.sol': {} } })).toThrow(/linked/);
  });

  it('is committed with the sources of now', () => {
    expect(readCommitted().madeFrom).toEqual(contractSources());
    expect(committedContract('mocks/DemoToken').bytecode).toMatch(/^0x[0-9a-f]{1000,}$/);
  });
});

/** A clone with what decides the bytecode, and a source changed. */
function cloneWith(change: Record<string, (text: string) => string>): string {
  const root = mkdtempSync(join(tmpdir(), 'plugpact-clone-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const part of ['contracts', 'package.json', COMMITTED_FILE]) {
    mkdirSync(dirname(join(root, part)), { recursive: true });
    cpSync(join(ROOT, part), join(root, part), { recursive: true });
  }
  for (const [file, edit] of Object.entries(change)) {
    const path = join(root, file);
    writeFileSync(path, edit(readFileSync(join(ROOT, file), 'utf8')));
  }
  return root;
}

const refusal = (root: string): unknown => {
  try {
    readCommitted(root);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a clone whose contracts changed', () => {
  it.each([
    ['contracts/stages/Money.sol', 'contracts/stages/Money.sol (changed)', / internal /, ' private '],
    ['package.json', 'solc (changed)', /"solc": "[^"]+"/, '"solc": "0.8.30"'],
    [COMMITTED_FILE, 'compiler settings of PlugpactExtension (changed)', '"runs": 200', '"runs": 300'],
  ])('is refused when %s differs, which is named with the remedy', (file, value, from, to) => {
    const root = cloneWith({ [file]: (text) => text.replace(from, to) });
    expect(refusal(root)).toMatchObject({
      code: 'contracts.changed',
      value,
      remedy: expect.stringContaining('npm run check -- --write'),
    });
  });

  it('is served when only comments, spacing or mocks changed', () => {
    const root = cloneWith({
      'contracts/stages/Money.sol': (text) => `// one\n/* two "three */\n${text.replaceAll('    ', '  ')}`,
      'contracts/mocks/FeeToken.sol': (text) => text.replace('{', '{ uint256 private _more;'),
    });
    expect(refusal(root)).toBeUndefined();
  });

  it('is refused when a text in a source changed that looks like a comment', () => {
    const add = (text: string) => (source: string) => `${source}\nstring constant WHERE = "http://${text}";`;
    const hashOf = (text: string) =>
      contractSources(cloneWith({ 'contracts/PlugpactMarket.sol': add(text) })).files[
        'contracts/PlugpactMarket.sol'
      ];
    expect(hashOf('a')).not.toBe(hashOf('b'));
  });

  it('has each difference named by its kind', () => {
    const now = { versions: { solc: '0.8.37' }, files: { 'contracts/B.sol': '12' } };
    expect(changesSince(SOURCES, now)).toEqual(['contracts/A.sol (removed)', 'contracts/B.sol (added)']);
  });
});
