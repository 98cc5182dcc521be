import {
  type Abi,
  type AbiParameter,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
} from 'viem';
import { depositAddressesAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { ServerConfig } from '../config.ts';
import { HttpProblem } from '../http/problem.ts';

/** Calls of the market that are relayed: each carries a signature, or anyone may make it. */
const RELAYED = [
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

/** A contract whose calls are relayed, and which of them are. */
export interface RelayTarget {
  address: Address;
  abi: Abi;
  relayed: readonly string[];
}

export const marketTarget = (address: Address): RelayTarget => ({
  address,
  abi: plugpactMarketAbi,
  relayed: RELAYED,
});

/** A sweep deposits in the market, which may refuse it by an error of its own. */
const SWEEP_ABI: Abi = [...depositAddressesAbi, ...plugpactMarketAbi.filter(({ type }) => type === 'error')];

type RelayContracts = Pick<ServerConfig, 'market' | 'depositAddresses'>;

function targetsOf({ market, depositAddresses }: RelayContracts): RelayTarget[] {
  if (depositAddresses === undefined) return [marketTarget(market)];
  return [marketTarget(market), { address: depositAddresses, abi: SWEEP_ABI, relayed: ['sweep'] }];
}

export interface RelayedCall {
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
  return { target, ...call };
}

function decode(target: RelayTarget, data: Hex): Omit<RelayedCall, 'target'> {
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
