import { toBookingStruct } from '../../../protocol/booking.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { anyone, bookArgs, draftBooking, readingOf, reportArgs } from '../../contracts/fixture.ts';
import { challengedAlone, claim, claimedAlone } from '../../contracts/reserved.ts';
import { write } from '../../support/market.ts';
import { call } from './base.ts';
import { type ContractFault, calls, patch } from './contract-fault.ts';

const host = localAccount('host');
const REVOKED = 3;

/** Events that are missing, false, or of a call that the rules refuse. */
export const EVENT_FAULTS: readonly ContractFault[] = [
  {
    kind: 'contract',
    name: 'a settlement is not logged',
    code: 'event.missing',
    patches: [
      patch(
        'stages/Settlements',
        '_logSettled(bookingId, packPayout',
        'if (!FAULT) _logSettled(bookingId, packPayout',
      ),
    ],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'an event is logged that no market has',
    code: 'event.unknown',
    patches: [
      patch(
        'stages/Disputes',
        'emit Challenged(bookingId, next);',
        `emit Challenged(bookingId, next);
        if (FAULT) {
            assembly ("memory-safe") {
                log1(0, 0, 7)
            }
        }`,
      ),
    ],
    play: calls('challenge'),
  },
  {
    kind: 'contract',
    name: 'a session is counted twice',
    code: 'earnings.sessions',
    patches: [patch('stages/MarketState', '(word >> 128) + 1)', '(word >> 128) + (FAULT ? 2 : 1))')],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'a booking names another generation than its purse has',
    code: 'booking.generation',
    patches: [
      patch(
        'stages/NewBookings',
        'if (word >> 64 != ref.generation())',
        'if (!FAULT && word >> 64 != ref.generation())',
      ),
    ],
    play: async (base) => {
      const { free } = base.bookings;
      const { booking } = await draftBooking(free, { generation: 5n });
      await call(base, free.driver, 'bookAsDriver', bookArgs(free, booking));
    },
  },
  {
    kind: 'contract',
    name: 'terms are booked that are no longer in force',
    code: 'booking.termsNotInForce',
    patches: [
      patch(
        'stages/NewBookings',
        'if (word.commitment() != commitmentOf(termsHash',
        'if (!FAULT && word.commitment() != commitmentOf(termsHash',
      ),
    ],
    play: async (base) => {
      const { listing } = base.bookings.free;
      const { terms } = listing;
      const next = { ...listing, terms: { ...terms, metering: terms.metering ^ (1n << 130n) } };
      await write(base.market, host, 'updateListing', [listing, next, '0x']);
      await calls('bookAsDriver')(base);
    },
  },
  {
    kind: 'contract',
    name: 'a listing is published under another id than its own',
    code: 'listing.idMismatch',
    patches: [
      patch(
        'stages/Listings',
        'emit ListingPublished(listingId,',
        'emit ListingPublished(FAULT ? ListingId.wrap(bytes32(uint256(7))) : listingId,',
      ),
    ],
    play: calls('publishListing'),
  },
  {
    kind: 'contract',
    name: 'a listing is published with another agent key than its terms name',
    code: 'listing.agentKey',
    patches: [
      patch(
        'stages/Listings',
        'listing.terms.agentKey, listing, version + 1);',
        'FAULT ? address(0xbad) : listing.terms.agentKey, listing, version + 1);',
      ),
    ],
    play: calls('publishListing'),
  },
  {
    kind: 'contract',
    name: 'a revoked listing is published again',
    code: 'listing.revoked',
    patches: [
      patch(
        'stages/Listings',
        `if (word.status() == ListingStatus.REVOKED) revert Listing_Revoked(listingId);
        if (next.`,
        `if (!FAULT && word.status() == ListingStatus.REVOKED) revert Listing_Revoked(listingId);
        if (next.`,
      ),
    ],
    play: async (base) => {
      const { listing } = base.bookings.free;
      await write(base.market, host, 'setListingStatus', [listing, REVOKED, '0x']);
      const next = { ...listing, weeklyHours: listing.weeklyHours ^ 1n };
      await call(base, host, 'updateListing', [listing, next, '0x']);
    },
  },
  {
    kind: 'contract',
    name: 'the status of a listing changes that nobody published',
    code: 'listing.unknown',
    patches: [
      patch(
        'stages/Listings',
        'emit ListingStatusChanged(listingId,',
        'emit ListingStatusChanged(FAULT ? ListingId.wrap(bytes32(uint256(7))) : listingId,',
      ),
    ],
    play: calls('setListingStatus'),
  },
  {
    kind: 'contract',
    name: 'a claim is challenged of which nothing depends on it',
    code: 'challenge.nothingUnsigned',
    patches: [
      patch(
        'stages/Disputes',
        'if (claimed <= _unchallengedCost(',
        'if (!FAULT && claimed <= _unchallengedCost(',
      ),
    ],
    play: async (base) => {
      const { begun } = base.bookings;
      const { state } = await claimedAlone(begun);
      await call(base, begun.fixture.driver, 'challenge', [toBookingStruct(begun.made.booking), state, '0x']);
    },
  },
  {
    kind: 'contract',
    name: 'the agent alone claims less than was co-signed',
    code: 'claim.belowCosigned',
    patches: [
      patch('stages/Claims', 'if (isLess) revert', 'if (!FAULT && isLess) revert'),
      patch(
        'stages/Claims',
        'function _requireNothingLess(BookingId bookingId, StateHead head, Measure measure) private pure {',
        'function _requireNothingLess(BookingId bookingId, StateHead head, Measure measure) private view {',
      ),
    ],
    play: async (base) => {
      const { begun } = base.bookings;
      const state = await claim(begun, { seq: 3, energyWh: 8_200 });
      await claimedAlone(begun, {}, state);
    },
  },
  {
    kind: 'contract',
    name: 'a final reading is taken as a claim',
    code: 'claim.final',
    patches: [
      patch(
        'stages/Claims',
        'if (reading.measure.isFinal()) revert Claim_Final',
        'if (!FAULT && reading.measure.isFinal()) revert Claim_Final',
      ),
    ],
    play: async (base) => {
      const { begun } = base.bookings;
      await call(base, anyone, 'claim', await reportArgs(begun.fixture, begun.made, readingOf(begun.made)));
    },
  },
  {
    kind: 'contract',
    name: 'what the driver allowed waits as a claim',
    code: 'claim.withinAllowance',
    patches: [patch('stages/Claims', 'if (cost <= allowed) {', 'if (!FAULT && cost <= allowed) {')],
    play: calls('claimAlone'),
  },
  {
    kind: 'contract',
    name: 'a claim is proven at a charger without a meter key',
    code: 'proof.noMeterKey',
    patches: [
      patch(
        'stages/Disputes',
        'uint256 provenWh = _provenWh(bookingId, booking, proof);',
        'uint256 provenWh = FAULT ? 8_123 : _provenWh(bookingId, booking, proof);',
      ),
    ],
    play: async (base) => {
      const { claimed } = base.bookings;
      const { made, state } = await challengedAlone({ ...claimed, until: 0 });
      const proof = { secret: made.secret, meterKey: '0x', records: [] };
      await call(base, anyone, 'prove', [toBookingStruct(made.booking), state, proof]);
    },
  },
];
