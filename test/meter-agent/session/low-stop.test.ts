import { expect, test } from 'vitest';
import { charging, PLAN, type SessionHarness } from '../support/session-harness.ts';

/** All of it is allowed without a signature. */
const ALLOWED = { ...PLAN, limits: { ...PLAN.limits, unsignedCost: 0n, allowedCost: 1_500_000n } };

/** 100 Wh counted, and a stop that says 60. */
function stoppedLow(plan = ALLOWED, sign: (harness: SessionHarness) => void = () => {}): SessionHarness {
  const harness = charging(plan);
  harness.metered(1_100, 60);
  sign(harness);
  harness.do({ type: 'stopAsked' }, 1);
  harness.stopped(1_060);
  return harness;
}

test('a stop that says less than was counted is said to driver and host, with both figures', () => {
  const harness = stoppedLow();
  expect(harness.session).toMatchObject({ doneWh: 100, aboveStopWh: 40 });
  const said = harness.effects.find((e) => e.do === 'notify' && e.code === 'STOP_BELOW_COUNTED');
  expect(said).toMatchObject({ to: 'both', params: { countedWh: 100, stopWh: 60 } });
});

test.each([
  ['within the allowance', ALLOWED],
  ['open to challenge', PLAN],
])('nothing above it is claimed without the driver, %s', (_name, plan) => {
  const harness = stoppedLow(plan);
  expect(harness.finals).toEqual([]);
  harness.wait(600);
  expect(harness.finals).toMatchObject([{ energyWh: 60 }]);
});

test('what the driver co-signed stays, before the stop and while the end waits for a signature', () => {
  const before = stoppedLow(ALLOWED, (harness) => harness.cosign());
  expect(before.session.cosigned?.energyWh).toBe(100);
  expect(before.finals).toMatchObject([{ energyWh: 100 }]);
  const after = stoppedLow();
  after.wait(5);
  after.cosign();
  after.wait(1);
  expect(after.finals).toMatchObject([{ energyWh: 100 }]);
});

test('a counter that restarted at 0 before its stop says nothing less', () => {
  const harness = charging(ALLOWED);
  harness.metered(1_100, 60);
  const value = (registerWh: number) => {
    const chargePointAt = harness.at + 10;
    harness.do({ type: 'metered', transactionId: 1, registerWh, powerW: null, chargePointAt }, 10);
  };
  value(5);
  value(20);
  harness.stopped(30);
  expect(harness.session).toMatchObject({ doneWh: 130, aboveStopWh: 0 });
});
