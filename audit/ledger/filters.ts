import { type Address, type Hex, isAddressEqual, pad } from 'viem';
import type { NodeLog } from './raw-log.ts';

/** keccak-256 of `Transfer(address,address,uint256)`, as ERC-20 has it. */
export const TRANSFER_TOPIC: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** Which logs are asked for: those of a contract, with these topics where they are not null. */
export interface LogFilter {
  address: Address;
  topics: readonly (Hex | null)[];
}

export const matches = ({ address, topics }: LogFilter, log: NodeLog): boolean =>
  isAddressEqual(address, log.address) &&
  topics.every((topic, at) => topic === null || topic === log.topics[at]?.toLowerCase());

/** What the audit reads: the market's events, and the token's transfers to the market and from it. */
export interface Filters {
  market: LogFilter;
  transfersTo: LogFilter;
  transfersFrom: LogFilter;
}

export function filtersOf(market: Address, token: Address): Filters {
  const topic = pad(market.toLowerCase() as Hex);
  return {
    market: { address: market, topics: [] },
    transfersTo: { address: token, topics: [TRANSFER_TOPIC, null, topic] },
    transfersFrom: { address: token, topics: [TRANSFER_TOPIC, topic] },
  };
}
