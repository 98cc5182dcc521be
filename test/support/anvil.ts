import { type Anvil, type AnvilOptions, rpc, startAnvil } from '../../scripts/lib/anvil.ts';

export { LOCAL_CHAIN_ID, rpc, startAnvil } from '../../scripts/lib/anvil.ts';

/**
 * Mines a block at this time (unix seconds); later calls have this time or a little more. A ledger that a slow machine
 * has brought past this time stays where it is.
 */
export async function reachTime(url: string, unixSec: number): Promise<void> {
  const newest = await rpc<{ timestamp: string }>(url, 'eth_getBlockByNumber', ['latest', false]);
  if (Number(newest.timestamp) >= unixSec) return;
  await rpc(url, 'evm_setNextBlockTimestamp', [unixSec]);
  await rpc(url, 'evm_mine');
}

/** A local node on a free port for the length of `use`, ended whatever happens in it. */
export async function withAnvil<T>(
  options: Partial<AnvilOptions>,
  use: (anvil: Anvil) => Promise<T>,
): Promise<T> {
  const anvil = await startAnvil(options);
  try {
    return await use(anvil);
  } finally {
    await anvil.stop();
  }
}
