import { isAddressEqual, type PublicClient } from 'viem';
import { z } from 'zod';
import { inChunks } from '../lib/concurrency.ts';
import { quantity } from '../lib/schemas.ts';
import type { RawLog } from '../rules/events.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Faults } from './node-faults.ts';
import type { Pin } from './pin.ts';
import { read, readHeader } from './requests.ts';

/** Logs of a checkpoint that are held against their receipts when it is resumed: of the market, and of the token. */
const SPOT_CHECKS = { logs: 30, transfers: 10 };

/** A receipt of a batch has many logs; the one that is looked for is compared as a whole. */
const receiptToCompare = z.object({
  logs: z.array(
    z.object({ logIndex: quantity.transform(Number), topics: z.array(z.string()), data: z.string() }),
  ),
});

/** Why a checkpoint is of no use here; undefined when it can be gone on from. */
export async function whyUseless(
  client: PublicClient,
  checkpoint: Checkpoint,
  of: { chainId: number; market: string; token: string; pin: Pin },
): Promise<string | undefined> {
  const isOfMarket =
    isAddressEqual(checkpoint.market, of.market as never) &&
    isAddressEqual(checkpoint.token, of.token as never);
  if (checkpoint.chainId !== of.chainId || !isOfMarket) return 'it is of another market';
  if (BigInt(checkpoint.block) > of.pin.blockNumber) return `it goes beyond block ${of.pin.blockNumber}`;
  const { hash } = await readHeader(client, checkpoint.block);
  if (hash !== checkpoint.blockHash) return `block ${checkpoint.block} is another one now`;
  return undefined;
}

/** Holds some logs of a checkpoint, by chance, against the receipts that the node has now. */
export async function spotCheck(
  client: PublicClient,
  { logs, transfers }: Checkpoint,
  faults: Faults,
): Promise<void> {
  const chosen = [...logs.some(SPOT_CHECKS.logs), ...transfers.some(SPOT_CHECKS.transfers)];
  await inChunks(chosen, async (log) => {
    const what = `the receipt of transaction ${log.tx}`;
    const receipt = await read(client, what, receiptToCompare, ['eth_getTransactionReceipt', [log.tx]]);
    if (receipt.logs.some((each) => each.logIndex === log.logIndex && isSame(each, log))) return;
    const expected = `log ${log.logIndex} of block ${log.blockNumber}, as an earlier run read it`;
    faults.add('node.receipt', expected, 'another one, or none', log.tx);
  });
}

const isSame = (a: { topics: readonly string[]; data: string }, b: RawLog): boolean =>
  a.data.toLowerCase() === b.data.toLowerCase() &&
  a.topics.join().toLowerCase() === b.topics.join().toLowerCase();
