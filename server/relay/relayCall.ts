import {
  type Abi,
  type AbiParameter,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  concatHex,
  type DecodeErrorResultReturnType,
  decodeErrorResult,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  keccak256,
} from 'viem';
import { depositAddressesAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { ServerConfig } from '../config.ts';
import { HttpProblem } from '../http/problem.ts';
import type { LedgerError } from '../outbox/types.ts';

/** Calls of the market that are relayed: each carries a signature, or anyone may make it. */
const RELAYED = [
  'book',
  'bookAll',
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
  'settleAll',
  'settleAllAlone',
  'settleAllAndGiveBack',
  'settleAllAloneAndGiveBack',
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

/** Calls that are no batches, and sweeps. */
export const SINGLE_CALLS: readonly string[] = [...RELAYED.filter((name) => !name.includes('All')), 'sweep'];

/** A contract whose calls are relayed, and which of them are. */
export interface RelayTarget {
  address: Address;
  abi: Abi;
  relayed: readonly string[];
}

const marketTarget = (address: Address): RelayTarget => ({
  address,
  abi: plugpactMarketAbi,
  relayed: RELAYED,
});

/** A sweep deposits in the market, which may refuse it by an error of its own. */
const SWEEP_ABI: Abi = [...depositAddressesAbi, ...plugpactMarketAbi.filter(({ type }) => type === 'error')];

export type RelayContracts = Pick<ServerConfig, 'market' | 'depositAddresses'>;

function targetsOf({ market, depositAddresses }: RelayContracts): RelayTarget[] {
  if (depositAddresses === undefined) return [marketTarget(market)];
  return [marketTarget(market), { address: depositAddresses, abi: SWEEP_ABI, relayed: ['sweep'] }];
}

export interface RelayedCall {
  /** The same for the same call, however it was encoded. */
  callId: Hex;
  target: RelayTarget;
  functionName: string;
  args: readonly unknown[];
  /** The call in canonical ABI encoding. */
  data: Hex;
}

/**
 * Decodes a call to be relayed.
 *
 * @throws HttpProblem 403 `relay.notMarket`, `relay.notAllowed`; 400 `relay.malformed`.
 */
export function readCall(contracts: RelayContracts, to: Address, data: Hex): RelayedCall {
  const targets = targetsOf(contracts);
  const target = targets.find(({ address }) => isAddressEqual(to, address));
  if (target === undefined) throw notMarket(to, targets);
  const call = decode(target, data);
  if (!target.relayed.includes(call.functionName)) throw notAllowed(call.functionName, target);
  return { ...call, target, callId: callIdOf(to, call.data) };
}

const callIdOf = (to: Address, data: Hex): Hex => keccak256(concatHex([to, data]));

/** A call of the market that this server makes itself. */
export function ownCall(market: Address, functionName: string, args: readonly unknown[]): RelayedCall {
  const target = marketTarget(market);
  const data = encodeFunctionData({ abi: target.abi, functionName, args });
  return { callId: callIdOf(market, data), target, functionName, args, data };
}

function decode(target: RelayTarget, data: Hex): Omit<RelayedCall, 'callId' | 'target'> {
  const { abi } = target;
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data });
    return { functionName, args, data: encodeFunctionData({ abi, functionName, args }) };
  } catch (error) {
    if (error instanceof BaseError && error.name === 'AbiFunctionSignatureNotFoundError') {
      throw notAllowed(data.slice(0, 10), target);
    }
    throw malformed();
  }
}

/** The custom error of a reverted call, with its arguments as text; undefined when `error` is no revert. */
export function revertOf(error: unknown): LedgerError | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
  const { data, raw } = reverted;
  return data === undefined ? { name: 'unknown', args: { data: raw ?? '0x' } } : named(data);
}

/** The custom error in what a call of the market returned; undefined where there is none, as after the end of the gas. */
export function revertData(data: Hex): LedgerError | undefined {
  try {
    return named(decodeErrorResult({ abi: plugpactMarketAbi as Abi, data }));
  } catch {
    return undefined;
  }
}

function named({ abiItem, args, errorName }: DecodeErrorResultReturnType): LedgerError {
  const inputs: readonly AbiParameter[] = 'inputs' in abiItem ? abiItem.inputs : [];
  const texts = inputs.map((input, i) => [input.name ?? String(i), String(args?.[i])]);
  return { name: errorName, args: Object.fromEntries(texts) };
}

/** The answer for a call that the ledger reverts; its member `error` has the custom error's name and arguments. */
export function refusedByLedger(error: LedgerError): HttpProblem {
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

const notMarket = (to: Address, targets: readonly RelayTarget[]): HttpProblem =>
  new HttpProblem(403, {
    code: 'relay.notMarket',
    value: to,
    rule: `Only calls to the market and its deposit addresses are relayed: ${targets.map(({ address }) => address).join(', ')}.`,
    remedy: 'Send this transaction from your own account.',
  });

const notAllowed = (name: string, { address, relayed }: RelayTarget): HttpProblem =>
  new HttpProblem(403, {
    code: 'relay.notAllowed',
    value: name,
    rule: `Only these calls to ${address} are relayed: ${relayed.join(', ')}.`,
    remedy: 'Send this transaction from your own account.',
  });

const malformed = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'relay.malformed',
    rule: 'The data must be the ABI encoding of a call to this contract.',
    remedy: 'Encode it with the ABI in protocol/abi.ts.',
  });
