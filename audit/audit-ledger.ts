import { type Address, BaseError, type PublicClient } from 'viem';
import { type AccountBook, type BookingAccount, liabilities } from './accounting/account-book.ts';
import { compareWithLedger } from './accounting/compare.ts';
import { findingsOf } from './accounting/findings.ts';
import { checkSomethingRead, staleness } from './accounting/freshness.ts';
import { rebuild } from './accounting/rebuild.ts';
import {
  type LedgerReading,
  ledgerClient,
  type Pin,
  readHoldings,
  readLedger,
  requirePinned,
} from './ledger/read-ledger.ts';
import type { Discrepancy, Finding } from './lib/discrepancy.ts';
import { unreadable } from './lib/errors.ts';
import { checkTransfers } from './money/transfers.ts';
import { decodeLogs } from './rules/events.ts';

export interface AuditReport {
  reconciles: boolean;
  /** Bookings that a reading ended. */
  sessions: number;
  energyWh: number;
  /** Token units: the sum of payments to hosts, including the market's part, late fees and no-show fees. */
  paid: bigint;
  /** Token units: refunds to drivers when their bookings ended. */
  refunded: bigint;
  /** Token units: what of challengers' bonds went to hosts, because meter or challenger proved the claim. */
  forfeited: bigint;
  discrepancies: Discrepancy[];
  findings: Finding[];
  /** Token units held by the market, and owed by it. */
  holds: bigint;
  owes: bigint;
  bookings: BookingAccount[];
  chainId: number;
  token: LedgerReading['token'];
  pin: Pin;
  /** Seconds by this machine's clock since the pinned block. */
  ageSec: number;
}

/**
 * Recomputes every Wh and every token unit of a market from its logs, and compares the sums with its storage,
 * all at the newest block.
 *
 * @throws PlugpactError `audit.unreadable`, `audit.noMarket`, `audit.reorganised`: the audit could not run.
 */
export async function auditLedger({
  rpcUrl,
  market,
}: {
  rpcUrl: string;
  market: Address;
}): Promise<AuditReport> {
  return audit(ledgerClient(rpcUrl), market).catch((error: unknown) => {
    throw error instanceof BaseError ? unreadable('the ledger', error) : error;
  });
}

async function audit(client: PublicClient, market: Address): Promise<AuditReport> {
  const reading = await readLedger(client, market);
  const { events, unknown } = decodeLogs(reading.logs);
  const book = await rebuild(reading.constants, events);
  for (const { tx, topics } of unknown) {
    const found = topics[0] ?? 'no topic';
    book.discrepancies.push({ code: 'event.unknown', tx, expected: 'an event of the market', found });
  }
  const holdings = await readHoldings(client, reading, book);
  compareWithLedger(book, holdings);
  await requirePinned(client, reading.pin);
  const { pin, constants, transfers } = reading;
  checkSomethingRead(book, reading.logs.length, pin.blockNumber);
  const findings = [
    ...findingsOf(book, constants, pin.at),
    ...checkTransfers(book, market, events, transfers, holdings.tokenBalance),
    ...staleness(ageOf(pin)),
  ];
  return reportOf(book, findings, reading, holdings.tokenBalance);
}

/** How old a block is by this machine's clock, in seconds. */
const ageOf = ({ at }: Pin): number => Math.floor(Date.now() / 1_000) - at;

function reportOf(
  book: AccountBook,
  findings: Finding[],
  reading: LedgerReading,
  holds: bigint,
): AuditReport {
  const bookings = [...book.bookings.values()];
  const sessions = bookings.filter(({ end }) => end?.outcome === 'FULFILLED');
  return {
    reconciles: book.discrepancies.length === 0,
    sessions: sessions.length,
    energyWh: sessions.reduce((sum, { energyWh }) => sum + energyWh, 0),
    paid: bookings.reduce((sum, { paid }) => sum + paid, 0n),
    refunded: bookings.reduce((sum, { refunded }) => sum + refunded, 0n),
    forfeited: bookings.reduce((sum, { forfeited }) => sum + forfeited, 0n),
    discrepancies: book.discrepancies,
    findings,
    holds,
    owes: liabilities(book),
    bookings,
    chainId: reading.constants.chainId,
    token: reading.token,
    pin: reading.pin,
    ageSec: ageOf(reading.pin),
  };
}
