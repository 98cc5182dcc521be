import fc from 'fast-check';
import { type Hex, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { ReadingJson } from '../../protocol/api.ts';
import type { SessionState } from '../../protocol/link.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import type { Charger } from '../../server/web/booking/charger.ts';
import { sleepsUntil } from '../../server/web/booking/sleep.ts';
import type { Cosigned } from '../../server/web/booking/storedBookings.ts';
import { allowedStops, chosenStop } from '../../server/web/charging/allowedStops.ts';
import { closeOf } from '../../server/web/charging/closeOf.ts';
import { isBehind } from '../../server/web/charging/cosigner.ts';
import { nextOffer } from '../../server/web/charging/ExtendCard.tsx';
import { timeLeftSec } from '../../server/web/charging/timeLeft.ts';
import { newestSigned } from '../../server/web/charging/workerStore.ts';
import { pushedText } from '../../server/web/worker/pushedText.ts';
import { pageTerms } from './pageTerms.ts';

const CENT = 10_000n;

const reading = (change: Partial<ReadingJson> = {}): ReadingJson => ({
  ...{ bookingId: zeroHash, seq: 3, energyWh: 1_000, beganAt: 0, endedAt: 600, overstaySec: 0 },
  ...{ isFinal: false, evidenceHash: zeroHash, registersCommitment: zeroHash, ...change },
});
const cosigned = (change: Partial<ReadingJson> = {}): Cosigned => ({
  ...{ reading: reading(change), agentSignature: '0x01', sessionSignature: '0x02' },
});
const session = (state: SessionState) =>
  ({ state, powerW: 0, detail: null, assuranceLevel: 'agent-signed', neededCost: null, at: 0 }) as const;
const live = (state: SessionState, newest: ReadingJson | undefined, refusal?: Error) => ({
  ...{ session: session(state), reading: newest, refusal: refusal as never },
});

describe('the end of a charge', () => {
  it('is awaited from the agent’s word until its final reading comes, and no alarm is raised meanwhile', () => {
    const running = { cosigned: cosigned() };
    expect(closeOf(running, live('CHARGING', reading()))).toBe('OPEN');
    expect(closeOf(running, live('FINISHED', reading()))).toBe('AWAITED');
    expect(closeOf(running, live('FINISHED', reading({ seq: 4, isFinal: true })))).toBe('AWAITED');
    const signed = { cosigned: cosigned({ seq: 4, isFinal: true }) };
    expect(closeOf(signed, live('FINISHED', reading({ seq: 4, isFinal: true })))).toBe('SIGNED');
    expect(closeOf(signed, live('SETTLED', reading()))).toBe('SIGNED');
  });

  it('is an alarm where this device refused the final reading, or the ledger settled without it', () => {
    const running = { cosigned: cosigned() };
    const refusal = new Error('reading.powerExceeded');
    expect(closeOf(running, live('FINISHED', reading({ seq: 4, isFinal: true }), refusal))).toBe('REFUSED');
    expect(closeOf(running, live('SETTLED', reading()))).toBe('WITHOUT');
  });

  it('has no refusal of a reading that comes again after a newer one was signed', () => {
    const signed = { cosigned: cosigned({ seq: 4, isFinal: true }) };
    expect(isBehind(signed, reading({ seq: 3 }))).toBe(true);
    // Another reading of the same number is one to refuse.
    expect(isBehind(signed, reading({ seq: 4, energyWh: 9_999 }))).toBe(false);
    expect(isBehind({}, reading())).toBe(false);
  });
});

describe('what page and worker signed', () => {
  const any = fc.record(
    {
      cosigned: fc.nat(9).map((seq) => cosigned({ seq })),
      raise: fc.nat(9).map((cost) => ({ cost: String(cost), signature: '0x' as Hex })),
      curve: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 4 }),
    },
    { requiredKeys: [] },
  );

  it('is the newest of both, for worker and page, and nothing is taken back', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const both = newestSigned(a as never, b as never);
        const seq = (one: { cosigned?: Cosigned }) => one.cosigned?.reading.seq ?? -1;
        const cost = (one: { raise?: { cost: string } }) => Number(one.raise?.cost ?? -1);
        expect(seq(both)).toBe(Math.max(seq(a as never), seq(b as never)));
        expect(cost(both)).toBe(Math.max(cost(a as never), cost(b as never)));
        const times = (both.curve ?? []).map(([at]) => at);
        expect(times).toEqual([...new Set(times)].sort((x, y) => x - y));
        expect(seq(newestSigned(b as never, a as never))).toBe(seq(both));
      }),
    );
  });

  it('is said in one line, with money cut and never rounded up', () => {
    const token = { address: zeroHash.slice(0, 42) as Hex, symbol: 'dUSD', decimals: 6 };
    const texts = { ...{ title: '', ended: '', news: '', unplug: '' }, locale: 'en' };
    const line = { signed: '{energy} · {cost} · signed', refused: '{energy} · {cost} · not signed' };
    const pushed = { texts: { ...texts, ...line }, token, energyWh: 6_210, cost: 1_559_999n };
    expect(pushedText({ ...pushed, isSigned: true })).toBe('6.2\u00a0kWh · 1.55 · signed');
    expect(pushedText({ ...pushed, isSigned: false })).toBe('6.2\u00a0kWh · 1.55 · not signed');
  });
});

describe('while a charge runs', () => {
  const terms = {
    ...pageTerms(),
    metering: { ...pageTerms().metering, allowedCost: 25_000n, unsignedCost: 0n },
  };
  const kept = {
    ...{
      needWh: 20_000,
      cosigned: cosigned({ energyWh: 4_000, endedAt: 1_200 }),
      allow: { upTo: 2_000_000n },
    },
    booking: {
      ...{ money: { cap: 6_000_000n, unsignedCost: 0n, allowedCost: 25_000n, relayFee: 0n } },
      terms: toTermsStruct(terms),
    },
  } as never;

  it('more can be allowed and never less, and the time counts from what is signed', () => {
    const raised = { ...(kept as object), raise: { cost: '2000000', signature: '0x' } } as never;
    const stops = allowedStops(raised, 6, CENT);
    expect(stops.map(({ cost }) => cost)).toEqual([2_000_000n, 2_000_000n, 2_500_000n, 5_000_000n]);
    expect(chosenStop(stops, raised)).toBe(1);
    expect(chosenStop(stops, { allow: 'STEP' })).toBe(0);
    // 2.00 less 1.00 for 4 kWh is 4 kWh more: 1,309 s at 11 kW.
    expect(sleepsUntil(stops[1]!, 1_200, 10_000)).toBe(1_200 + 1_309);
  });

  it('the time left is that of the need or of the slots, whichever is shorter', () => {
    const charge = { needWh: 11_000, energyWh: 5_500, powerW: 11_000, end: 10_000, nowSec: 0 };
    expect(timeLeftSec(charge)).toBe(1_800);
    expect(timeLeftSec({ ...charge, end: 900 })).toBe(900);
    expect(timeLeftSec({ ...charge, powerW: 0 })).toBeUndefined();
    expect(timeLeftSec({ ...charge, energyWh: 12_000 })).toBe(0);
    expect(timeLeftSec({ ...charge, nowSec: 10_001 })).toBe(0);
  });

  it('the next slots are offered up to an hour, or what is free of it, or not at all', () => {
    const endSlot = 2_000_000;
    const nowSec = endSlot * SLOT_SEC - 600;
    const charger = (takenSlots: number[]): Charger =>
      ({
        ...{ terms, struct: toTermsStruct(terms), onLedger: true },
        hours: { mask: (1n << 168n) - 1n, utcOffset: 0, offsetChangesAt: 0, utcOffsetAfter: 0 },
        detail: { takenSlots },
      }) as never;
    const offer = (taken: number[]) => nextOffer(charger(taken), endSlot, nowSec, 0n, CENT);
    expect(offer([])).toMatchObject({ firstSlot: endSlot, slotCount: 4, needWh: 11_000 });
    expect(offer([endSlot + 2])?.slotCount).toBe(2);
    expect(offer([endSlot])).toBeUndefined();
  });
});
