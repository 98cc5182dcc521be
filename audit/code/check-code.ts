import { type Address, type Hex, keccak256, type PublicClient } from 'viem';
import { nodeError } from '../ledger/client.ts';
import type { Pin } from '../ledger/pin.ts';
import { type Discrepancy, type Finding, type Verdict, verdict } from '../lib/discrepancy.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { MARKET_VIEWS } from '../rules/market-views.ts';
import { checkConstants, expectedImmutables } from './constants.ts';
import { type ContractName, compareCode } from './release.ts';

/** A contract on the ledger with its code. */
export interface DeployedCode {
  address: Address;
  code: Hex;
}

/** The market's three contracts at the pinned block. */
export type DeployedCodes = Record<ContractName, DeployedCode>;

/** Reads the code of the market, and of the two contracts that it names. */
export async function readCodes(
  client: PublicClient,
  market: Address,
  { blockNumber }: Pin,
): Promise<DeployedCodes> {
  const at = { abi: MARKET_VIEWS, address: market, blockNumber } as const;
  const codeOf = async (address: Address): Promise<DeployedCode> => ({
    address,
    code: (await client.getCode({ address, blockNumber })) ?? '0x',
  });
  try {
    const extension = await client.readContract({ ...at, functionName: 'EXTENSION' });
    const verifier = await client.readContract({ ...at, functionName: 'OCMF_VERIFIER' });
    const [ofMarket, ofExtension, ofVerifier] = await Promise.all([market, extension, verifier].map(codeOf));
    return { market: ofMarket!, extension: ofExtension!, verifier: ofVerifier! };
  } catch (error) {
    throw nodeError('the code of the market, its extension and its verifier', error) ?? error;
  }
}

/** keccak-256 of each code, by the name of its contract. */
export const codeHashes = (codes: DeployedCodes): Record<ContractName, Hex> => ({
  market: keccak256(codes.market.code),
  extension: keccak256(codes.extension.code),
  verifier: keccak256(codes.verifier.code),
});

/**
 * Holds the code of market, extension and verifier against the release's build, the constants in it against what the market
 * says, and those against their bounds. Known code credits no money without an event.
 */
export function checkCode(
  codes: DeployedCodes,
  constants: MarketConstants,
  token: { address: Address; decimals: number },
): Verdict {
  const discrepancies: Discrepancy[] = [];
  const findings: Finding[] = [];
  for (const name of ['market', 'extension', 'verifier'] as const) {
    const { address, code } = codes[name];
    const { isRelease, masked, expected, immutables } = compareCode(name, code);
    if (!isRelease) discrepancies.push(ofOther(name, address, expected, masked));
    const addresses = { address, extension: codes.extension.address, verifier: codes.verifier.address };
    discrepancies.push(...checkImmutables(name, immutables, constants, token.address, addresses));
  }
  if (discrepancies.some(({ code }) => code.startsWith('code.')))
    findings.push({ code: 'code.phantomCredits', detail: PHANTOM });
  return verdict({
    discrepancies: [...discrepancies, ...checkConstants(constants, token.decimals)],
    findings,
  });
}

const PHANTOM =
  'where the code is unknown, money credited without an event to a purse that no event names shows only when it is spent';

const ofOther = (name: ContractName, account: Address, expected: string, found: string): Discrepancy => ({
  code: `code.${name}`,
  account,
  rule: 'Market, extension and verifier have the code of the release, but for the constants of their deployment.',
  expected: `code ${expected}`,
  found: `code ${found}`,
});

function checkImmutables(
  name: ContractName,
  words: readonly bigint[],
  constants: MarketConstants,
  token: Address,
  addresses: { address: Address; extension: Address; verifier: Address },
): Discrepancy[] {
  const expected = expectedImmutables(constants, token, addresses);
  const others = [...new Set(words)].filter((word) => !expected.has(word));
  const { address: account } = addresses;
  if (others.length === 0) return [];
  if (name === 'market' && !words.includes(BigInt(constants.chainId))) {
    const rule = 'The code of a market holds the number of the chain on which it was deployed.';
    return [
      { code: 'node.chain', account, rule, expected: 'the chain in the code', found: `${constants.chainId}` },
    ];
  }
  const rule = 'The constants in the code are those that the market says it has.';
  const found = others.map((word) => `0x${word.toString(16)}`).slice(0, 3);
  return [
    { code: 'code.immutable', account, rule, expected: 'constants of the market', found: found.join(', ') },
  ];
}
