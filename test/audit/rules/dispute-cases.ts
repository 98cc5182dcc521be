import { zeroHash } from 'viem';
import type { Reading } from '../../../protocol/reading.ts';
import type { Faults, Honest } from './ledger-case.ts';
import { claim, claimOnceMore, expire, finaliseProven, prove, setStatus, withMeter } from './more-plays.ts';
import { alone, booked, changed, claimed, clock, FIRST, settled } from './plays.ts';
import { History, listed, type Made, SLOT_SEC } from './short-ledger.ts';

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

export const HONEST_DISPUTES: Honest = {
  'the meter proves less': challenged((history, made) => {
    prove(history, made, 3_100n);
    history.now = clock(12);
    history.finalise(made, true);
  }),
  'the meter proves all': proven(true),
};

export const DISPUTE_FAULTS: Faults = {
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
};
