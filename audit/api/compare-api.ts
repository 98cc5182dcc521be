import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from 'viem';
import { z } from 'zod';
import type { BookingResponse, SettlementStatus, TermsJson } from '../../protocol/api.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { address } from '../../protocol/schemas.ts';
import { type StateName, stateName } from '../../protocol/state.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-ledger.ts';
import { ledgerClient } from '../ledger/read-ledger.ts';
import { inChunks } from '../lib/concurrency.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { wordHex } from '../lib/hex.ts';

interface ApiSource {
  apiUrl: string;
  rpcUrl: string;
  market: Address;
}

const configSchema = z.looseObject({ chainId: z.int(), market: address });
const headSchema = z.looseObject({ indexedTo: z.int() });
const bookingSchema = z.looseObject({
  state: z.looseObject({ head: z.string(), claim: z.string() }),
  terms: z.looseObject({}),
});

/** Longest wait that a busy API may ask for, in seconds. */
const RETRY_AFTER_MAX_SEC = 90;

/**
 * Compares each booking of the API with the recomputed one. A booking that changed after the pinned block is
 * skipped: the API may be ahead of the audit.
 *
 * @returns the report, with the differences of the API among the discrepancies.
 * @throws PlugpactError `audit.api`, `audit.otherMarket`: the comparison could not run.
 */
export async function compareWithApi(report: AuditReport, source: ApiSource): Promise<AuditReport> {
  const { market, chainId } = await get(source, '/config', configSchema);
  if (market.toLowerCase() !== source.market.toLowerCase() || chainId !== report.chainId) {
    throw new PlugpactError({
      code: 'audit.otherMarket',
      value: `${market} on chain ${chainId}`,
      rule: `The API after --api must serve ${source.market} on chain ${report.chainId}.`,
      remedy: 'Give the address of the API that serves this market.',
    });
  }
  await waitFor('the API to index the audited block', async () => {
    const { indexedTo } = await get(source, '/ledger/head', headSchema);
    return BigInt(indexedTo) >= report.pin.blockNumber;
  });
  const found = await inChunks(report.bookings, (account) => compareBooking(source, report, account));
  const discrepancies = [...report.discrepancies, ...found.flat()];
  return { ...report, discrepancies, reconciles: discrepancies.length === 0 };
}

async function compareBooking(
  source: ApiSource,
  report: AuditReport,
  account: BookingAccount,
): Promise<Discrepancy[]> {
  const { bookingId } = account;
  const found = await get(source, `/bookings/${bookingId}`, bookingSchema.optional());
  const differing = differences(account, found);
  if (differing.length > 0 && (await movedOn(source, report, account))) return [];
  return differing.map(([field, expected, got]) => ({
    code: found === undefined ? 'api.missing' : 'api.mismatch',
    bookingId,
    expected: `${field} ${expected}`,
    found: got,
  }));
}

type Difference = [field: string, expected: string, found: string];

function differences(account: BookingAccount, found: Record<string, unknown> | undefined): Difference[] {
  if (found === undefined) return [['booking', account.bookingId, 'no such booking']];
  const { state, terms, ...rest } = expectedResponse(account);
  const nested = { ...(found.state as object), ...(found.terms as object) };
  const flatFound: Record<string, unknown> = { ...found, ...nested };
  // The state of an ended booking is not defined.
  const expected = { ...rest, ...terms, ...(account.end === undefined ? state : {}) };
  return Object.entries(expected).flatMap(([field, value]): Difference[] => {
    const [want, got] = [String(value), String(flatFound[field] ?? (field === 'energyWh' ? value : null))];
    return want.toLowerCase() === got.toLowerCase() ? [] : [[field, want, got]];
  });
}

type Expected = Omit<BookingResponse, 'endReading' | 'settlementStatus'> & {
  settlementStatus?: SettlementStatus;
};

/** The response that the API should give. */
function expectedResponse(account: BookingAccount): Expected {
  const { booking, bookingId, booked, end, state, paid, refunded, energyWh } = account;
  const { money, terms, generation, listingId, driver, purse, sessionKey, firstSlot, slotCount } = booking;
  return {
    ...{ bookingId, listingId, driver, purse, sessionKey, firstSlot, slotCount },
    generation: String(generation),
    cap: String(money.cap),
    unsignedCost: String(money.unsignedCost),
    allowedCost: String(money.allowedCost),
    relayFee: String(money.relayFee),
    startHash: booking.startHash,
    terms: termsJson(terms),
    reservationStatus: end?.outcome ?? 'RESERVED',
    ...(end === undefined ? { settlementStatus: STATUS[stateName(state)] } : {}),
    state: { head: wordHex(state.head), claim: wordHex(state.claim) },
    contested: stateName(state) === 'CONTESTED' && (end === undefined || end.outcome === 'NO_SHOW'),
    paid: end === undefined ? null : String(paid),
    refunded: end === undefined ? null : String(refunded),
    energyWh: end === undefined ? null : energyWh,
    bookedAt: booked.at,
    bookedTx: booked.tx,
    endedAt: end?.stamp.at ?? null,
    endedTx: end?.stamp.tx ?? null,
  };
}

const STATUS: Readonly<Record<StateName, SettlementStatus>> = {
  RESERVED: 'NONE',
  ARRIVED: 'NONE',
  CLAIMED: 'CLAIMED',
  CLAIMED_ALONE: 'CLAIMED',
  NO_SHOW_CLAIMED: 'CLAIMED',
  CONTESTED: 'CLAIMED',
  CHALLENGED: 'CHALLENGED',
};

const termsJson = (terms: BookingAccount['booking']['terms']): TermsJson => ({
  host: terms.host,
  agentKey: terms.agentKey,
  tariff: wordHex(terms.tariff),
  bookingTerms: wordHex(terms.bookingTerms),
  metering: wordHex(terms.metering),
  meterKeyHash: terms.meterKeyHash,
});

async function movedOn(source: ApiSource, report: AuditReport, account: BookingAccount): Promise<boolean> {
  const fromBlock = report.pin.blockNumber + 1n;
  const client = ledgerClient(source.rpcUrl);
  if ((await client.getBlockNumber()) < fromBlock) return false;
  const logs = await client.getLogs({ address: source.market, fromBlock });
  return logs.some(({ topics }) => (topics as readonly string[])[1] === account.bookingId);
}

/** One JSON answer; a 404 counts as `undefined`. Waits as long as a busy API requests. */
async function get<T>({ apiUrl }: Pick<ApiSource, 'apiUrl'>, path: string, schema: z.ZodType<T>): Promise<T> {
  const url = `${apiUrl.replace(/\/+$/, '')}/api/v1${path}`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const retryAfterSec = Number(response.headers.get('retry-after') ?? Number.NaN);
    if (response.status === 429 && retryAfterSec <= RETRY_AFTER_MAX_SEC) {
      await delay(retryAfterSec * 1_000);
      return await get({ apiUrl }, path, schema);
    }
    if (!response.ok && response.status !== 404) throw new Error(`status ${response.status}`);
    return schema.parse(response.ok ? await response.json() : undefined);
  } catch (error) {
    throw error instanceof PlugpactError ? error : unusable(url, error);
  }
}

function unusable(url: string, error: unknown): PlugpactError {
  const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
  return new PlugpactError(
    {
      code: 'audit.api',
      value: `${url}: ${reason}`,
      rule: 'The API after --api must answer as Plugpact’s API does.',
      remedy: 'Give the address of a running server, or leave --api out: the ledger suffices.',
      retry: 'later',
    },
    { cause: error },
  );
}
