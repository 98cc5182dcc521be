import {
  type Abi,
  type AbiEvent,
  type AbiFunction,
  type Hex,
  toEventSelector,
  toFunctionSelector,
} from 'viem';
import file from '../../protocol/abi.json' with { type: 'json' };

/** The ABI as the compiler wrote it: the one thing that the audit reads of the product, as data. */
const abis = file as unknown as Readonly<Record<'market' | 'depositAddresses', Abi>>;

/** Calls and events of the market and of its extension. */
export const MARKET_ABI: Abi = abis.market;

export const DEPOSIT_ADDRESSES_ABI: Abi = abis.depositAddresses;

/** The market's events by their first topic. */
export const MARKET_EVENTS: ReadonlyMap<Hex, AbiEvent> = new Map(
  MARKET_ABI.filter((item) => item.type === 'event').map((event) => [toEventSelector(event), event]),
);

/** The market's calls by the first four bytes of their calldata. */
export const MARKET_FUNCTIONS: ReadonlyMap<Hex, AbiFunction> = new Map(
  MARKET_ABI.filter((item) => item.type === 'function').map((call) => [toFunctionSelector(call), call]),
);
