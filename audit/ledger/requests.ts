import type { Hex, PublicClient } from 'viem';
import type { z } from 'zod';
import { unreadable } from '../lib/errors.ts';
import { nodeError, notAnAnswer } from './client.ts';
import { type NodeHeader, nodeHeader } from './header.ts';
import { type NodeReceipt, nodeReceipt } from './raw-log.ts';

/** One call of JSON-RPC as it stands. */
export const ask = (client: PublicClient, method: string, params: readonly unknown[]): Promise<unknown> =>
  client.request({ method, params } as never) as Promise<unknown>;

/** A call whose answer must fit its schema. @throws AuditError saying what could not be read, and why. */
export async function read<T extends z.ZodType>(
  client: PublicClient,
  what: string,
  schema: T,
  [method, params]: readonly [method: string, params: readonly unknown[]],
): Promise<z.infer<T>> {
  const answer = await ask(client, method, params).catch((error: unknown) => {
    throw nodeError(what, error) ?? unreadable(what, error);
  });
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw notAnAnswer(what, answer);
  return parsed.data;
}

export const blockTag = (block: number | bigint): Hex => `0x${block.toString(16)}`;

export const readHeader = (client: PublicClient, block: number | bigint | 'latest'): Promise<NodeHeader> => {
  const tag = block === 'latest' ? block : blockTag(block);
  const what = block === 'latest' ? 'the newest block' : `the header of block ${block}`;
  return read(client, what, nodeHeader, ['eth_getBlockByNumber', [tag, false]]);
};

export const readReceipt = (client: PublicClient, tx: Hex): Promise<NodeReceipt> =>
  read(client, `the receipt of transaction ${tx}`, nodeReceipt, ['eth_getTransactionReceipt', [tx]]);

export const readBlockReceipts = (client: PublicClient, block: number): Promise<NodeReceipt[]> =>
  read(client, `the receipts of block ${block}`, nodeReceipt.array(), [
    'eth_getBlockReceipts',
    [blockTag(block)],
  ]);
