import { formatGwei, type PublicClient } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { min } from '../../protocol/units.ts';

/** Wei per gas. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** Nodes accept a replacement that pays an eighth more, of both fees. */
const raised = (fee: bigint): bigint => fee + (fee + 7n) / 8n;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Fees for the next blocks: twice the base fee, or as much of it as the limit allows. */
export async function feesFor(client: PublicClient, limit: bigint): Promise<Fees> {
  const [{ baseFeePerGas }, tip] = await Promise.all([
    client.getBlock({ blockTag: 'latest' }),
    client.estimateMaxPriorityFeePerGas(),
  ]);
  const baseFee = baseFeePerGas ?? 0n;
  const least = baseFee + tip;
  if (least > limit) throw tooDear(least, limit);
  return { maxFeePerGas: min(2n * baseFee + tip, limit), maxPriorityFeePerGas: tip };
}

/** Fees that replace a transaction which paid `before`, at least `now`. Throws PlugpactError `gas.tooDear`. */
export function raisedFees(before: Fees, now: Fees, limit: bigint): Fees {
  const maxFeePerGas = larger(raised(before.maxFeePerGas), now.maxFeePerGas);
  const maxPriorityFeePerGas = larger(raised(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas);
  if (maxFeePerGas > limit) throw tooDear(maxFeePerGas, limit);
  return { maxFeePerGas, maxPriorityFeePerGas };
}

/**
 * Fees to outbid a transaction of the same nonce that the node has and the journal does not know. Throws
 * PlugpactError `gas.tooDear`.
 */
export function doubledFees({ maxFeePerGas, maxPriorityFeePerGas }: Fees, limit: bigint): Fees {
  if (maxFeePerGas >= limit) throw tooDear(raised(maxFeePerGas), limit);
  const fee = min(2n * maxFeePerGas, limit);
  return { maxFeePerGas: fee, maxPriorityFeePerGas: min(2n * maxPriorityFeePerGas, fee) };
}

const tooDear = (fee: bigint, limit: bigint): PlugpactError =>
  new PlugpactError({
    code: 'gas.tooDear',
    value: `${formatGwei(fee)} gwei`,
    rule: `A transaction pays at most maxFeePerGasGwei of the configuration, ${formatGwei(limit)} gwei per gas.`,
    remedy: 'Wait until the ledger is less busy, or raise maxFeePerGasGwei.',
    retry: 'later',
  });
