import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../meter-agent/session/money.ts';
import type { Plan } from '../../meter-agent/session/types.ts';
import { mayPay } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { RUNS_WITHOUT_LEDGER, TIMEOUT } from './search.ts';
import { SimulatedCharge } from './simulated-charge.ts';

const START = 1_800_000_000;
const PRICE_PER_KWH = 300_000n;

type Signed = Pick<Limits, 'cap' | 'unsignedCost' | 'allowedCost'>;

function planOf(signed: Signed, maxPowerW: number, flatFee = 0n): Plan {
  const end = START + 3_600;
  const tariff = {
    pricePerKwh: PRICE_PER_KWH,
    pricePerHour: 0n,
    overstayPerHour: 0n,
    flatFee,
    overstayReserve: 0n,
    discountBp: 0n,
  };
  const times = { opens: START - 900, start: START, end, closes: end + 900, freeUntil: START - 900 };
  return {
    bookingId: `0x${'ab'.repeat(32)}`,
    listingId: `0x${'cd'.repeat(32)}`,
    chargePointId: 'CP1',
    connectorId: 1,
    driver: `0x${'12'.repeat(20)}`,
    sessionKey: `0x${'11'.repeat(20)}`,
    limits: { tariff, firstTrustMax: 500_000n, ...signed },
    maxPowerW,
    fullCurrentA: 32,
    sampleSec: 1,
    times: { ...times, noShowFrom: START + 1_800, reportBy: end + 1_500 },
  };
}

/** Cost of the energy that flows until the wallbox sends its register again. */
const slack = (powerW: number, sampleSec: number): bigint =>
  (BigInt(powerW) * BigInt(sampleSec + 1) * PRICE_PER_KWH) / 3_600_000n + PRICE_PER_KWH / 1_000n;

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

describe('rule 4: trust grows with co-signatures', () => {
  const thieves = fc.record({
    powerW: fc.integer({ min: 1_400, max: 22_000 }),
    sampleSec: fc.integer({ min: 1, max: 10 }),
    allowedCost: fc.bigInt({ min: 0n, max: 200_000n }),
    unsignedCost: fc.bigInt({ min: 0n, max: 2_000_000n }),
    cap: fc.bigInt({ min: 1n, max: 9_000_000n }),
    /** Which of the first readings are co-signed; later ones are not. */
    signs: fc.array(fc.boolean(), { maxLength: 40 }),
  });

  it('a driver co-signs as he likes and disputes the rest: search for the most free energy', TIMEOUT, () => {
    const property = fc.property(thieves, ({ powerW, sampleSec, signs, ...signed }) => {
      const plan = { ...planOf(signed, 22_000), sampleSec };
      let turn = 0;
      const charge = new SimulatedCharge(plan, START, {
        powerW,
        sampleSec,
        cosigns: () => signs[turn++] ?? false,
      });
      const costOf = (energyWh: number) =>
        costRoundedDown(
          plan.limits.tariff,
          { energyWh, beganAt: START, endedAt: START + 3_600, overstaySec: 0 },
          signed.cap,
        );
      let trusted = 0n;
      charge.plug();
      charge.start();
      charge.run(1_800, () => {
        const cosignedCost = costOf(charge.cosigned.at(-1)?.energyWh ?? 0);
        trusted = max(trusted, mayPay({ ...signed, cosignedCost, flatFee: 0n }));
        expect(costOf(charge.deliveredWh)).toBeLessThanOrEqual(
          min(trusted, signed.cap) + slack(powerW, sampleSec),
        );
      });
      const stolen = costOf(charge.deliveredWh) - costOf(charge.cosigned.at(-1)?.energyWh ?? 0);
      const most = max(signed.allowedCost, signed.unsignedCost);
      expect(stolen).toBeLessThanOrEqual(most + slack(powerW, sampleSec));
    });
    fc.assert(property, RUNS_WITHOUT_LEDGER);
  });

  it('a new wallet for every session: 100 Wh each, never a kWh', () => {
    const plan = planOf({ cap: 3_000_000n, unsignedCost: 1_500_000n, allowedCost: 30_000n }, 11_000);
    const delivered = Array.from({ length: 10 }, () => {
      const charge = new SimulatedCharge(plan, START, { powerW: 11_000, sampleSec: 1, cosigns: () => false });
      charge.plug();
      charge.start();
      charge.run(4_000);
      return charge.deliveredWh;
    });
    expect(Math.max(...delivered)).toBeLessThanOrEqual(100 + 7);
    expect(Math.min(...delivered)).toBeGreaterThan(80);
  });

  it('a driver who only co-signs 0 Wh stays at the allowance, also under a flat fee of 2.00', () => {
    for (const flatFee of [0n, 2_000_000n]) {
      const allowedCost = 30_000n + flatFee;
      const plan = planOf({ cap: 9_000_000n, unsignedCost: 1_500_000n, allowedCost }, 11_000, flatFee);
      const cosigns = ({ energyWh }: { energyWh: number }) => energyWh === 0;
      const charge = new SimulatedCharge(plan, START, { powerW: 11_000, sampleSec: 1, cosigns });
      charge.plug();
      charge.start();
      charge.run(4_000);
      expect(charge.newest.energyWh).toBe(0);
      expect(charge.deliveredWh).toBeLessThanOrEqual(100 + 7);
    }
  });

  it('a driver leaves the car at the end of the slot and of the cap: power ends, the reading stays in time', () => {
    const rich = planOf({ cap: 90_000_000n, unsignedCost: 90_000_000n, allowedCost: 90_000_000n }, 11_000);
    const charge = new SimulatedCharge(rich, START, { powerW: 11_000, sampleSec: 1, cosigns: () => true });
    charge.plug();
    charge.start();
    charge.run(7_200);
    expect(charge.deliveredWh).toBeLessThanOrEqual(11_000);
    expect(charge.final.endedAt).toBeLessThanOrEqual(rich.times.closes);
    const poor = planOf({ cap: 600_000n, unsignedCost: 600_000n, allowedCost: 600_000n }, 11_000);
    const capped = new SimulatedCharge(poor, START, { powerW: 11_000, sampleSec: 1, cosigns: () => true });
    capped.plug();
    capped.start();
    capped.run(7_200);
    expect(capped.deliveredWh).toBeLessThanOrEqual(2_000 + 7);
  });
});
