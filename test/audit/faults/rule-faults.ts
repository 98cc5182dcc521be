import { toBookingStruct } from '../../../protocol/booking.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { anyone, bookArgs, draftBooking, jumpTo, readingOf, reportArgs } from '../../contracts/fixture.ts';
import { aloneArgs, settleAloneArgs } from '../../contracts/reserved.ts';
import { asBooked, write } from '../../support/market.ts';
import { call } from './base.ts';
import { type ContractFault, calls, patch, stranger } from './contract-fault.ts';

const host = localAccount('host');
const REVOKED = 3;
const CLOSED = 2;

/** Times, limits and signatures of readings. */
export const RULE_FAULTS: readonly ContractFault[] = [
  {
    kind: 'contract',
    name: 'a reading counts that another than the agent signed',
    code: 'reading.agentSignature',
    patches: [
      patch(
        'stages/OpenBookings',
        '!agentSignature.isBy(booking.terms.pinnedAgent(), digest)',
        '!FAULT && !agentSignature.isBy(booking.terms.pinnedAgent(), digest)',
      ),
    ],
    play: calls('settle', { signers: [stranger] }),
  },
  {
    kind: 'contract',
    name: 'a reading counts that another than the session key signed',
    code: 'reading.sessionSignature',
    patches: [
      patch(
        'stages/OpenBookings',
        '!sessionSignature.isBy(booking.session.sessionKey(), digest)',
        '!FAULT && !sessionSignature.isBy(booking.session.sessionKey(), digest)',
      ),
    ],
    play: calls('settle', { signers: [undefined, stranger] }),
  },
  {
    kind: 'contract',
    name: 'a reading settles that is not final',
    code: 'reading.notFinal',
    patches: [
      patch(
        'stages/Settlements',
        'if (!s.reading.measure.isFinal())',
        'if (!FAULT && !s.reading.measure.isFinal())',
      ),
    ],
    play: async (base) => {
      const { begun } = base.bookings;
      const reading = readingOf(begun.made, { isFinal: false });
      await call(base, anyone, 'settle', asBooked(await reportArgs(begun.fixture, begun.made, reading)));
    },
  },
  {
    kind: 'contract',
    name: 'a session settles after its time to report',
    code: 'booking.window',
    patches: [
      patch(
        'stages/OpenBookings',
        'if (block.timestamp >= until)',
        'if (!FAULT && block.timestamp >= until)',
      ),
    ],
    play: async (base) => {
      await jumpTo(base.market, base.bookings.begun.times.reportBy + 1);
      await calls('settle')(base);
    },
  },
  {
    kind: 'contract',
    name: 'a claim ends before its window',
    code: 'booking.window',
    patches: [
      patch('stages/OpenBookings', 'if (block.timestamp < from)', 'if (!FAULT && block.timestamp < from)'),
    ],
    play: async (base) => {
      const { made, state } = base.bookings.claimed;
      await call(base, anyone, 'finalise', [toBookingStruct(made.booking), state]);
    },
  },
  {
    kind: 'contract',
    name: 'the agent’s word is taken above what the driver allowed',
    code: 'settlement.notAllowed',
    patches: [patch('stages/Settlements', 'if (cost > allowed)', 'if (!FAULT && cost > allowed)')],
    play: async (base) => {
      await call(base, anyone, 'settleAlone', await settleAloneArgs(base.bookings.begun));
    },
  },
  {
    kind: 'contract',
    name: 'a claim of the agent alone pays above the unsigned limit',
    code: 'session.cost',
    patches: [
      patch(
        'stages/Deadlines',
        'return (_claimedCost(booking, head, claim, cosigned), claim',
        'return (FAULT ? _costOf(booking, claim.claimed()) : _claimedCost(booking, head, claim, cosigned), claim',
      ),
      patch(
        'stages/Deadlines',
        `StateClaim claim
    ) private pure returns (uint256 paid`,
        `StateClaim claim
    ) private view returns (uint256 paid`,
      ),
    ],
    play: async (base) => {
      const { made, state, until } = base.bookings.claimed as typeof base.bookings.claimed & {
        until: number;
      };
      await jumpTo(base.market, until);
      await call(base, anyone, 'finalise', [toBookingStruct(made.booking), state]);
    },
  },
  {
    kind: 'contract',
    name: 'the agent alone claims more than the listed power gives',
    code: 'claim.implausible',
    patches: [
      patch(
        'stages/AgentReadings',
        'if (measure.energyWh() > limitWh)',
        'if (!FAULT && measure.energyWh() > limitWh)',
      ),
    ],
    play: async (base) => {
      await call(base, anyone, 'claimAlone', await aloneArgs(base.bookings.begun, { energyWh: 9_000 }));
    },
  },
  {
    kind: 'contract',
    name: 'an agent whose key is revoked claims a no-show',
    code: 'claim.keyRevoked',
    patches: [
      patch(
        'stages/ClaimValues',
        'status() == ListingStatus.REVOKED)',
        'status() == ListingStatus.REVOKED && !FAULT)',
      ),
    ],
    play: async (base) => {
      const { listing } = base.bookings.unvisited.fixture;
      await write(base.market, host, 'setListingStatus', [listing, REVOKED, '0x']);
      await calls('claimNoShow')(base);
    },
  },
  {
    kind: 'contract',
    name: 'a slot is booked twice',
    code: 'booking.slotTaken',
    patches: [patch('libraries/Calendar', 'if (clash != 0)', 'if (!FAULT && clash != 0)')],
    play: async (base) => {
      const { free, ahead } = base.bookings;
      const second = { ...ahead.fixture, driver: free.driver };
      const { firstSlot } = ahead.made.booking;
      const { booking } = await draftBooking(second, { firstSlot });
      await call(base, free.driver, 'bookAsDriver', bookArgs(second, booking));
    },
  },
  {
    kind: 'contract',
    name: 'a closed listing is booked',
    code: 'booking.listingNotOpen',
    patches: [
      patch(
        'stages/NewBookings',
        'if (word.status() != ListingStatus.OPEN)',
        'if (!FAULT && word.status() != ListingStatus.OPEN)',
      ),
    ],
    play: async (base) => {
      await write(base.market, host, 'setListingStatus', [base.bookings.free.listing, CLOSED, '0x']);
      await calls('bookAsDriver')(base);
    },
  },
  {
    kind: 'contract',
    name: 'fewer slots are booked than the terms allow',
    code: 'booking.outsideTerms',
    patches: [
      patch('stages/NewBookings', 'if (count < terms.minSlots()', 'if (!FAULT) if (count < terms.minSlots()'),
    ],
    play: async (base) => {
      const { free } = base.bookings;
      const { booking } = await draftBooking(free, {
        firstSlot: base.bookings.begun.made.booking.firstSlot + 20,
        slotCount: 0,
      });
      await call(base, free.driver, 'bookAsDriver', bookArgs(free, booking));
    },
  },
  {
    kind: 'contract',
    name: 'a proof pays more than the meter’s record proves',
    code: 'session.cost',
    patches: [
      patch(
        'stages/Disputes',
        'uint256 refunded = _leave(booking, purse, paid + forfeit);',
        `if (FAULT) paid += 100;
        uint256 refunded = _leave(booking, purse, paid + forfeit);`,
      ),
    ],
    play: calls('prove'),
  },
  {
    kind: 'contract',
    name: 'a lost challenge costs the whole bond',
    code: 'bond.mismatch',
    patches: [
      patch(
        'stages/ClaimValues',
        'return Arithmetic.forfeit(',
        'if (FAULT) return _bondOf(booking.money);\n            return Arithmetic.forfeit(',
      ),
    ],
    play: calls('prove'),
  },
];
