import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { foreignFixture, now } from '../support/foreign-fixture.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a simulator that boots anew in mid-charge says Available, and charges on: to its last Wh', async () => {
  const { chargePoint, port, agent, handOver, session, skip } = await foreignFixture(scope);
  const boot = {
    chargePointVendor: 'Somebody',
    chargePointModel: 'Simulator',
    firmwareVersion: '1.0.0-alpha',
  };
  const status = (connectorId: number, word: string) => ({ connectorId, errorCode: 'NoError', status: word });
  /** It waits for no answer, and shows none of its settings. */
  const boots = async (on: RawChargePoint) => {
    on.socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      if (frame[2] === 'GetConfiguration')
        on.answer(frame, { configurationKey: [], unknownKey: frame[3].key });
      else if (frame[0] === 2) on.answer(frame, { status: 'Accepted' });
    });
    await on.call('boot', 'BootNotification', boot);
    await on.call('all', 'StatusNotification', status(0, 'Available'));
    await on.call('one', 'StatusNotification', status(1, 'Available'));
  };
  await boots(chargePoint);
  handOver();
  await chargePoint.wasCalled('RemoteStartTransaction');
  const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
  const [, , { transactionId }] = (await chargePoint.call('start', 'StartTransaction', start)) as never as [
    number,
    string,
    { transactionId: number },
  ];
  await chargePoint.call('on', 'StatusNotification', status(1, 'Charging'));
  const values = (value: string) => ({
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: now(),
        sampledValue: [
          { value, context: 'Sample.Periodic', format: 'Raw', location: 'Outlet', unit: 'Wh' },
          { value: '5079.41', measurand: 'Power.Active.Import', location: 'Outlet', unit: 'W' },
        ],
      },
    ],
  });
  skip(10);
  await chargePoint.call('m1', 'MeterValues', values('14.00'));
  chargePoint.close();
  await waitFor('the connection to be down', () => !agent.connectors.isOnline('CP1'));
  const again = new RawChargePoint(`ws://127.0.0.1:${port}/CP1`);
  scope.onEnd(() => again.close());
  expect(await again.opened()).toBe('open');
  await boots(again);
  skip(5);
  await again.call('m2', 'MeterValues', values('28.00'));
  skip(15);
  await again.call('m3', 'MeterValues', values('42.00'));
  expect(session()).toMatchObject({ phase: 'CHARGING', unpluggedAt: null });
  expect(again.frames.map(([, , action]) => action)).not.toContain('RemoteStopTransaction');
  const stop = { transactionId, idTag: TAG, meterStop: 56, timestamp: now(), reason: 'Local' };
  await again.call('stop', 'StopTransaction', stop);
  expect(session()).toMatchObject({ doneWh: 56, transaction: null });
});
