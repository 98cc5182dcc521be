import { type Address, type Hex, zeroAddress } from 'viem';
import type { BookingAccount } from '../../accounting/account-book.ts';
import type { AuditReport } from '../../audit-report.ts';
import { isoTime } from '../../lib/iso-time.ts';
import type { LedgerEvent, Stamp } from '../../rules/events.ts';
import { lower } from '../amounts.ts';
import { eventsOf } from '../reported.ts';
import { type Column, csvLines } from './csv.ts';
import { unitOf } from './unit.ts';

/** A credit or a debit of one account. All of an account add up to what it has. */
export interface Movement extends Stamp {
  movement: string;
  account: Address;
  /** Number of the purse; without one, the account's earnings at the listing. */
  purse?: number;
  listingId?: Hex;
  bookingId?: Hex;
  /** Token units, below zero for a debit. */
  amount: bigint;
}

type Part = Omit<Movement, keyof Stamp>;

/** Every movement of money in the order of the ledger, by the recomputed amounts. */
export function* movementsOf(report: AuditReport): Generator<Movement> {
  const marketFees = new Map<Hex, bigint>();
  for (const event of eventsOf(report)) {
    if (event.eventName === 'MarketFeePaid') marketFees.set(event.args.bookingId, event.args.amount);
    const { blockNumber, logIndex, tx, at } = event;
    for (const part of partsOf(event, report, marketFees)) {
      if (part.amount !== 0n) yield { ...part, blockNumber, logIndex, tx, at };
    }
  }
}

function partsOf(event: LedgerEvent, report: AuditReport, marketFees: ReadonlyMap<Hex, bigint>): Part[] {
  switch (event.eventName) {
    case 'Deposited':
      return [{ movement: 'deposit', ...purseOf(event.args), amount: event.args.amount }];
    case 'Withdrawn':
      return [{ movement: 'withdrawal', ...purseOf(event.args), amount: -event.args.amount }];
    case 'EarningsWithdrawn': {
      const { host, listingId, amount } = event.args;
      return [{ movement: 'withdrawal of earnings', account: host, listingId, amount: -amount }];
    }
    case 'RelayFeePaid':
      return [{ movement: 'relay fee', account: event.args.relayer, purse: 0, amount: event.args.amount }];
    case 'MarketFeePaid': {
      const { bookingId, amount } = event.args;
      return [{ movement: 'market fee', account: report.constants.fee.to, purse: 0, bookingId, amount }];
    }
    default:
      return 'bookingId' in event.args ? partsOfBooking(event, report, marketFees) : [];
  }
}

const purseOf = ({ account, purse }: { account: Address; purse: number }) => ({ account, purse });

/** What the events that begin and end a booking move. */
function partsOfBooking(
  { eventName, args, tx }: LedgerEvent,
  { book }: AuditReport,
  marketFees: ReadonlyMap<Hex, bigint>,
): Part[] {
  const { bookingId } = args as { bookingId: Hex };
  const account = book.bookings.get(bookingId);
  if (account === undefined) return [];
  const { booking, locked, booked, end } = account;
  const driver = { account: booking.driver, purse: booking.purse, bookingId };
  if (eventName === 'Booked' && booked.tx === tx)
    return [{ movement: 'booking', ...driver, amount: -locked - booking.money.relayFee }];
  if (end?.by !== eventName || end.stamp.tx !== tx) return [];
  const refund = { movement: 'refund', ...driver, amount: account.refunded };
  return [refund, paymentOf(account, eventName, marketFees.get(bookingId) ?? 0n)];
}

function paymentOf(account: BookingAccount, endedBy: string, marketFee: bigint): Part {
  const { bookingId, booking, paid, forfeited } = account;
  if (endedBy === 'NoShowContested')
    return { movement: 'contested fee', account: zeroAddress, purse: 0, bookingId, amount: paid };
  const { listingId, terms } = booking;
  const amount = paid - marketFee + forfeited;
  return { movement: 'payment', account: terms.host, listingId, bookingId, amount };
}

const columns = (unit: string): Column<Movement>[] => [
  ['at [UTC]', ({ at }) => isoTime(at)],
  ['block', ({ blockNumber }) => blockNumber],
  ['log index', ({ logIndex }) => logIndex],
  ['tx', ({ tx }) => tx],
  ['movement', ({ movement }) => movement],
  ['account', ({ account }) => lower(account)],
  ['purse', ({ purse }) => purse ?? 'earnings'],
  ['listingId', ({ listingId }) => listingId],
  ['bookingId', ({ bookingId }) => bookingId],
  [`amount [${unit}]`, ({ amount }) => amount],
];

export const moneyCsv = (report: AuditReport): Iterable<string> =>
  csvLines(columns(unitOf(report.token)), movementsOf(report));
