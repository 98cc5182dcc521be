import { zeroAddress, zeroHash } from 'viem';
import { toTermsStruct } from '../../../protocol/terms.ts';
import type { Faults, Honest } from './ledger-case.ts';
import {
  arrive,
  bookOffered,
  expire,
  giveBack,
  pause,
  relayFee,
  setStatus,
  withdraw,
  withdrawEarnings,
} from './more-plays.ts';
import { booked, clock, FIRST, settled } from './plays.ts';
import { History, listed, OTHER, SESSION } from './short-ledger.ts';

/** A ledger with a listing and money on which something else happens. */
const on =
  (then: (history: History) => Promise<unknown> | unknown, change?: Parameters<typeof listed>[0]) =>
  async () => {
    const history = listed(change);
    await then(history);
    return history;
  };

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
  'slots given back in another transaction': [
    'giveBack.apart',
    async () => {
      const history = await gaveBack(FIRST + 4)();
      Object.assign(history.events.at(-1)!, { tx: zeroHash });
      return history;
    },
  ],
  'slots that have begun': ['giveBack.slots', gaveBack(FIRST + 3)],
  'slots given back by another': ['giveBack.signature', gaveBack(FIRST + 4, SESSION)],
  'an event that no rule knows': [
    'event.unsupported',
    on((history) => history.log('EIP712DomainChanged', {})),
  ],
};
