import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';
import { stationFixture } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const CHARGING = { info: { chargingState: 'Charging' } };

test('what a station sends of the time it was offline says nothing about its clock: the limit ends when the slot does', async () => {
  const { agent, chargePoint, handOver, session, plan, send } = await stationFixture(scope);
  handOver();
  await chargePoint.wasAsked('RequestStartTransaction');
  const before = (sec: number) => new Date(Date.now() - sec * 1_000).toISOString();
  const offline = { more: { offline: true } };
  await send('Started', { idTag: TAG, registerWh: 0, timestamp: before(600), ...offline });
  for (let sec = 590; sec >= 540; sec -= 10)
    await send('Updated', { registerWh: 600 - sec, timestamp: before(sec), ...offline, ...CHARGING });
  chargePoint.asked.length = 0;
  const { transactionId = 0 } = session().transaction ?? {};
  await agent.chargePoints.command('CP1', (connection) =>
    connection.limitCurrent?.(1, transactionId, { limitA: 16, phases: 3, endsAt: plan.times.end }),
  );
  const { chargingProfile } = await chargePoint.wasAsked('SetChargingProfile');
  const [schedule] = (chargingProfile as { chargingSchedule: [Record<string, unknown>] }).chargingSchedule;
  const { startSchedule, chargingSchedulePeriod } = schedule;
  const [, last] = chargingSchedulePeriod as { startPeriod: number; limit: number }[];
  const endsAt = Date.parse(String(startSchedule)) / 1_000 + (last?.startPeriod ?? 0);
  expect(last?.limit).toBe(0);
  expect(Math.abs(endsAt - plan.times.end)).toBeLessThan(5);
});

test('the station as a whole, spoken of as EVSE 0, is no place where a car may charge', async () => {
  const { chargePoint, status } = await stationFixture(scope);
  await status('Available', 0, 0);
  await status('Available');
  await chargePoint.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'V', model: 'M' },
  });
  type Variables = { component: { name: string; evse?: { id: number } } }[];
  // A reservation may be asked about before.
  const meters = await waitFor('the meter keys to be asked for', () =>
    chargePoint.asked
      .map(({ params }) => (params.getVariableData ?? []) as Variables)
      .find(([first]) => first?.component.name === 'FiscalMetering'),
  );
  const evses = meters.flatMap(({ component }) => component.evse?.id ?? []);
  expect(evses).toEqual([1]);
});

test('unlocking names the connector that is in use, where an EVSE has several', async () => {
  const { agent, chargePoint, status } = await stationFixture(scope, {
    answers: { UnlockConnector: { status: 'Unlocked' } },
  });
  await status('Available', 1, 1);
  await status('Occupied', 1, 2);
  expect(await agent.chargePoints.command('CP1', (connection) => connection.unlock?.(1))).toBe('accepted');
  expect(await chargePoint.wasAsked('UnlockConnector')).toEqual({ evseId: 1, connectorId: 2 });
});

test('a station that says Faulted is barred until another status comes, also where its event is over', async () => {
  const { agent, chargePoint, status } = await stationFixture(scope);
  const event = (more: object) => {
    const eventData = [
      {
        ...{ eventId: 1, timestamp: new Date().toISOString(), trigger: 'Alerting', actualValue: 'true' },
        eventNotificationType: 'HardWiredNotification',
        component: { name: 'OverCurrentProtection', evse: { id: 1 } },
        variable: { name: 'Tripped' },
        ...more,
      },
    ];
    return chargePoint.call('NotifyEvent', { generatedAt: new Date().toISOString(), seqNo: 0, eventData });
  };
  const fault = () => agent.connectors.faultOf('CP1', 1);
  await status('Occupied');
  await event({});
  await status('Faulted');
  expect(fault()).toBe('OverCurrentFailure');
  await event({ cleared: true });
  await status('Faulted');
  expect(fault()).toBe('OverCurrentFailure');
  await status('Available');
  expect(fault()).toBeUndefined();
  await status('Faulted');
  expect(fault()).toBe('OtherError');
});
