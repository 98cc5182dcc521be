import { readMoney, readPurse, readSession } from '../rules/booking.ts';
import type { EventOf, LedgerEvent, Stamp } from '../rules/events.ts';
import { readReading } from '../rules/reading.ts';
import type { AccountBook, BookingAccount } from './account-book.ts';
import { amountsSaidBy } from './ends.ts';
import type { EndEvent } from './open-bookings.ts';

/** Whether a kept account says what one of its events says: who booked what, or how that ended. */
export function agrees({ bookings }: AccountBook, event: LedgerEvent): boolean {
  if (!('bookingId' in event.args) || event.eventName === 'BatchItemSkipped') return true;
  const account = bookings.get(event.args.bookingId);
  if (account === undefined) return false;
  if (event.eventName === 'Booked') return isBookedBy(account, event);
  return event.eventName !== account.end?.by || isEndedBy(account, event as EndEvent);
}

const isAt = (one: Stamp | undefined, other: Stamp): boolean =>
  one?.blockNumber === other.blockNumber && one.logIndex === other.logIndex && one.at === other.at;

function isBookedBy({ booking, booked }: BookingAccount, event: EventOf<'Booked'>): boolean {
  const { listingId, purse, session, money, startHash } = event.args;
  const said = { listingId, startHash, ...readPurse(purse), ...readSession(session), ...readMoney(money) };
  const kept: Readonly<Record<string, unknown>> = { ...booking, ...booking.money };
  return isAt(booked, event) && Object.entries(said).every(([name, value]) => kept[name] === value);
}

function isEndedBy({ end, paid, refunded, reading, energyWh }: BookingAccount, event: EndEvent): boolean {
  const said = amountsSaidBy(event);
  if (!isAt(end?.stamp, event) || said.paid !== paid || said.refunded !== refunded) return false;
  if (!('reading' in event.args)) return true;
  const signed = readReading(event.args.bookingId, event.args.reading);
  return signed.energyWh === energyWh && signed.evidenceHash === reading?.evidenceHash;
}
