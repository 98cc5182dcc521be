import fc from 'fast-check';
import { type Hex, keccak256, toHex, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import { unpackPayout } from '../../protocol/reading.ts';
import { isUnclaimed, stateName } from '../../protocol/state.ts';
import { type Terms, toTermsStruct } from '../../protocol/terms.ts';
import {
  type Act,
  deadlineOf,
  lockedIn,
  type OpenBooking,
  openActs,
  outlookOf,
} from '../../server/web/settlement/acts.ts';
import type { Call, SignedReading } from '../model/calls.ts';
import type { Emitted } from '../model/forecast.ts';
import { forecast } from '../model/rules/market-rules.ts';
import { stateStructOf } from '../model/state-words.ts';
import { momentsOf } from '../model/times.ts';
import { type BookingState, type Made, MONEY, purseOf, WINDOWS, type World } from '../model/world.ts';
import { pageTerms } from './pageTerms.ts';

const FIRST_SLOT = 2_000_000;
const START = FIRST_SLOT * 900;
const units = (max: bigint) => fc.bigInt({ min: 0n, max });
const whole = (max: number) => fc.integer({ min: 0, max });

const anyTerms = fc
  .record({
    tariff: fc.record({
      pricePerKwh: units(600_000n),
      pricePerHour: units(200_000n),
      overstayPerHour: units(3_000_000n),
      flatFee: units(100_000n),
      overstayReserve: units(1_000_000n),
      discountBp: fc.constant(0n),
    }),
    noshowFee: units(60_000n),
    earlyStartMin: units(20n),
  })
  .map(({ tariff, noshowFee, earlyStartMin }): Terms => {
    const terms = pageTerms();
    return { ...terms, tariff, bookingTerms: { ...terms.bookingTerms, noshowFee, earlyStartMin } };
  });

const anyMade = fc
  .record({
    terms: anyTerms,
    slotCount: fc.integer({ min: 1, max: 8 }),
    cap: fc.bigInt({ min: 2_500_000n, max: 8_000_000n }),
    unsignedCost: units(2_000_000n),
    allowedCost: units(1_500_000n),
  })
  .map(({ terms, slotCount, cap, unsignedCost, allowedCost }): Made => {
    const driver = `0x${'44'.repeat(20)}` as const;
    const booking = {
      ...{ listingId: zeroHash, connector: '0x0123456789ab' as Hex, driver, purse: 0, generation: 0n },
      ...{ sessionKey: `0x${'55'.repeat(20)}` as const, firstSlot: FIRST_SLOT, slotCount },
      money: { cap, unsignedCost, allowedCost, relayFee: 0n },
      ...{ startHash: zeroHash, terms: toTermsStruct(terms) },
    };
    const people = { driver: 'driver', session: 'session', host: 'host', agent: 'agent' };
    return {
      ...{ number: 1, charger: 0, booking, bookingId: keccak256(toHex('one')), terms, secret: zeroHash },
      ...people,
    };
  });

/** What both signed, and what the agent claims on top of it. */
const anyFigures = fc.record({
  seq: fc.integer({ min: 1, max: 50 }),
  energyWh: whole(12_000),
  timeSec: whole(4_000),
  overstaySec: whole(900),
});

const anyStanding = fc
  .record({
    name: fc.constantFrom<BookingState['name']>(
      ...(['RESERVED', 'ARRIVED', 'CLAIMED', 'CLAIMED_ALONE', 'NO_SHOW_CLAIMED', 'CONTESTED'] as const),
      'CHALLENGED',
    ),
    sinceAfterStart: fc.integer({ min: -90_000, max: 9_000 }),
    cosigned: anyFigures,
    more: anyFigures,
    raisedCost: fc.oneof(fc.constant(0n), units(2_000_000n)),
    bestProofWh: fc.oneof(fc.constant(0), whole(15_000)),
  })
  .map(({ name, sinceAfterStart, cosigned, more, raisedCost, bestProofWh }): BookingState => {
    const isBare = name !== 'CLAIMED' && name !== 'CLAIMED_ALONE' && name !== 'CHALLENGED';
    const isAlone = name === 'CLAIMED_ALONE' || name === 'CHALLENGED';
    return {
      ...{
        name,
        since: START + (isBare && !name.includes('_') ? -Math.abs(sinceAfterStart) : sinceAfterStart),
      },
      cosigned: isBare ? { seq: 0, energyWh: 0, timeSec: 0, overstaySec: 0 } : cosigned,
      alone: isAlone
        ? {
            seq: cosigned.seq + more.seq,
            energyWh: cosigned.energyWh + more.energyWh,
            beganAt: START,
            endedAt: START + cosigned.timeSec + more.timeSec,
            overstaySec: cosigned.overstaySec + more.overstaySec,
          }
        : null,
      raisedCost: isAlone ? raisedCost : 0n,
      bestProofWh: name === 'CHALLENGED' ? bestProofWh : 0,
    };
  });

const anyReading = fc
  .record({ figures: anyFigures, isFinal: fc.boolean(), isChallenged: fc.boolean() })
  .map(({ figures: { seq, energyWh, timeSec, overstaySec }, isFinal, isChallenged }) => ({
    isChallenged,
    reading: {
      ...{ seq, energyWh, beganAt: START, endedAt: START + timeSec, overstaySec, isFinal },
      malformed: false,
    } satisfies SignedReading,
  }));

const anyCase = fc
  .record({ made: anyMade, standing: anyStanding, held: anyReading, at: fc.nat(), jitter: whole(2) })
  .map(({ made, standing, held, at, jitter }) => {
    const { alone } = standing;
    const isSame = held.isChallenged && alone !== null;
    const reading: SignedReading = isSame ? { ...alone, isFinal: true, malformed: false } : held.reading;
    const open: OpenBooking = {
      ...{ booking: made.booking, state: stateStructOf(standing), bookedAt: standing.since },
      ...{ windows: WINDOWS, money: MONEY },
      cosigned: {
        ...{ ...reading, bookingId: made.bookingId },
        ...{ evidenceHash: zeroHash, registersCommitment: zeroHash },
      },
    };
    const { opens, closes, reportBy } = momentsOf(made);
    // At a bound, a second before or after it, or anywhere.
    const bounds = [
      opens,
      START,
      closes,
      reportBy,
      deadlineOf(open),
      standing.since + 600,
      START + (at % 20_000),
    ];
    const nowSec = bounds[at % bounds.length]! + jitter - 1;
    return { made, standing, reading, open, nowSec };
  });

function worldOf(made: Made, standing: BookingState, nowSec: number): World {
  const world = {
    ...{ nowSec, guardianEndsAt: 0, pausedUntil: 0, nextPauseFrom: 0, tried: 0, bookings: [made] },
    ...{ tokens: new Map(), nonces: new Map(), permits: new Map(), purses: new Map(), earnings: new Map() },
    listings: [{ host: 'host', variant: 0, version: 1, status: 'OPEN' as const }],
    ...{ taken: [new Set<number>()], touched: new Set<string>() },
  } satisfies World;
  purseOf(world, made.driver, 0).open = { made, standing };
  return world;
}

const DRIVERS_CALLS = [
  'cancelByDriver',
  'arrived',
  'settle',
  'claim',
  'challenge',
  'finalise',
  'expire',
] as const;

function callOf(
  kind: (typeof DRIVERS_CALLS)[number],
  { made, standing, reading }: { made: Made; standing: BookingState; reading: SignedReading },
): Call {
  const handed = { made, handed: standing, sender: 'driver', signer: null };
  const signed = { reading, agentSigner: made.agent, sessionSigner: made.session };
  if (kind === 'settle') return { ...handed, ...signed, kind, stated: true, givenBack: null };
  if (kind === 'claim') return { ...handed, ...signed, kind };
  return { ...handed, kind, paysLateFee: false } as Call;
}

/** What the model says that an act's call moves: what the driver pays, loses of the bond, and gets back. */
function moneyOf(made: Made, emitted: Emitted[]) {
  const lost = BigInt(emitted.find(({ name }) => name === 'BondForfeited')?.args.amount ?? 0);
  for (const { name, args } of emitted) {
    if (name === 'Settled') return { ...unpackPayout(args.payout as bigint), lost };
    if (name === 'Canceled' || name === 'Finalised') return { ...args, lost };
    if (name === 'NoShowContested') return { paid: args.fee, refunded: args.refunded, lost };
    if (name === 'Expired') return { paid: 0n, refunded: args.refunded, lost };
  }
  throw new Error(`${made.number}: nothing ended.`);
}

/** What the model's ledger holds after the call is what the act said. */
function expectMoved(
  act: Act,
  { made, open, emitted, world }: { made: Made; open: OpenBooking; emitted: Emitted[]; world: World },
): void {
  const after = purseOf(world, made.driver, 0).open?.standing;
  if (act.name === 'arrived') expect(after?.name).toBe(act.contradicts ? 'CONTESTED' : 'ARRIVED');
  else if (act.name === 'challenge') expect(after?.name).toBe('CHALLENGED');
  else if (act.name === 'claim')
    expect(outlookOf({ ...open, state: stateStructOf(after!) })).toEqual(act.outlook);
  else expect(moneyOf(made, emitted)).toMatchObject({ ...act.outlook });
}

const runs = { seed: 20_261_130, numRuns: 800 };

describe('what a driver can do on the ledger now', () => {
  it('is what the reference model takes, and moves what the sentence says, to the unit', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(anyCase, ({ made, standing, reading, open, nowSec }) => {
        const acts = new Map(openActs(open, nowSec).map((act): [string, Act] => [act.name, act]));
        for (const kind of DRIVERS_CALLS) {
          const world = worldOf(made, standing, nowSec);
          const { refusals, effect } = forecast(world, callOf(kind, { made, standing, reading }));
          const act = acts.get(kind);
          expect([kind, refusals, act !== undefined]).toEqual([kind, refusals, refusals.length === 0]);
          if (act === undefined) continue;
          met.add(`${standing.name} ${kind}`);
          expectMoved(act, { made, open, emitted: effect(), world });
        }
      }),
      runs,
    );
    expect(met.size).toBeGreaterThan(18);
  });

  it('is over at the moment that it names, and no sooner', () => {
    fc.assert(
      fc.property(anyCase, ({ open, nowSec }) => {
        for (const { name, until } of openActs(open, nowSec)) {
          if (until === undefined) continue;
          expect(until).toBeGreaterThan(nowSec);
          const names = (at: number) => openActs(open, at).map((act) => act.name);
          expect(names(until - 1)).toContain(name);
          // A cancel goes on after `freeUntil`, but not for nothing.
          if (name !== 'cancelByDriver') expect(names(until)).not.toContain(name);
        }
      }),
      runs,
    );
  });

  it('never stakes or pays more than the booking holds, and a deadline always ends it', () => {
    fc.assert(
      fc.property(anyCase, ({ open, nowSec }) => {
        const { paid, lost, refunded } = outlookOf(open);
        expect(paid + lost + refunded).toBe(lockedIn(open));
        expect(refunded >= 0n).toBe(true);
        for (const act of openActs(open, nowSec)) {
          if (act.name === 'challenge') expect(act.claimed + act.atStake <= lockedIn(open)).toBe(true);
          if ('outlook' in act) expect(act.outlook.refunded >= 0n).toBe(true);
        }
        const names = openActs(open, Math.max(deadlineOf(open), nowSec)).map(({ name }) => name);
        expect(names).toContain(isUnclaimed(open.state) ? 'expire' : 'finalise');
        expect(stateName(open.state)).toBeTruthy();
      }),
      runs,
    );
  });
});
