import type { Hex } from 'viem';
import { costRoundedDown } from '../../protocol/cost.ts';
import { type ListingStruct, unpackLocation } from '../../protocol/listing.ts';
import type { Reading } from '../../protocol/reading.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import { recordsIn } from '../journal/evidence-bundles.ts';
import type { Journal } from '../journal/journal.ts';
import { TOKEN_NOTE, type Token } from '../ledger/token.ts';
import type { BookingFact } from '../session/booking-facts.ts';

/** A session as it is exported. Times are unix seconds, money is token units. Secrets are not in it. */
export interface HistoryEntry {
  bookingId: Hex;
  listingId: Hex;
  chargePointId: string;
  connectorId: number;
  idTag: string | null;
  phase: string;
  /** OCPI's word for how the ledger ended the booking; null while it has not. */
  reservationStatus: string | null;
  assuranceLevel: string;
  stopCause: string | null;
  startsAt: number;
  endsAt: number;
  /** Of the newest reading; null when nothing was measured. */
  reading: Reading | null;
  isCosigned: boolean;
  /** What the reading costs by the booked tariff. */
  cost: bigint;
  /** What the ledger paid for it, the market's fee included; null while it has not. */
  paid: bigint | null;
  token: Token | null;
  maxPowerW: number;
  connectorStandard: string;
  powerType: string;
  h3Cell: string | null;
  meterKey: Hex;
  meterAlgorithm: string;
  /** The meter's signed records (OCMF) as they came. */
  records: string[];
}

/** All sessions, the oldest first, one at a time: years of them need not fit into memory. */
export function* historyOf(journal: Journal): Generator<HistoryEntry> {
  const known = knownTo(journal);
  for (const bookingId of journal.sessionIds()) {
    const entry = entryOf(journal, bookingId, known);
    if (entry !== undefined) yield entry;
  }
}

/** One session as it is exported. */
export const historyEntryOf = (journal: Journal, bookingId: Hex): HistoryEntry | undefined =>
  entryOf(journal, bookingId, knownTo(journal));

interface Known {
  token: Token | null;
  listings: ReadonlyMap<Hex, ListingStruct>;
}

const knownTo = (journal: Journal): Known => ({
  token: journal.note<Token>(TOKEN_NOTE) ?? null,
  listings: new Map(journal.listingVersions().map(({ listingId, listing }) => [listingId, listing])),
});

function entryOf(journal: Journal, bookingId: Hex, { token, listings }: Known): HistoryEntry | undefined {
  const session = journal.session(bookingId)?.session;
  if (session === undefined) return undefined;
  const { plan, nextSeq } = session;
  const stored = nextSeq === 0 ? undefined : journal.reading(bookingId, nextSeq - 1);
  const fact = journal.booking(bookingId);
  const { tariff, cap } = plan.limits;
  return {
    bookingId,
    listingId: plan.listingId,
    chargePointId: plan.chargePointId,
    connectorId: plan.connectorId,
    idTag: session.idTag,
    phase: session.phase,
    reservationStatus: fact?.ended ?? null,
    assuranceLevel: journal.assuranceLevel(bookingId) ?? 'agent-signed',
    stopCause: session.stopCause,
    startsAt: plan.times.start,
    endsAt: plan.times.end,
    reading: stored?.reading ?? null,
    isCosigned: stored?.sessionSignature != null,
    cost: stored === undefined ? 0n : costRoundedDown(tariff, stored.reading, cap),
    paid: fact?.paid ?? null,
    token,
    maxPowerW: plan.maxPowerW,
    ...locationOf(listings.get(plan.listingId)),
    ...meterOf(listings.get(plan.listingId), fact),
    records: recordsIn(journal.evidence(bookingId)).filter((record) => record.startsWith('OCMF|')),
  };
}

function locationOf(listing: ListingStruct | undefined) {
  if (listing === undefined) return { connectorStandard: 'UNKNOWN', powerType: 'UNKNOWN', h3Cell: null };
  const { connectorStandard, powerType, h3Cell } = unpackLocation(listing.place.location);
  return { connectorStandard, powerType, h3Cell };
}

/** The algorithm that the booking pinned; the key is in the listing. */
function meterOf(listing: ListingStruct | undefined, fact: BookingFact | undefined) {
  const terms = fact?.booking.terms ?? listing?.terms;
  const meterAlgorithm = terms === undefined ? 'none' : fromTermsStruct(terms).metering.meterAlgorithm;
  return { meterKey: listing?.meterKey ?? ('0x' as const), meterAlgorithm };
}
