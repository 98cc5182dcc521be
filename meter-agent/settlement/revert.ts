import { BaseError, decodeErrorResult, type Hex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { PlugpactError } from '../../protocol/errors.ts';

/** The ledger's refusal of a call, by the name of the contract's own error; undefined when it refused nothing. */
export function namedRevert(error: unknown): PlugpactError | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  return new PlugpactError({
    code: 'gas.reverts',
    value: nameOf(data),
    rule: 'The ledger must accept the call as it stands now.',
    remedy: 'It is tried again with every block; contracts/interfaces/ says when this error is thrown.',
    retry: 'later',
  });
}

/** The revert data of a node's answer: `data` of the JSON-RPC error, or `data.data`. */
function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  let data: Hex | undefined;
  error.walk((inner) => {
    const own = (inner as { data?: unknown }).data;
    const text = typeof own === 'object' && own !== null ? (own as { data?: unknown }).data : own;
    if (typeof text === 'string' && /^0x([0-9a-f]{2}){4,}$/i.test(text)) data ??= text as Hex;
    return false;
  });
  if (data !== undefined) return data;
  return /revert/i.test(error.details ?? '') ? '0x' : undefined;
}

function nameOf(data: Hex): string {
  try {
    const { errorName, args } = decodeErrorResult({ abi: plugpactMarketAbi, data });
    return `${errorName}(${(args ?? []).map(String).join(', ')})`;
  } catch {
    return data === '0x' ? 'an unnamed revert' : data;
  }
}
