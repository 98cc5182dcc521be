import { type Hex, keccak256 } from 'viem';
import file from '../../protocol/contracts.json' with { type: 'json' };

/** A contract of the release, as its compiler made it. */
interface ReleaseContract {
  bytecode: string;
  /** Where the code on the ledger begins in `bytecode`, and its size, in bytes. */
  deployedFrom: number;
  deployedBytes: number;
  /** Where a deployment writes its constants into that code, in bytes. */
  immutables: { start: number; length: number }[];
}

const RELEASE = file.contracts as unknown as Readonly<Record<string, ReleaseContract>>;

/** How a contract may stand on the ledger: the verifier exists for chains with the opcode CLZ and without. */
export const BUILDS = {
  market: ['PlugpactMarket'],
  extension: ['PlugpactExtension'],
  verifier: ['OcmfVerifier', 'OcmfVerifierWithoutClz'],
} as const;

export type ContractName = keyof typeof BUILDS;

/** What a code on the ledger was found to be. */
export interface CodeReading {
  isRelease: boolean;
  /** keccak-256 of the code, and of the release's, with zeros for what a deployment writes in. */
  masked: Hex;
  expected: Hex;
  /** The words that the deployment wrote in; none when the code is another. */
  immutables: bigint[];
}

/** Holds a code against the release's build of it. The constants of the deployment are masked, and given. */
export function compareCode(name: ContractName, code: Hex): CodeReading {
  const readings = BUILDS[name].map((build) => compareBuild(RELEASE[build]!, code.toLowerCase() as Hex));
  return readings.find(({ isRelease }) => isRelease) ?? readings[0]!;
}

function compareBuild(contract: ReleaseContract, code: Hex): CodeReading {
  const { bytecode, deployedFrom, deployedBytes, immutables } = contract;
  const from = 2 + 2 * deployedFrom;
  const built: Hex = `0x${bytecode.slice(from, from + 2 * deployedBytes).toLowerCase()}`;
  const expected = keccak256(masked(built, immutables));
  const found = keccak256(code.length === built.length ? masked(code, immutables) : code);
  const isRelease = found === expected;
  // A code of another length has no such words.
  const words = (isRelease ? immutables : []).map(({ start, length }) => {
    return BigInt(`0x${code.slice(2 + 2 * start, 2 + 2 * (start + length))}`);
  });
  return { isRelease, masked: found, expected, immutables: words };
}

function masked(code: Hex, immutables: ReleaseContract['immutables']): Hex {
  const parts: string[] = [];
  let at = 0;
  for (const { start, length } of [...immutables].sort((a, b) => a.start - b.start)) {
    parts.push(code.slice(2 + 2 * at, 2 + 2 * start), '00'.repeat(length));
    at = start + length;
  }
  return `0x${parts.join('')}${code.slice(2 + 2 * at)}`;
}
