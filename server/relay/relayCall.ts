import {
  type AbiParameter,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
} from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { HttpProblem } from '../http/problem.ts';

/** Calls of the market that are relayed: each carries a signature, or anyone may make it. */
export const RELAYED = [
  'book',
  'bookByWallet',
  'bookOffer',
  'fundAndBook',
  'depositWithAuthorization',
  'withdrawBySignature',
  'withdrawEarningsBySignature',
  'arrived',
  'settle',
  'settleAlone',
  'settleAndGiveBack',
  'settleAloneAndGiveBack',
  'settleFrom',
  'claim',
  'claimAlone',
  'claimNoShow',
  'challenge',
  'prove',
  'finalise',
  'expire',
  'cancelByDriver',
  'cancelByHost',
  'publishListing',
  'updateListing',
  'setListingStatus',
] as const;
export type RelayedName = (typeof RELAYED)[number];

export interface RelayedCall {
  functionName: RelayedName;
  args: readonly unknown[];
  /** The call in canonical ABI encoding. */
  data: Hex;
}

/**
 * Decodes a call to be relayed.
 *
 * @throws HttpProblem 403 `relay.notMarket`, `relay.notAllowed`; 400 `relay.malformed`.
 */
export function readCall(market: Address, to: Address, data: Hex): RelayedCall {
  if (!isAddressEqual(to, market)) throw notMarket(to, market);
  const call = decode(data);
  if (!(RELAYED as readonly string[]).includes(call.functionName)) throw notAllowed(call.functionName);
  return call as RelayedCall;
}

function decode(data: Hex): { functionName: string; args: readonly unknown[]; data: Hex } {
  try {
    const { functionName, args } = decodeFunctionData({ abi: plugpactMarketAbi, data });
    const call = { abi: plugpactMarketAbi, functionName, args } as Parameters<typeof encodeFunctionData>[0];
    return { functionName, args: args ?? [], data: encodeFunctionData(call) };
  } catch (error) {
    if (error instanceof BaseError && error.name === 'AbiFunctionSignatureNotFoundError') {
      throw notAllowed(data.slice(0, 10));
    }
    throw malformed();
  }
}

/** The custom error of a reverted call, with its arguments as text; undefined when `error` is no revert. */
export function revertOf(error: unknown): { name: string; args: Record<string, string> } | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
  const { data, raw } = reverted;
  if (data === undefined) return { name: 'unknown', args: { data: raw ?? '0x' } };
  const inputs: readonly AbiParameter[] = 'inputs' in data.abiItem ? data.abiItem.inputs : [];
  const args = inputs.map((input, i) => [input.name ?? String(i), String(data.args?.[i])]);
  return { name: data.errorName, args: Object.fromEntries(args) };
}

/** The answer for a call that the ledger reverts; its member `error` has the custom error's name and arguments. */
export function refusedByLedger(error: { name: string; args: Record<string, string> }): HttpProblem {
  const args = Object.entries(error.args).map(([name, value]) => `${name} ${value}`);
  return new HttpProblem(
    422,
    {
      code: 'relay.reverted',
      value: `${error.name}(${args.join(', ')})`,
      rule: 'The ledger must accept the call in its present state.',
      remedy: 'See contracts/interfaces/ for the cause of this error; then make and sign a new call.',
    },
    { error },
  );
}

const notMarket = (to: Address, market: Address): HttpProblem =>
  new HttpProblem(403, {
    code: 'relay.notMarket',
    value: to,
    rule: `Only calls to the market ${market} are relayed.`,
    remedy: 'Send this transaction from your own account.',
  });

const notAllowed = (name: string): HttpProblem =>
  new HttpProblem(403, {
    code: 'relay.notAllowed',
    value: name,
    rule: `Only these calls are relayed: ${RELAYED.join(', ')}.`,
    remedy: 'Send this transaction from your own account.',
  });

const malformed = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'relay.malformed',
    rule: 'The data must be the ABI encoding of a call to the market.',
    remedy: 'Encode it with the ABI in protocol/abi.ts.',
  });
