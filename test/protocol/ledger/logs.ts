import { encodeAbiParameters, encodeEventTopics, type Hex, keccak256, toHex } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { LedgerLog } from '../../../protocol/ledger/answers.ts';

export const MARKET: Hex = `0x${'ab'.repeat(20)}`;

/** A hash that stands for a block. */
export const hashOf = (block: number, branch = 0): Hex => keccak256(toHex(`${block} ${branch}`));

const withdrawn = plugpactMarketAbi.find((item) => item.type === 'event' && item.name === 'Withdrawn');

/** A log of the market: a withdrawal of `amount` units. */
export function logAt(block: number, logIndex: number, amount = 1n): LedgerLog {
  const args = { account: MARKET, purse: 7 };
  return {
    address: MARKET,
    topics: encodeEventTopics({ abi: [withdrawn!], args } as never) as Hex[],
    data: encodeAbiParameters([{ type: 'uint256' }, { type: 'address' }], [amount, MARKET]),
    blockNumber: block,
    blockHash: hashOf(block),
    blockTimestamp: 1_000 + block,
    logIndex,
    transactionHash: hashOf(block, 9),
  };
}
