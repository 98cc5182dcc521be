import { getAddress, type Hex, isAddressEqual } from 'viem';
import type { MarketEvent, MarketEventArgs } from '../../protocol/ledger/events.ts';
import { LISTING_STATUS, type ListingStruct } from '../../protocol/listing.ts';
import { amountsOf } from '../../protocol/reading.ts';
import { type BookingStateStruct, reservedState } from '../../protocol/state.ts';
import { type TermsStruct, termsHash } from '../../protocol/terms.ts';
import type { Journal } from '../journal/journal.ts';
import type { BookingFact, BookingMoment } from '../session/booking-facts.ts';
import { endOf } from './followed-events.ts';

/** The origin of a booking. */
interface Origin {
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

type ListingPublished = MarketEvent & { name: 'ListingPublished' };

const isOwnListing = (agentKey: Hex, event: MarketEvent): event is ListingPublished =>
  event.name === 'ListingPublished' && isAddressEqual(event.args.agentKey, agentKey);

/** Applies one event to the journal, if it concerns a listing of this agent key. */
export function applyEvent(
  journal: Journal,
  agentKey: Hex,
  event: MarketEvent,
  origins: Map<Hex, Origin>,
): void {
  const { block } = event;
  if (event.name === 'ListingPublished') {
    if (isOwnListing(agentKey, event)) applyListed(journal, event);
  } else if (event.name === 'ListingStatusChanged') {
    applyStatus(journal, event.args, block);
  } else if (event.name === 'Booked') {
    applyBooked(journal, event.args, block, origins.get(event.args.bookingId));
  } else {
    applyChange(journal, event);
  }
}

/** Journals hold addresses as people see them, with the letters that check them. */
function applyListed(journal: Journal, { args, block }: ListingPublished): void {
  const { terms } = args.listing;
  const checked = { ...terms, host: getAddress(terms.host), agentKey: getAddress(terms.agentKey) };
  const listing: ListingStruct = { ...args.listing, terms: checked };
  journal.putListing(args.listingId, termsHash(checked), block, listing);
}

function applyStatus(
  journal: Journal,
  { listingId, status }: MarketEventArgs<'ListingStatusChanged'>,
  block: number,
): void {
  const isOurs = journal.listingVersions().some((version) => version.listingId === listingId);
  if (status !== LISTING_STATUS.REVOKED || !isOurs) return;
  journal.setNote(REVOKED_NOTE, [...revocations(journal), { listingId, block }]);
}

function applyBooked(
  journal: Journal,
  args: MarketEventArgs<'Booked'>,
  block: number,
  origin: Origin | undefined,
): void {
  if (origin === undefined) return;
  const { rawTransaction, bookedAt, offeredTariff } = origin;
  const { bookingId, listingId, purse, session, money, startHash } = args;
  const listed = listedTerms(journal, listingId, args.termsHash, offeredTariff);
  if (listed === undefined) return;
  const { terms, connector } = listed;
  const booking = { purse, session, money, startHash, terms };
  const state = reservedState(bookedAt);
  const booked = { block, state, ended: null, paid: null };
  const fact = { listingId, connector, booking, rawTransaction, bookedAt, lostAt: null, moments: [booked] };
  journal.putBooking(bookingId, { ...fact, state, ended: null, paid: null });
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
function applyChange(journal: Journal, event: MarketEvent): void {
  const { args, block } = event;
  if (!('bookingId' in args)) return;
  const { bookingId } = args;
  const known = journal.booking(bookingId);
  if (known === undefined) return;
  if (event.name === 'SlotsGivenBack') {
    journal.putBooking(bookingId, { ...known, givenBackFrom: Number(event.args.fromSlot) });
    return;
  }
  const state: BookingStateStruct = 'state' in args ? args.state : known.state;
  const end = endOf(event);
  // The fee of a contested no-show goes to nobody: the event has no `paid`.
  const paid = end === null ? known.paid : amountsOf(args as Parameters<typeof amountsOf>[0]).paid;
  const moment: BookingMoment = { block, state, ended: end ?? known.ended, paid };
  const moments = [...known.moments, moment];
  journal.putBooking(bookingId, { ...known, state, ended: moment.ended, paid: moment.paid, moments });
}

/** By booking: how each new one of the agent's listings came to be. */
export async function originsOf(
  agentKey: Hex,
  listedIds: ReadonlySet<Hex>,
  events: readonly MarketEvent[],
  rawTransactionOf: (transactionHash: Hex) => Promise<Hex | null>,
): Promise<Map<Hex, Origin>> {
  const origins = new Map<Hex, Origin>();
  const listings = new Set(listedIds);
  for (const event of events) {
    if (isOwnListing(agentKey, event)) listings.add(event.args.listingId);
    if (event.name === 'Booked' && listings.has(event.args.listingId)) {
      const rawTransaction = await rawTransactionOf(event.transactionHash);
      origins.set(event.args.bookingId, { rawTransaction, bookedAt: event.timestamp });
    }
    if (event.name === 'OfferTaken') {
      const origin = origins.get(event.args.bookingId);
      if (origin !== undefined) origin.offeredTariff = event.args.tariff;
    }
  }
  return origins;
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
