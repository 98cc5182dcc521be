import { type Hex, numberToHex, parseEventLogs, type RpcLog } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { BookingStateStruct } from '../../../protocol/state.ts';
import type { Ledger } from '../app/ledgerClient.ts';

/** Events of a booking on the ledger that a reader is told of, in the order in which they come. */
export const STORY_EVENTS = [
  'Booked',
  'Arrived',
  'NoShowClaimed',
  'Claimed',
  'ClaimedAlone',
  'Challenged',
  'Proven',
  'Settled',
  'SettledAlone',
  'Canceled',
  'Finalised',
  'NoShowContested',
  'Expired',
] as const;
export type StoryEventName = (typeof STORY_EVENTS)[number];

/** Something that happened to a booking on the ledger. */
export interface StoryEvent {
  name: StoryEventName;
  /** Unix seconds. */
  at: number;
  transactionHash: Hex;
  /** The booking's state after it, where it is open still. */
  state?: BookingStateStruct;
}

/** All that the ledger has of a booking since the transaction that made it, oldest first. */
export async function storyOf(ledger: Ledger, bookingId: Hex, bookedTx: Hex): Promise<StoryEvent[]> {
  const { client, ref } = ledger;
  const { blockNumber } = await client.getTransactionReceipt({ hash: bookedTx });
  const filter = {
    address: ref.market,
    fromBlock: numberToHex(blockNumber),
    toBlock: 'latest',
    topics: [null, bookingId],
  } as const;
  const raw = (await client.request({ method: 'eth_getLogs', params: [filter as never] })) as RpcLog[];
  const logs = parseEventLogs({ abi: plugpactMarketAbi, logs: raw, eventName: [...STORY_EVENTS] });
  return Promise.all(
    logs.map(async (log) => ({
      name: log.eventName,
      at: await timeOfBlock(ledger, BigInt(log.blockNumber as unknown as Hex)),
      transactionHash: log.transactionHash as Hex,
      ...('state' in log.args ? { state: log.args.state } : {}),
    })),
  );
}

async function timeOfBlock({ client }: Ledger, blockNumber: bigint): Promise<number> {
  return Number((await client.getBlock({ blockNumber })).timestamp);
}
