import { expect, test } from 'vitest';
import { sessionOf } from '../../../meter-agent/journal/session-schema.ts';
import { charging } from '../support/session-harness.ts';

test("a session from before the charge point's own order was kept is read as it is, and goes on", () => {
  const harness = charging();
  harness.metered(1_040, 30);
  const { aboveStopWh: _above, transaction, ...others } = harness.session;
  if (transaction === null) throw new Error('no transaction is open');
  const { earlier: _earlier, beganOwnAt: _beganOwnAt, register, ...sameTransaction } = transaction;
  const { order: _order, hasRestarted: _hasRestarted, ...sameRegister } = register;
  harness.session = sessionOf({ ...others, transaction: { ...sameTransaction, register: sameRegister } });
  expect(harness.session).toMatchObject({
    aboveStopWh: 0,
    transaction: { transactionId: 1, earlier: [], register: { creditedWh: 40, hasRestarted: false } },
  });
  harness.metered(1_080, 30);
  harness.metered(1_060, 1);
  harness.stopped(1_090);
  expect(harness.session.doneWh).toBe(90);
});
