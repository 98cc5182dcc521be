import { zeroAddress, zeroHash } from 'viem';
import type { Reading } from '../../../protocol/reading.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import type { Faults, Honest } from './ledger-case.ts';
import {
  arrive,
  bookOffered,
  claim,
  claimOnceMore,
  expire,
  finaliseProven,
  giveBack,
  pause,
  prove,
  relayFee,
  setStatus,
  withdraw,
  withdrawEarnings,
  withMeter,
} from './more-plays.ts';
import { alone, booked, changed, claimed, clock, FIRST, settled } from './plays.ts';
import { History, listed, type Made, OTHER, SESSION, SLOT_SEC } from './short-ledger.ts';

/** A ledger with a listing and money on which something else happens. */
const on =
  (then: (history: History) => Promise<unknown> | unknown, change?: Parameters<typeof listed>[0]) =>
  async () => {
    const history = listed(change);
    await then(history);
    return history;
  };

/** The proof of a meter, in a challenge of a claim. */
const challenged =
  (then: (history: History, made: Made) => void, change: Partial<Reading> = {}) =>
  async () => {
    const history = withMeter(new History()).listing().deposit();
    const made = history.book();
    history.now = clock(10, 45);
    await history.claimAlone(made, change);
    history.challenge(made);
    then(history, made);
    return history;
  };

/** All is proven: the end follows in the same transaction, and what the challenger loses beside it. */
const proven = (isForfeited: boolean, isAtOnce = true) =>
  challenged(
    (history, made) => {
      prove(history, made, 3_600n);
      const { tx } = history.events.at(-1)!;
      const began = history.events.length;
      finaliseProven(history, made, isForfeited);
      const last = history.events.at(-1)!.tx;
      for (const event of history.events.slice(began)) event.tx = isAtOnce ? tx : last;
    },
    { endedAt: FIRST * SLOT_SEC + 1_800 },
  );

const contested = booked(async (history, made) => {
  history.now = clock(9, 30);
  await history.claimNoShow(made);
  arrive(history, made, 'CONTESTED');
  history.now = clock(11, 50);
  const fee = history.terms.bookingTerms.noshowFee * 6n;
  history.log('NoShowContested', { bookingId: made.bookingId, fee, refunded: made.locked - fee });
});

const gaveBack = (fromSlot: number, key?: typeof SESSION, at = clock(9, 50)) =>
  booked(async (history, made) => {
    history.now = at;
    await history.settle(made, { endedAt: at - 60 });
    await giveBack(history, made, fromSlot, key);
  });

export const HONEST_MONEY: Honest = {
  'withdrawn by a relayer': on((history) => {
    relayFee(history, 1_000n);
    withdraw(history, 50_000_000n);
  }),
  'earned and withdrawn': async () => {
    const history = await settled({})();
    withdrawEarnings(history, 1_000_000n);
    return history;
  },
  'booked by a relayer': on((history) => {
    relayFee(history, 1_000n);
    history.book({}, { relayFee: 1_000n });
    Object.assign(history.events.at(-1)!, { tx: history.events.at(-2)!.tx });
  }),
  'booked after a pause': on((history) => {
    pause(history, 7 * 86_400);
    history.now += 7 * 86_400;
    history.book({ firstSlot: FIRST + 7 * 96 });
  }),
  'closed and opened again': on((history) => {
    setStatus(history, 2);
    setStatus(history, 1);
    history.book();
  }),
  'an offer': on((history) => bookOffered(history)),
  'an offer for anyone': on((history) => bookOffered(history, { driver: zeroAddress })),
  'slots given back': gaveBack(FIRST + 4),
  contested,
  expired: booked((history, made) => {
    history.now = clock(12, 50);
    expire(history, made);
  }),
  'arrived, and a charge': booked(async (history, made) => {
    history.now = clock(9);
    arrive(history, made, 'ARRIVED');
    await history.settle(made, { endedAt: clock(9) });
  }),
  'the meter proves less': challenged((history, made) => {
    prove(history, made, 3_100n);
    history.now = clock(12);
    history.finalise(made, true);
  }),
  'the meter proves all': proven(true),
};

export const MONEY_FAULTS: Faults = {
  'more withdrawn than there is': ['purse.overdrawn', on((history) => withdraw(history, 50_000_001n))],
  'more withdrawn than earned': ['earnings.overdrawn', on((history) => withdrawEarnings(history, 1n))],
  'paid into the sink': [
    'sink.moved',
    on((history) =>
      history.log('Deposited', { account: zeroAddress, purse: 0, amount: 1n, from: OTHER.address }),
    ),
  ],
  'all of it for the relayer': [
    'relayFee.tooHigh',
    on((history) => {
      relayFee(history, 1_000n);
      withdraw(history, 1_000n);
    }),
  ],
  'a relayer paid for nothing': ['relayFee.mismatch', on((history) => relayFee(history, 1n))],
  'a relay fee that nobody got': [
    'relayFee.mismatch',
    on((history) => history.book({}, { relayFee: 9n })),
    'market.sum',
  ],
  'booked where nothing is listed': [
    'booking.unknownTerms',
    async () => {
      const history = new History().deposit();
      history.book();
      return history;
    },
  ],
  'booked twice': [
    'booking.duplicate',
    booked((history) => {
      history.book();
    }),
  ],
  'a purse with two bookings': [
    'booking.purseBusy',
    booked((history) => {
      history.book({ firstSlot: FIRST + 6 });
    }),
  ],
  'an end that is left out': [
    'event.missing',
    booked((history) => {
      history.book({ firstSlot: FIRST + 6, generation: 1n });
    }),
  ],
  'the terms before': [
    'booking.termsNotInForce',
    on((history) => {
      const terms = toTermsStruct(history.terms);
      history.listing({ tariff: { pricePerKwh: 1n } });
      history.book({ terms });
    }),
  ],
  'a closed listing': [
    'booking.listingNotOpen',
    on((history) => {
      setStatus(history, 2);
      history.book();
    }),
  ],
  'a host who changed': [
    'listing.hostChanged',
    on((history) => {
      const terms = toTermsStruct(history.terms);
      history.terms = { ...history.terms, host: OTHER.address };
      history.listing();
      history.book({ terms });
    }),
    'booking.host',
  ],
  'less allowed than asked': [
    'booking.outsideTerms',
    on((history) => history.book({}, { allowedCost: 49_999n }), { metering: { allowedCost: 50_000n } }),
  ],
  'another connector': [
    'booking.outsideTerms',
    on((history) => history.book({ connector: '0x010203040506' })),
  ],
  'no start hash': ['booking.outsideTerms', on((history) => history.book({ startHash: zeroHash }))],
  'paused for too long': ['guardian.pause', on((history) => pause(history, 7 * 86_400 + 1))],
  'paused again too soon': [
    'guardian.pause',
    on((history) => {
      pause(history, 86_400);
      history.now += 86_400 + 21 * 86_400 - 1;
      pause(history, 86_400);
    }),
  ],
  'booked in a pause': [
    'guardian.paused',
    on((history) => {
      pause(history, 86_400);
      history.book();
    }),
  ],
  'an offer below the discount': [
    'offer.rule',
    on((history) => bookOffered(history, { tariff: { pricePerKwh: 299_999n } })),
  ],
  'an offer of other overstay': [
    'offer.rule',
    on((history) => bookOffered(history, { tariff: { overstayPerHour: 1n } })),
  ],
  'an offer beside another tariff': [
    'offer.rule',
    on((history) => bookOffered(history, { listedTariff: 1n })),
  ],
  'an offer for three minutes': ['offer.rule', on((history) => bookOffered(history, { validForSec: 180 }))],
  'an offer for somebody else': [
    'offer.rule',
    on((history) => bookOffered(history, { driver: OTHER.address })),
  ],
  'an offer that is over': ['offer.expired', on((history) => bookOffered(history, { validForSec: 0 }))],
  'an offer without a booking': [
    'offer.apart',
    async () => {
      const history = await on((each) => bookOffered(each))();
      history.logWith('OfferTaken', history.events.at(-1)!.args as never);
      return history;
    },
  ],
  'slots given back alone': ['giveBack.apart', booked((history, made) => giveBack(history, made, FIRST + 4))],
  'slots that have begun': ['giveBack.slots', gaveBack(FIRST + 3)],
  'slots given back by another': ['giveBack.signature', gaveBack(FIRST + 4, SESSION)],
  'a final claim': [
    'claim.final',
    booked((history, made) => {
      history.now = clock(10, 45);
      return claim(history, made, { isFinal: true });
    }),
  ],
  'claimed within the allowance': [
    'claim.withinAllowance',
    async () => {
      const history = listed();
      const made = history.book({}, { allowedCost: 5_000_000n });
      history.now = clock(10, 45);
      await history.claimAlone(made);
      return history;
    },
  ],
  'claimed alone twice': [
    'claim.alreadyRaised',
    booked(async (history, made) => {
      history.now = clock(10, 45);
      await history.claimAlone(made);
      await claimOnceMore(history, made, { seq: 9, energyWh: 3_700 });
    }),
  ],
  'an older reading': [
    'reading.notNewer',
    booked(async (history, made) => {
      history.now = clock(10, 45);
      await claim(history, made);
      await claim(history, made, { energyWh: 3_001 });
    }),
  ],
  'a challenge of nothing': [
    'challenge.nothingUnsigned',
    async () => {
      const history = listed({ metering: { unsignedCost: 0n } });
      const made = history.book({}, { unsignedCost: 0n });
      history.now = clock(10, 45);
      await history.claimAlone(made);
      history.challenge(made);
      return history;
    },
  ],
  'a proof without a meter key': [
    'proof.noMeterKey',
    claimed(clock(10, 45), (history, made) => {
      history.challenge(made);
      prove(history, made, 3_100n);
    }),
  ],
  'a proof of less than before': [
    'proof.notBetter',
    challenged((history, made) => {
      prove(history, made, 3_100n);
      prove(history, made, 3_100n);
    }),
  ],
  'proven, and paid later': ['proof.notPaidAtOnce', proven(true, false)],
  'proven, and nothing lost': ['bond.mismatch', proven(false)],
  'another outcome': [
    'session.outcome',
    changed(
      claimed(clock(10, 45), (history, made) => {
        history.now = clock(11, 50);
        history.finalise(made);
      }),
      () => ({ outcome: 4 }),
    ),
  ],
  'more than the cap': [
    'session.overCap',
    changed(settled({ energyWh: 99_999_999 }), ({ payout }: { payout: bigint }) => ({
      payout: payout + 1_000_000n,
    })),
  ],
  'a booking that nobody made': [
    'booking.unknown',
    booked((history, made) => expire(history, { ...made, bookingId: zeroHash })),
  ],
  'ended in a state that has no such end': [
    'booking.state',
    booked((history, made) => {
      history.now = clock(12, 50);
      history.log('Finalised', { bookingId: made.bookingId, outcome: 5, paid: 0n, refunded: made.locked });
    }),
  ],
  'missed by a key that is revoked': [
    'claim.keyRevoked',
    booked(async (history, made) => {
      setStatus(history, 3);
      history.now = clock(9, 30);
      await history.claimNoShow(made);
    }),
  ],
  'another head': [
    'claim.state',
    changed(
      claimed(clock(10, 45), () => {}),
      ({ state }: { state: { head: bigint } }) => ({ state: { ...state, head: state.head + (1n << 8n) } }),
    ),
  ],
  'a signature of no raise': [
    'allowance.signature',
    changed(alone({}), ({ allowance, agentSignature }: { allowance: object; agentSignature: object }) => ({
      allowance: { ...allowance, sessionSignature: agentSignature },
    })),
  ],
  'time that goes back': [
    'reading.timeReversed',
    changed(settled({}), ({ reading }: { reading: { measure: bigint } }) => ({
      reading: { ...reading, measure: reading.measure - (5_000n << 120n) },
    })),
  ],
  'another time of the booking': [
    'reading.bookedAt',
    changed(settled({}), ({ reading }: { reading: { measure: bigint } }) => ({
      reading: { ...reading, measure: reading.measure | (1n << 200n) },
    })),
  ],
  'not final, and alone': ['claim.implausible', alone({ isFinal: false })],
  'begun before it opened': ['claim.implausible', alone({ beganAt: clock(8, 44, 59) })],
  'ended after it closed': [
    'claim.implausible',
    alone({ beganAt: clock(10, 49), endedAt: clock(10, 50, 1) }),
  ],
  'overstay that has not passed': [
    'claim.implausible',
    alone({ overstaySec: 61, energyWh: 0, endedAt: FIRST * SLOT_SEC }, clock(10, 51)),
  ],
  'an event that no rule knows': [
    'event.unsupported',
    on((history) => history.log('EIP712DomainChanged', {})),
  ],
};
