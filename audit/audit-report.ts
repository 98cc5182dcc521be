import type { Hex } from 'viem';
import { type AccountBook, type BookingAccount, liabilities } from './accounting/account-book.ts';
import { causeFirst } from './accounting/by-cause.ts';
import { codeHashes } from './code/check-code.ts';
import { hashOfLogs } from './ledger/kept-logs.ts';
import type { LedgerReading, Pin } from './ledger/read-ledger.ts';
import { ageOf, type LedgerState } from './ledger-state.ts';
import { joined, type Verdict } from './lib/discrepancy.ts';
import type { LedgerEvent } from './rules/events.ts';
import type { MarketConstants } from './rules/market-constants.ts';

export interface AuditReport extends Verdict {
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
  /** Token units held by the market, and owed by it. */
  holds: bigint;
  owes: bigint;
  bookings: BookingAccount[];
  chainId: number;
  token: LedgerReading['token'];
  pin: Pin;
  /** Seconds by this machine's clock since the pinned block. */
  ageSec: number;
  /** The first block whose bookings are reported; all of them where it is left out. */
  fromBlock?: bigint;
  constants: MarketConstants;
  /** All accounts as they were recomputed. */
  book: AccountBook;
  /** The events that they follow from, in the order of the ledger; those of an earlier run are decoded only now. */
  events: () => readonly LedgerEvent[];
  /** Signed meter values of each session whose evidence has the ledger's hash. */
  records: Map<Hex, string[]>;
  /** What pins the input beside the block's hash. */
  hashes: {
    /** SHA-256 of `logLine` of every log, in the order of the ledger. */
    logs: Hex;
    /** keccak-256 of the code at an address, by its name. */
    codes: Record<string, Hex>;
  };
}

/** The report with what another part found out beside it, causes first. */
export function withVerdict(report: AuditReport, found: Verdict): AuditReport {
  const whole = joined([report, found]);
  const discrepancies = causeFirst(whole.discrepancies, report);
  return { ...report, ...whole, discrepancies, reconciles: discrepancies.length === 0 };
}

/** What was read and recomputed, as it is reported. */
export function reportOf(
  { reading, holdings, codes }: LedgerState,
  book: AccountBook,
  events: AuditReport['events'],
  verdict: Verdict,
): AuditReport {
  const bookings = [...book.bookings.values()];
  const sessions = bookings.filter(({ end }) => end?.outcome === 'FULFILLED');
  return {
    reconciles: verdict.discrepancies.length === 0,
    sessions: sessions.length,
    energyWh: sessions.reduce((sum, { energyWh }) => sum + energyWh, 0),
    paid: bookings.reduce((sum, { paid }) => sum + paid, 0n),
    refunded: bookings.reduce((sum, { refunded }) => sum + refunded, 0n),
    forfeited: bookings.reduce((sum, { forfeited }) => sum + forfeited, 0n),
    ...verdict,
    holds: holdings.tokenBalance,
    owes: liabilities(book),
    bookings,
    chainId: reading.constants.chainId,
    token: reading.token,
    pin: reading.pin,
    ageSec: ageOf(reading.pin),
    constants: reading.constants,
    ...{ book, events, records: new Map() },
    hashes: { logs: hashOfLogs(reading.earlier?.logs, reading.logs), codes: codeHashes(codes) },
  };
}
