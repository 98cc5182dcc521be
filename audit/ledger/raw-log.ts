import { z } from 'zod';
import { address, hex32, hexBytes, quantity } from '../lib/schemas.ts';

/** A log as JSON-RPC gives it. */
export const nodeLog = z.object({
  address,
  topics: z.array(hex32).max(4),
  data: hexBytes,
  blockNumber: quantity.transform(Number),
  blockHash: hex32,
  /** Newer nodes write the block's time beside. */
  blockTimestamp: quantity.transform(Number).nullish(),
  transactionHash: hex32,
  logIndex: quantity.transform(Number),
  removed: z.boolean().nullish(),
});

export type NodeLog = z.infer<typeof nodeLog>;

export const nodeLogs = z.array(nodeLog);

export const nodeReceipt = z.object({
  transactionHash: hex32,
  blockNumber: quantity.transform(Number),
  blockHash: hex32,
  status: z.string().nullish(),
  logs: nodeLogs,
});

export type NodeReceipt = z.infer<typeof nodeReceipt>;
