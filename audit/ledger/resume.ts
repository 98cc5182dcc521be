import { isAddressEqual, type PublicClient } from 'viem';
import { inChunks } from '../lib/concurrency.ts';
import type { RawLog } from '../rules/events.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Faults } from './node-faults.ts';
import type { Pin } from './pin.ts';
import { readHeader, readReceipt } from './requests.ts';

/** Logs of a checkpoint that are held against their receipts when it is resumed. */
const SPOT_CHECKS = 40;

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
  const all = [...logs, ...transfers];
  const chosen = Array.from({ length: Math.min(SPOT_CHECKS, all.length) }, () => {
    return all[Math.floor(Math.random() * all.length)]!;
  });
  await inChunks(chosen, async (log) => {
    const receipt = await readReceipt(client, log.tx);
    if (receipt.logs.some((each) => each.logIndex === log.logIndex && isSame(each, log))) return;
    const expected = `log ${log.logIndex} of block ${log.blockNumber}, as an earlier run read it`;
    faults.add('node.receipt', expected, 'another one, or none', log.tx);
  });
}

const isSame = (a: { topics: readonly string[]; data: string }, b: RawLog): boolean =>
  a.data.toLowerCase() === b.data.toLowerCase() &&
  a.topics.join().toLowerCase() === b.topics.join().toLowerCase();
