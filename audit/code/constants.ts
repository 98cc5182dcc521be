import {
  type Address,
  encodeAbiParameters,
  type Hex,
  hashDomain,
  isAddressEqual,
  keccak256,
  stringToHex,
  zeroAddress,
} from 'viem';
import type { Discrepancy } from '../lib/discrepancy.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { LOCAL_CHAIN_ID, networkOfChain } from '../rules/networks.ts';

const MAX_FEE_BASIS_POINTS = 100n;
const MAX_DECIMALS = 8;
const MAX_WINDOW_SEC = 30 * 86_400;
const MAX_UNITS = 2n ** 64n - 1n;
const MAX_UNIX_SEC = 2 ** 40 - 1;

/** What a deployment fixed for ever must be within the bounds of the mechanism, and the windows those of its network. */
export function checkConstants(constants: MarketConstants, decimals: number): Discrepancy[] {
  const { fee, guardian, windows, bondMax, firstTrustMax, forfeitMin } = constants;
  // A local ledger is thrown away: its windows are as short as a test needs.
  const isLocal = constants.chainId === LOCAL_CHAIN_ID;
  const own = isLocal ? undefined : networkOfChain(constants.chainId)?.windows;
  const isNobody = (account: Address) => isAddressEqual(account, zeroAddress);
  const found: Discrepancy[] = [];
  const within = (isWithin: boolean, expected: string, value: unknown) => {
    const rule = 'The constants of a market are within the bounds of the mechanism.';
    if (!isWithin) found.push({ code: 'code.constant', rule, expected, found: String(value) });
  };
  const feeLimit = isNobody(fee.to) ? 0n : MAX_FEE_BASIS_POINTS;
  within(fee.basisPoints <= feeLimit, `a fee of at most ${feeLimit} basis points`, fee.basisPoints);
  within(decimals <= MAX_DECIMALS, `a token of at most ${MAX_DECIMALS} decimals`, decimals);
  for (const [name, sec] of Object.entries(windows)) {
    const fixed = own?.[name as keyof typeof windows];
    const expected = fixed === undefined ? `1 to ${MAX_WINDOW_SEC} s` : `${fixed} s, as its network has it`;
    within(
      fixed === undefined ? sec > 0 && sec <= MAX_WINDOW_SEC : sec === fixed,
      `${name}: ${expected}`,
      sec,
    );
  }
  within(bondMax <= MAX_UNITS, 'a bond of at most 2^64 - 1 token units', bondMax);
  within(firstTrustMax <= MAX_UNITS, 'a first trust of at most 2^64 - 1 token units', firstTrustMax);
  within(forfeitMin <= bondMax, `a least forfeit of at most the bond, ${bondMax}`, forfeitMin);
  const endLimit = isNobody(guardian.account) ? 0 : MAX_UNIX_SEC;
  within(guardian.endsAt <= endLimit, `a guardian until at most ${endLimit}`, guardian.endsAt);
  return found;
}

/** The words that a deployment with these constants writes into the code at `address`. */
export function expectedImmutables(
  constants: MarketConstants,
  token: Address,
  { address, extension, verifier }: { address: Address; extension: Address; verifier: Address },
): Set<bigint> {
  const { chainId, windows, bondMax, firstTrustMax, forfeitMin, fee, guardian } = constants;
  const settings = [
    BigInt(token),
    BigInt(windows.reportSec),
    BigInt(windows.challengeSec),
    BigInt(windows.proofSec),
    ...[bondMax, firstTrustMax, forfeitMin, fee.basisPoints],
    BigInt(fee.to),
    BigInt(guardian.account),
    BigInt(guardian.endsAt),
  ];
  const types = settings.map(() => ({ type: 'uint256' }) as const);
  const settingsHash = keccak256(encodeAbiParameters(types, settings as never));
  return new Set([
    ...settings,
    BigInt(settingsHash),
    ...[chainId, address, extension, verifier].map(BigInt),
    ...domainWords(chainId, address),
  ]);
}

const NAME = 'Plugpact';
const VERSION = '1';

/** What EIP-712 makes of name, version, chain and contract. */
function domainWords(chainId: number, verifyingContract: Address): bigint[] {
  const domain = { name: NAME, version: VERSION, chainId, verifyingContract };
  const types = {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
  };
  const hashed = [NAME, VERSION].map((text) => BigInt(keccak256(stringToHex(text))));
  return [BigInt(hashDomain({ domain, types } as never)), ...hashed, shortString(NAME), shortString(VERSION)];
}

/** A text of less than 32 bytes with its length in the last one, as OpenZeppelin's ShortStrings keep it. */
function shortString(text: string): bigint {
  const padded = stringToHex(text, { size: 32 }) as Hex;
  return BigInt(padded) | BigInt(text.length);
}
