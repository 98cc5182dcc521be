import { type Address, decodeEventLog, type Hex } from 'viem';
import type { CompactSignature } from '../lib/signatures.ts';
import { MARKET_EVENTS } from './abi.ts';
import type { ListingStruct } from './listing.ts';
import type { ReadingStruct } from './reading.ts';
import type { StateStruct } from './state.ts';

/** Position and time of a log. */
export interface Stamp {
  blockNumber: number;
  /** The block's time, unix seconds: the time that the contract used. */
  at: number;
  tx: Hex;
  logIndex: number;
}

/** A log as the node returns it. */
export interface RawLog extends Stamp {
  topics: readonly Hex[];
  data: Hex;
}

/** A log that is not an event of the market's ABI: the audit cannot account for it. */
export interface UnknownLog extends Stamp {
  topics: readonly Hex[];
}

interface Raise {
  cost: bigint;
  sessionSignature: CompactSignature;
}

interface AboutBooking {
  bookingId: Hex;
}

interface Stated extends AboutBooking {
  state: StateStruct;
}

interface OfAgent extends AboutBooking {
  reading: ReadingStruct;
  agentSignature: CompactSignature;
}

interface OfBoth extends OfAgent {
  sessionSignature: CompactSignature;
}

interface OfAgentAlone extends OfAgent {
  secret: Hex;
  allowance: Raise;
}

/** The arguments of the market's events by name. Integers of at most 48 bits are numbers; money is in token units. */
export interface EventArgs {
  BatchItemSkipped: { index: bigint; bookingId: Hex; reason: Hex };
  Booked: AboutBooking & {
    listingId: Hex;
    purse: bigint;
    session: bigint;
    money: bigint;
    startHash: Hex;
    termsHash: Hex;
  };
  Deposited: { account: Address; purse: number; amount: bigint; from: Address };
  EIP712DomainChanged: Record<never, never>;
  EarningsWithdrawn: { host: Address; listingId: Hex; amount: bigint; to: Address };
  ListingPublished: {
    listingId: Hex;
    host: Address;
    agentKey: Address;
    listing: ListingStruct;
    version: number;
  };
  ListingStatusChanged: { listingId: Hex; status: number; version: number };
  MarketFeePaid: AboutBooking & { amount: bigint };
  NewBookingsPaused: { until: bigint };
  OfferTaken: AboutBooking & {
    tariff: bigint;
    offer: { listedTariff: bigint; driver: Address; validUntil: bigint; agentSignature: CompactSignature };
  };
  RelayFeePaid: { relayer: Address; amount: bigint };
  Settled: OfBoth & { payout: bigint };
  SettledAlone: OfAgentAlone & { payout: bigint };
  SlotsGivenBack: AboutBooking & { fromSlot: bigint; agentSignature: CompactSignature };
  Withdrawn: { account: Address; purse: number; amount: bigint; to: Address };
  Arrived: Stated;
  BondForfeited: AboutBooking & { amount: bigint };
  Canceled: AboutBooking & { byHost: boolean; paid: bigint; refunded: bigint; overstayedBy: Hex };
  Challenged: Stated;
  Claimed: Stated & OfBoth;
  ClaimedAlone: Stated & OfAgentAlone;
  Expired: AboutBooking & { refunded: bigint };
  Finalised: AboutBooking & { outcome: number; paid: bigint; refunded: bigint };
  NoShowClaimed: Stated & { agentSignature: CompactSignature };
  NoShowContested: AboutBooking & { fee: bigint; refunded: bigint };
  Proven: Stated & { provenWh: bigint };
}

export type EventName = keyof EventArgs;

/** A decoded log of the market. Events are in the order of the ledger. */
export type LedgerEvent = {
  [Each in EventName]: { eventName: Each; args: EventArgs[Each] } & Stamp;
}[EventName];
export type EventOf<Name extends EventName> = Extract<LedgerEvent, { eventName: Name }>;

/**
 * The same values, each text copied. viem adds a text up byte by byte, and V8 keeps the parts until it reads the text as a
 * whole: some 900 bytes for a word of 32, and of 20,000 sessions 150 MB.
 */
function copied(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').toString('latin1');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each)]));
}

/** Decodes logs strictly: one that does not fit its event's ABI counts as unknown; none is skipped. */
export function decodeLogs(logs: Iterable<RawLog>): { events: LedgerEvent[]; unknown: UnknownLog[] } {
  const events: LedgerEvent[] = [];
  const unknown: UnknownLog[] = [];
  for (const { topics, data, ...stamp } of logs) {
    const event = MARKET_EVENTS.get(topics[0] ?? '0x');
    try {
      if (event === undefined) throw new Error('No event of the market has this topic.');
      const decoded = decodeEventLog({ abi: [event], topics: topics as [Hex, ...Hex[]], data, strict: true });
      events.push({
        eventName: decoded.eventName,
        args: copied(decoded.args ?? {}),
        ...stamp,
      } as LedgerEvent);
    } catch {
      unknown.push({ topics, ...stamp });
    }
  }
  return { events, unknown };
}
