import { keccak256 } from 'viem';
import type { Faults, Honest } from './ledger-case.ts';
import { METER_KEY, setStatus, withMeter } from './more-plays.ts';
import { changed } from './plays.ts';
import { History, listed, OTHER } from './short-ledger.ts';

type Change = Parameters<typeof listed>[0];

const published = async () => new History().listing();

const outOfRange = (change: Change): Faults[string] => ['listing.outOfRange', async () => listed(change)];

const otherLocation = (bits: bigint): Faults[string] => [
  'listing.outOfRange',
  changed(published, ({ listing }: { listing: { place: { location: bigint } } }) => {
    const { place } = listing;
    return { listing: { ...listing, place: { ...place, location: place.location ^ bits } } };
  }),
];

export const HONEST_LISTINGS: Honest = {
  'a listing with a meter key': async () => withMeter(new History()).listing(),
  'terms at every edge': async () =>
    listed({
      tariff: { discountBp: 9_000n },
      bookingTerms: {
        ...{ cancelUntilMin: 10_080n, earlyStartMin: 360n, noshowTimeoutMin: 15n, lateStopMin: 360n },
        ...{ minSlots: 1n, maxSlots: 96n, horizonSlots: 1_568n },
      },
      metering: { unsignedCost: 900_000n, allowedCost: 900_000n, maxPowerW: 1n },
    }),
};

export const LISTING_FAULTS: Faults = {
  'another id': ['listing.idMismatch', changed(published, () => ({ listingId: keccak256('0x') }))],
  'another host in the topic': ['listing.host', changed(published, () => ({ host: OTHER.address }))],
  'another agent in the topic': ['listing.agentKey', changed(published, () => ({ agentKey: OTHER.address }))],
  'another version': ['listing.version', changed(published, () => ({ version: 2 }))],
  'another meter key': [
    'listing.meterKey',
    async () => {
      const history = withMeter(new History());
      history.meterKey = `${METER_KEY.slice(0, -2)}00` as typeof METER_KEY;
      return history.listing();
    },
  ],
  'published after a revocation': [
    'listing.revoked',
    async () => {
      const history = listed();
      setStatus(history, 3);
      return history.listing();
    },
  ],
  'the status of no listing': [
    'listing.unknown',
    async () => {
      const history = new History();
      setStatus(history, 2);
      return history;
    },
  ],
  'a status under another version': [
    'listing.version',
    async () => {
      const history = listed();
      setStatus(history, 2, 3);
      return history;
    },
  ],
  'a status that it has': [
    'listing.status',
    async () => {
      const history = listed();
      setStatus(history, 1);
      return history;
    },
  ],
  'no slot': outOfRange({ bookingTerms: { minSlots: 0n } }),
  'least above most': outOfRange({ bookingTerms: { minSlots: 13n } }),
  'most above the horizon': outOfRange({ bookingTerms: { horizonSlots: 11n } }),
  'a horizon beyond the ring': outOfRange({ bookingTerms: { horizonSlots: 1_569n } }),
  'early by more than six hours': outOfRange({ bookingTerms: { earlyStartMin: 361n } }),
  'late by more than six hours': outOfRange({ bookingTerms: { lateStopMin: 361n } }),
  'no power': outOfRange({ metering: { maxPowerW: 0n } }),
  'missed after a quarter of an hour less': outOfRange({ bookingTerms: { noshowTimeoutMin: 14n } }),
  'missed after the time to report': outOfRange({ bookingTerms: { noshowTimeoutMin: 120n } }),
  'free until eight days before': outOfRange({ bookingTerms: { cancelUntilMin: 10_081n } }),
  'too much allowed': outOfRange({ metering: { allowedCost: 900_001n } }),
  'too much unsigned': outOfRange({ metering: { unsignedCost: 900_001n } }),
  'the host as agent': [
    'listing.outOfRange',
    async () => {
      const history = new History();
      history.terms = { ...history.terms, host: history.terms.agentKey };
      return history.listing();
    },
  ],
  // Resolution 8 in the cell and beside it: both become 6, then one of them 9.
  'a cell that is too coarse': otherLocation((14n << 52n) | (14n << 64n)),
  'another resolution than the cell': otherLocation(1n << 64n),
  'an algorithm that nobody knows': [
    'listing.outOfRange',
    changed(
      async () => withMeter(new History()).listing(),
      ({ listing }: { listing: { terms: { metering: bigint } } }) => {
        const { terms } = listing;
        return { listing: { ...listing, terms: { ...terms, metering: terms.metering ^ (2n << 160n) } } };
      },
    ),
  ],
  'a meter key that the terms do not name': [
    'listing.outOfRange',
    async () => {
      const history = withMeter(new History());
      const { metering } = history.terms;
      history.terms = { ...history.terms, metering: { ...metering, meterAlgorithm: 'none' } };
      return history.listing();
    },
  ],
};
