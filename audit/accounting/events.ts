import { type DecodeEventLogReturnType, decodeEventLog, type Hex, toEventSelector } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';

/** Position and time of a log. */
export interface Stamp {
  blockNumber: number;
  /** The block's time, unix seconds: the time that the contract used. */
  at: number;
  tx: Hex;
  logIndex: number;
}

/** A decoded log of the market. Events are in the order of the ledger. */
export type LedgerEvent = DecodeEventLogReturnType<typeof plugpactMarketAbi> & Stamp;
export type EventName = LedgerEvent['eventName'];
export type EventOf<Name extends EventName> = Extract<LedgerEvent, { eventName: Name }>;

/** A log as the node returns it. */
export interface RawLog extends Stamp {
  topics: readonly Hex[];
  data: Hex;
}

/** A log that is not an event of the market's ABI: the audit cannot account for it. */
export interface UnknownLog extends Stamp {
  topics: readonly Hex[];
}

const EVENTS = new Map(
  plugpactMarketAbi
    .filter((item) => item.type === 'event')
    .map((event) => [toEventSelector(event), event] as const),
);

/** Decodes logs strictly: one that does not fit its event's ABI counts as unknown; none is skipped. */
export function decodeLogs(logs: readonly RawLog[]): { events: LedgerEvent[]; unknown: UnknownLog[] } {
  const events: LedgerEvent[] = [];
  const unknown: UnknownLog[] = [];
  for (const { topics, data, ...stamp } of logs) {
    const event = EVENTS.get(topics[0] ?? '0x');
    try {
      if (event === undefined) throw new Error('No event of the market has this topic.');
      const decoded = decodeEventLog({ abi: [event], topics: topics as [Hex, ...Hex[]], data });
      events.push({ ...decoded, ...stamp } as LedgerEvent);
    } catch {
      unknown.push({ topics, ...stamp });
    }
  }
  return { events, unknown };
}
