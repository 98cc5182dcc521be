import { keccak256, zeroHash } from 'viem';
import type { LedgerEvent } from '../../../audit/rules/events.ts';
import { CALL_FAULTS } from './call-cases.ts';
import { DISPUTE_FAULTS, HONEST_DISPUTES } from './dispute-cases.ts';
import { casesOf, type Faults, type Honest, type LedgerCase } from './ledger-case.ts';
import { HONEST_LISTINGS, LISTING_FAULTS } from './listing-cases.ts';
import { HONEST_MONEY, MONEY_FAULTS } from './money-cases.ts';
import { alone, booked, books, changed, claimed, clock, FIRST, malleated, settled } from './plays.ts';
import { AGENT, listed, MONDAY_SLOT, OTHER, SESSION, SLOT_SEC } from './short-ledger.ts';

const HONEST: Honest = {
  'co-signed': settled({}),
  'co-signed with overstay': settled({ overstaySec: 1_234 }),
  'co-signed nothing': settled({ energyWh: 0, endedAt: FIRST * SLOT_SEC }),
  'co-signed at the first second': settled({}, undefined, clock(8, 45)),
  'co-signed at the last second': settled({}, undefined, clock(12, 49, 59)),
  'over the cap': settled({ energyWh: 99_999_999 }),
  'alone within the allowance': alone({}),
  'alone at the listed power': alone({ energyWh: 28, endedAt: FIRST * SLOT_SEC + 10 }),
  'claimed and finalised': claimed(clock(10, 45), (history, made) => {
    history.now = clock(11, 50);
    history.finalise(made);
  }),
  'claimed after closes and finalised': claimed(clock(11), (history, made) => {
    history.now = clock(12);
    history.finalise(made);
  }),
  'claimed up to a high allowance': async () => {
    const history = listed();
    const made = history.book({}, { allowedCost: 1_400_000n });
    history.now = clock(10, 45);
    await history.claimAlone(made, { energyWh: 4_000 });
    history.now = clock(11, 50);
    history.finalise(made);
    return history;
  },
  'a bond at its limit': async () => {
    const history = listed();
    const made = history.book({}, { unsignedCost: 300_001n });
    history.now = clock(11);
    await history.settle(made);
    return history;
  },
  'challenged and finalised': claimed(clock(10, 45), (history, made) => {
    history.now = clock(11, 49, 59);
    history.challenge(made);
    history.now += 3_660;
    history.finalise(made, true);
  }),
  'not come': booked(async (history, made) => {
    history.now = clock(9, 30);
    await history.claimNoShow(made);
    history.now = clock(11, 50);
    history.noShow(made);
  }),
  'canceled for nothing': booked((history, made) => {
    history.now = clock(6, 59, 59);
    history.cancel(made, 0n);
  }),
  'canceled late': booked((history, made) => {
    history.now = clock(8, 44, 59);
    history.cancel(made, (25_001n * 6n) / 2n);
  }),
  'canceled by the host': booked((history, made) => {
    history.now = clock(12, 49, 59);
    history.cancel(made, 0n, true);
  }),
  'the first slot that the lead time allows': books({ at: clock(8, 30) }),
  'the current slot, without a lead time': books({
    change: { bookingTerms: { leadTimeMin: 0n } },
    at: clock(9, 14, 59),
  }),
  'the end of the horizon': books({ change: { bookingTerms: { horizonSlots: 22n } } }),
  'the first and the last open hour': books(
    { change: { bookingTerms: { maxSlots: 40n } } },
    { firstSlot: MONDAY_SLOT + 28, slotCount: 40 },
  ),
  'an hour that is open after the clocks changed': books(
    { hours: { offsetChangesAt: clock(6, 30), utcOffsetAfter: 8 } },
    { firstSlot: MONDAY_SLOT + 26, slotCount: 2 },
  ),
  'the least cap': books({}, {}, { cap: 1_200_000n }),
  'the least cap by the fee': books(
    { change: { bookingTerms: { minCapPerSlot: 0n } } },
    {},
    { cap: 25_001n * 6n * 5n },
  ),
};

const FAULTS: Faults = {
  'an hour that is closed': ['booking.outsideTerms', books({}, { firstSlot: MONDAY_SLOT + 26 })],
  'an hour that is closed again': ['booking.outsideTerms', books({}, { firstSlot: MONDAY_SLOT + 63 })],
  'sooner than the lead time': ['booking.outsideTerms', books({ at: clock(8, 30, 1) })],
  'a slot that is over': [
    'booking.outsideTerms',
    books({ change: { bookingTerms: { leadTimeMin: 0n } }, at: clock(9, 15) }),
  ],
  'beyond the horizon': ['booking.outsideTerms', books({ change: { bookingTerms: { horizonSlots: 21n } } })],
  'too short': ['booking.outsideTerms', books({}, { slotCount: 1 })],
  'too long': ['booking.outsideTerms', books({}, { slotCount: 13 })],
  'a cap too low': ['booking.outsideTerms', books({}, {}, { cap: 1_199_999n })],
  'a cap below five fees': [
    'booking.outsideTerms',
    books({ change: { bookingTerms: { minCapPerSlot: 0n } } }, {}, { cap: 25_001n * 6n * 5n - 1n }),
  ],
  'less trust than asked': ['booking.outsideTerms', books({}, {}, { unsignedCost: 99_999n })],
  'the agent as session key': ['booking.outsideTerms', books({}, { sessionKey: AGENT.address })],
  'another identity': ['booking.idMismatch', books({}, {}, {}, keccak256('0x01'))],
  'another generation': ['booking.generation', books({}, { generation: 1n })],
  'more than the purse holds': ['purse.overdrawn', books({}, {}, { cap: 60_000_000n })],
  'a slot twice': [
    'booking.slotTaken',
    async () => {
      const history = listed();
      history.book();
      history.book({ driver: OTHER.address, firstSlot: FIRST + 5 });
      return history;
    },
  ],
  'a listing out of range': ['listing.outOfRange', async () => listed({ bookingTerms: { maxSlots: 97n } })],
  'a discount above nine tenths': [
    'listing.outOfRange',
    async () => listed({ tariff: { discountBp: 9_001n } }),
  ],
  'a unit more than the reading costs': [
    'session.cost',
    changed(settled({}), ({ payout }: { payout: bigint }) => ({ payout: payout + 1n - (1n << 64n) })),
  ],
  'a unit less for the driver': [
    'session.refund',
    changed(settled({}), ({ payout }: { payout: bigint }) => ({ payout: payout - (1n << 64n) })),
  ],
  'another fee': [
    'marketFee.mismatch',
    async () => {
      const history = await settled({})();
      const at = history.events.findIndex(({ eventName }) => eventName === 'MarketFeePaid');
      const fee = history.events[at] as Extract<LedgerEvent, { eventName: 'MarketFeePaid' }>;
      history.events[at] = { ...fee, args: { ...fee.args, amount: fee.args.amount + 1n } };
      return history;
    },
  ],
  'another cost, and the fee of it': [
    'session.cost',
    async () => {
      const history = await settled({})();
      const of = (name: string) => history.events.findIndex(({ eventName }) => eventName === name);
      const raise = (name: string, args: object) => {
        const event = history.events[of(name)]!;
        history.events[of(name)] = { ...event, args: { ...event.args, ...args } } as LedgerEvent;
      };
      const { amount } = history.events[of('MarketFeePaid')]!.args as { amount: bigint };
      const { payout } = history.events[of('Settled')]!.args as { payout: bigint };
      raise('MarketFeePaid', { amount: amount + 750n });
      raise('Settled', { payout: payout + 100_000n - (100_000n << 64n) });
      return history;
    },
  ],
  'not signed by the agent': ['reading.agentSignature', settled({}, [SESSION, SESSION])],
  'not signed by the session key': ['reading.sessionSignature', settled({}, [AGENT, AGENT])],
  'the other s': ['reading.agentSignature', changed(settled({}), malleated)],
  'not final': ['reading.notFinal', settled({ isFinal: false })],
  'spare bits': [
    'reading.malformed',
    changed(settled({}), ({ reading }: { reading: { measure: bigint } }) => ({
      reading: { ...reading, measure: reading.measure | (1n << 193n) },
    })),
  ],
  'settled too early': ['booking.window', settled({}, undefined, clock(8, 44, 59))],
  'settled too late': ['booking.window', settled({}, undefined, clock(12, 50))],
  'more than the listed power': [
    'claim.implausible',
    alone({ energyWh: 31, endedAt: FIRST * SLOT_SEC + 10 }),
  ],
  'ahead of the block': ['claim.implausible', alone({}, clock(9, 0, 59))],
  'above the allowance': ['settlement.notAllowed', alone({ energyWh: 183 })],
  'the secret of nobody': ['claim.secret', changed(alone({}), () => ({ secret: zeroHash }))],
  'finalised within the window': [
    'booking.window',
    claimed(clock(10, 45), (history, made) => {
      history.now = clock(11, 49, 59);
      history.finalise(made);
    }),
  ],
  'finalised before the proof is due': [
    'booking.window',
    claimed(clock(10, 45), (history, made) => {
      history.now = clock(11, 40);
      history.challenge(made);
      history.now += 3_659;
      history.finalise(made, true);
    }),
  ],
  'challenged too late': [
    'booking.window',
    claimed(clock(10, 45), (history, made) => {
      history.now = clock(11, 50);
      history.challenge(made);
    }),
  ],
  'another state': [
    'claim.state',
    changed(
      claimed(clock(10, 45), () => {}),
      ({ state }: { state: { head: bigint; claim: bigint } }) => ({
        state: { ...state, claim: state.claim + 1n },
      }),
    ),
  ],
  'below the co-signed': [
    'claim.belowCosigned',
    claimed(clock(10, 45), () => {}, { endedAt: FIRST * SLOT_SEC + 1_799 }),
  ],
  'missed too early': [
    'booking.window',
    booked(async (history, made) => {
      history.now = clock(9, 29, 59);
      await history.claimNoShow(made);
    }),
  ],
  'another fee for not coming': [
    'noShow.fee',
    booked(async (history, made) => {
      history.now = clock(9, 30);
      await history.claimNoShow(made);
      history.now = clock(11, 50);
      const { noshowFee } = history.terms.bookingTerms;
      const paid = noshowFee * 5n;
      history.log('Finalised', { bookingId: made.bookingId, outcome: 4, paid, refunded: made.locked - paid });
    }),
  ],
  'late, and no fee': [
    'cancel.fee',
    booked((history, made) => {
      history.now = clock(7);
      history.cancel(made, 0n);
    }),
  ],
  'in time, and a fee': [
    'cancel.fee',
    booked((history, made) => {
      history.now = clock(6, 59, 59);
      history.cancel(made, (25_001n * 6n) / 2n);
    }),
  ],
  'canceled after it opened': [
    'booking.window',
    booked((history, made) => {
      history.now = clock(8, 45);
      history.cancel(made, (25_001n * 6n) / 2n);
    }),
  ],
  'paid twice': [
    'session.doublePayment',
    booked(async (history, made) => {
      history.now = clock(11);
      await history.settle(made);
      await history.settle(made);
    }),
  ],
};

export const LEDGER_CASES: readonly LedgerCase[] = [
  ...casesOf(HONEST, FAULTS),
  ...casesOf(HONEST_MONEY, MONEY_FAULTS),
  ...casesOf(HONEST_DISPUTES, DISPUTE_FAULTS),
  ...casesOf(HONEST_LISTINGS, LISTING_FAULTS),
  ...casesOf({}, CALL_FAULTS),
];
