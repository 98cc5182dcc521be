import { type Hex, isAddressEqual } from 'viem';
import { LISTING_STATUS, type ListingStruct } from '../../protocol/listing.ts';
import { amountsOf } from '../../protocol/reading.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import { type TermsStruct, termsHash } from '../../protocol/terms.ts';
import type { Journal } from '../journal/journal.ts';
import type { BookingFact, BookingMoment } from '../session/booking-facts.ts';
import { endOf, type MarketLog } from './market-log.ts';

/** The origin of a booking. */
export interface Origin {
  rawTransaction: Hex | null;
  /** Its block's time, unix seconds. */
  bookedAt: number;
  /** The tariff, packed, of one that was made by an offer (rule 27). */
  offeredTariff?: bigint;
}

const REVOKED_NOTE = 'revoked';

interface Revocation {
  listingId: Hex;
  block: number;
}

const revocations = (journal: Journal): Revocation[] => journal.note<Revocation[]>(REVOKED_NOTE) ?? [];

/** Whether the host revoked the agent key of this listing. */
export const isRevoked = (journal: Journal, listingId: Hex): boolean =>
  revocations(journal).some((revoked) => revoked.listingId === listingId);

export const isOwnListing = (agentKey: Hex, { eventName, args }: MarketLog): boolean =>
  eventName === 'ListingPublished' && isAddressEqual(args.agentKey as Hex, agentKey);

/** Applies one event to the journal, if it concerns a listing of this agent key. */
export function applyLog(journal: Journal, agentKey: Hex, log: MarketLog, origins: Map<Hex, Origin>): void {
  const { eventName, args } = log;
  const block = Number(log.blockNumber);
  if (eventName === 'ListingPublished') {
    if (!isOwnListing(agentKey, log)) return;
    const listing = args.listing as ListingStruct;
    journal.putListing(args.listingId as Hex, termsHash(listing.terms), block, listing);
  } else if (eventName === 'ListingStatusChanged') {
    applyStatus(journal, args, block);
  } else if (eventName === 'Booked') {
    applyBooked(journal, args, block, origins.get(args.bookingId as Hex));
  } else {
    applyChange(journal, log, block);
  }
}

function applyStatus(journal: Journal, args: MarketLog['args'], block: number): void {
  const listingId = args.listingId as Hex;
  const isOurs = journal.listingVersions().some((version) => version.listingId === listingId);
  if (args.status !== LISTING_STATUS.REVOKED || !isOurs) return;
  journal.setNote(REVOKED_NOTE, [...revocations(journal), { listingId, block }]);
}

function applyBooked(
  journal: Journal,
  args: MarketLog['args'],
  block: number,
  origin: Origin | undefined,
): void {
  const listingId = args.listingId as Hex;
  if (origin === undefined) return;
  const { rawTransaction, bookedAt, offeredTariff } = origin;
  const listed = listedTerms(journal, listingId, args.termsHash as Hex, offeredTariff);
  if (listed === undefined) return;
  const { terms, connector } = listed;
  const booking = {
    purse: args.purse as bigint,
    session: args.session as bigint,
    money: args.money as bigint,
    startHash: args.startHash as Hex,
    terms,
  };
  const state = reservedState(bookedAt);
  const booked = { block, state, ended: null, paid: null };
  const fact = { listingId, connector, booking, rawTransaction, bookedAt, lostAt: null, moments: [booked] };
  journal.putBooking(args.bookingId as Hex, { ...fact, state, ended: null, paid: null });
}

/** The terms with this hash: those of a version of the listing, with the offered tariff where there is an offer. */
function listedTerms(
  journal: Journal,
  listingId: Hex,
  hash: Hex,
  offeredTariff: bigint | undefined,
): { terms: TermsStruct; connector: Hex } | undefined {
  for (const version of journal.listingVersions()) {
    if (version.listingId !== listingId) continue;
    const { terms: listed, place } = version.listing;
    const terms = offeredTariff === undefined ? listed : { ...listed, tariff: offeredTariff };
    if (termsHash(terms) === hash) return { terms, connector: place.connector };
  }
  return undefined;
}

/** After any change of a booking, every later call must name its new state. */
function applyChange(journal: Journal, { eventName, args }: MarketLog, block: number): void {
  const bookingId = args.bookingId as Hex;
  const known = journal.booking(bookingId);
  if (known === undefined) return;
  if (eventName === 'SlotsGivenBack') {
    journal.putBooking(bookingId, { ...known, givenBackFrom: Number(args.fromSlot) });
    return;
  }
  const state = (args.state as BookingStateStruct | undefined) ?? known.state;
  const end = endOf(eventName, args);
  // The fee of a contested no-show goes to nobody: the event has no `paid`.
  const paid = end === null ? known.paid : amountsOf(args as Parameters<typeof amountsOf>[0]).paid;
  const moment: BookingMoment = { block, state, ended: end ?? known.ended, paid };
  const moments = [...known.moments, moment];
  journal.putBooking(bookingId, { ...known, state, ended: moment.ended, paid: moment.paid, moments });
}

/**
 * Takes back everything after this block. A booking made after it is kept as lost, because it may return by its own
 * transaction.
 */
export function rollBack(journal: Journal, block: number, headSec: number): void {
  journal.dropListingsAfter(block);
  journal.setNote(
    REVOKED_NOTE,
    revocations(journal).filter((revoked) => revoked.block <= block),
  );
  for (const { bookingId, fact } of journal.bookingsChangedAfter(block)) {
    journal.putBooking(bookingId, asOf(fact, block, headSec));
  }
}

function asOf({ givenBackFrom: _, ...fact }: BookingFact, block: number, headSec: number): BookingFact {
  const moments = fact.moments.filter((moment) => moment.block <= block);
  const last = moments.at(-1);
  if (last !== undefined) {
    const { state, ended, paid } = last;
    return { ...fact, state, ended, paid, moments };
  }
  const lostAt = fact.lostAt ?? headSec;
  return { ...fact, state: reservedState(fact.bookedAt), ended: null, paid: null, moments, lostAt };
}
