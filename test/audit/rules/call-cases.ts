import { zeroAddress, zeroHash } from 'viem';
import type { Faults } from './ledger-case.ts';
import {
  arrive,
  bookOffered,
  claim,
  claimOnceMore,
  expire,
  pause,
  prove,
  setStatus,
  withMeter,
} from './more-plays.ts';
import { alone, booked, changed, claimed, clock } from './plays.ts';
import { History, listed, OTHER } from './short-ledger.ts';

const NO_SIGNATURE = { r: zeroHash, vs: zeroHash };

const missed = (at: number, then: Parameters<typeof booked>[0]) =>
  booked(async (history, made) => {
    history.now = clock(9, 30);
    await history.claimNoShow(made);
    history.now = at;
    await then(history, made);
  });

/** A co-signed claim, and what follows later. */
const claimedBoth = (claimedAt: number, at: number, then: Parameters<typeof booked>[0]) =>
  booked(async (history, made) => {
    history.now = claimedAt;
    await claim(history, made);
    history.now = at;
    await then(history, made);
  });

/** The same rules at other events: each event that a rule is for has a fault of its own. */
export const CALL_FAULTS: Faults = {
  'taken out of the sink': [
    'sink.moved',
    async () => {
      const history = listed();
      history.log('Withdrawn', { account: zeroAddress, purse: 0, amount: 0n, to: OTHER.address });
      return history;
    },
  ],
  'claimed too late': [
    'booking.window',
    booked((history, made) => {
      history.now = clock(12, 50);
      return claim(history, made);
    }),
  ],
  'claimed alone after a no-show': [
    'booking.state',
    missed(clock(10, 45), (history, made) => claimOnceMore(history, made, { energyWh: 3_700 })),
  ],
  'claimed alone after the window of a claim': [
    'booking.window',
    claimedBoth(clock(10, 45), clock(11, 55), (history, made) =>
      claimOnceMore(history, made, { energyWh: 3_700 }),
    ),
  ],
  'claimed alone after the time to report': [
    'booking.window',
    claimedBoth(clock(12, 40), clock(13), (history, made) =>
      claimOnceMore(history, made, { energyWh: 3_700 }),
    ),
  ],
  'claimed by a key that is revoked': [
    'claim.keyRevoked',
    booked((history, made) => {
      setStatus(history, 3);
      history.now = clock(10, 45);
      return history.claimAlone(made);
    }),
  ],
  'claimed alone under the number of a co-signed reading': [
    'reading.notNewer',
    claimed(clock(10, 45), () => {}, { seq: 3 }),
  ],
  'claimed alone with fewer Wh than co-signed': [
    'claim.belowCosigned',
    claimed(clock(10, 45), () => {}, { energyWh: 2_999 }),
  ],
  'claimed alone with less overstay than co-signed': [
    'claim.belowCosigned',
    booked(async (history, made) => {
      history.now = clock(11);
      await claim(history, made, { overstaySec: 60 });
      await claimOnceMore(history, made, { energyWh: 3_700 });
    }),
  ],
  'proven too late': [
    'booking.window',
    async () => {
      const history = withMeter(new History()).listing().deposit();
      const made = history.book();
      history.now = clock(10, 45);
      await history.claimAlone(made);
      history.challenge(made);
      history.now = clock(11, 51);
      prove(history, made, 3_100n);
      return history;
    },
  ],
  'expired too early': [
    'booking.window',
    booked((history, made) => {
      history.now = clock(12, 49, 59);
      expire(history, made);
    }),
  ],
  'contested, and ended too early': [
    'booking.window',
    missed(clock(9, 40), (history, made) => {
      arrive(history, made, 'CONTESTED');
      history.now = clock(11, 49, 59);
      const fee = history.terms.bookingTerms.noshowFee * 6n;
      history.log('NoShowContested', { bookingId: made.bookingId, fee, refunded: made.locked - fee });
    }),
  ],
  'listed in a pause': [
    'guardian.paused',
    async () => {
      const history = new History();
      pause(history, 86_400);
      return history.listing();
    },
  ],
  'contested too late': [
    'booking.window',
    missed(clock(11, 50), (history, made) => arrive(history, made, 'CONTESTED')),
  ],
  'arrived too early': [
    'booking.window',
    booked((history, made) => {
      history.now = clock(8, 44, 59);
      arrive(history, made, 'ARRIVED');
    }),
  ],
  'missed by the word of nobody': [
    'claim.agentSignature',
    changed(
      missed(clock(9, 30), () => {}),
      () => ({ agentSignature: NO_SIGNATURE }),
    ),
  ],
  'an offer of nobody': [
    'offer.signature',
    changed(
      async () => {
        const history = listed();
        await bookOffered(history);
        return history;
      },
      ({ offer }: { offer: object }) => ({ offer: { ...offer, agentSignature: NO_SIGNATURE } }),
    ),
  ],
  'settled after the window of a claim': [
    'booking.window',
    claimedBoth(clock(10, 45), clock(11, 50), (history, made) => history.settle(made)),
  ],
  'settled alone after a no-show': [
    'booking.state',
    missed(clock(11), (history, made) => history.settleAlone(made)),
  ],
  'settled alone too late': ['booking.window', alone({}, clock(12, 50))],
  'missed, and ended as a charge': [
    'session.outcome',
    changed(
      missed(clock(11, 50), (history, made) => history.noShow(made)),
      () => ({ outcome: 5 }),
    ),
  ],
  'missed, and a bond is lost': [
    'bond.mismatch',
    missed(clock(11, 50), (history, made) => {
      history.log('BondForfeited', { bookingId: made.bookingId, amount: 1n });
      const { tx } = history.events.at(-1)!;
      history.noShow(made);
      Object.assign(history.events.at(-1)!, { tx, logIndex: 1 });
    }),
  ],
};
