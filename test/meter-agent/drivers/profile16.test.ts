import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { BOOT, settings } from '../support/answers16.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ALL = { RemoteStartTransaction: { status: 'Accepted' }, SetChargingProfile: { status: 'Accepted' } };

type Profile = {
  transactionId?: number;
  chargingProfileKind: string;
  chargingSchedule: {
    startSchedule?: string;
    chargingRateUnit: string;
    chargingSchedulePeriod: { startPeriod: number; limit: number }[];
  };
};

const profileOf = ({ csChargingProfiles }: Record<string, unknown>) => csChargingProfiles as Profile;

/** The exact limit of a listing of 22 kW on three phases, asked of the driver as a session does. */
async function limit(made: Awaited<ReturnType<typeof agentFixture>>, transactionId: number, phases = 3) {
  const { agent, plan } = made;
  return agent.chargePoints.command('CP1', (connection) =>
    connection.limitCurrent?.(1, transactionId, { limitA: 32, phases, endsAt: plan.times.end }),
  );
}

test('the profile goes with the start where the charge point has smart charging, and again with the transaction', async () => {
  const made = await agentFixture(scope, {
    answers: { ...ALL, ...settings({ SupportedFeatureProfiles: 'Core,SmartCharging' }) },
  });
  const { chargePoint, handOver, plan } = made;
  await chargePoint.call('BootNotification', BOOT);
  await chargePoint.wasAsked('ChangeConfiguration');
  await waitFor('the settings to be known', () => made.agent.connectors.health('CP1', 1).refusedSettings);
  handOver();
  const { chargingProfile, ...rest } = await chargePoint.wasAsked('RemoteStartTransaction');
  expect(rest).toEqual({ connectorId: 1, idTag: TAG });
  const profile = chargingProfile as Profile;
  expect(profile).toMatchObject({
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }, { limit: 0 }],
    },
  });
  expect(profile.transactionId).toBeUndefined();
  const { startSchedule = '', chargingSchedulePeriod } = profile.chargingSchedule;
  const endsAt = Date.parse(startSchedule) / 1000 + (chargingSchedulePeriod[1]?.startPeriod ?? 0);
  expect(endsAt).toBe(plan.times.end);
});

test('a start that is refused with a profile is repeated without it', async () => {
  const { chargePoint, handOver, agent, port } = await agentFixture(scope);
  handOver();
  await chargePoint.close();
  const raw = new RawChargePoint(`ws://127.0.0.1:${port}/CP9`);
  scope.onEnd(() => raw.close());
  await raw.opened();
  await raw.call('b', 'BootNotification', BOOT);
  raw.answer(
    await raw.wasCalled('GetConfiguration'),
    settings({ SupportedFeatureProfiles: 'SmartCharging' }).GetConfiguration,
  );
  for (let i = 0; i < 14; i++)
    raw.answer(await raw.wasCalled('ChangeConfiguration'), { status: i === 1 ? 'Rejected' : 'Accepted' });
  raw.answer(await raw.wasCalled('GetConfiguration'), { configurationKey: [] });
  await waitFor('the settings to be known', () => agent.connectors.health('CP9', 1).refusedSettings);
  const limitOf = { limitA: 16, phases: 3, endsAt: Math.floor(Date.now() / 1000) + 600 };
  const answered = agent.chargePoints.command('CP9', (connection) =>
    connection.remoteStart?.(1, TAG, limitOf),
  );
  const first = await raw.wasCalled('RemoteStartTransaction');
  expect(first[3]).toHaveProperty('chargingProfile');
  raw.answer(first, { status: 'Rejected' });
  const second = await raw.wasCalled('RemoteStartTransaction');
  expect(second[3]).toEqual({ connectorId: 1, idTag: TAG });
  raw.answer(second, { status: 'Accepted' });
  expect(await answered).toBe('accepted');
});

test('a charge point that counts in W only gets amperes × phases × 230', async () => {
  const made = await agentFixture(scope, {
    answers: { ...ALL, ...settings({ ChargingScheduleAllowedChargingRateUnit: 'Power' }) },
  });
  const { chargePoint, agent } = made;
  await chargePoint.call('BootNotification', BOOT);
  await waitFor('the settings to be known', () => agent.connectors.health('CP1', 1).refusedSettings);
  expect(await limit(made, 7)).toBe('accepted');
  expect(profileOf(await chargePoint.wasAsked('SetChargingProfile')).chargingSchedule).toMatchObject({
    chargingRateUnit: 'W',
    chargingSchedulePeriod: [{ limit: 32 * 3 * 230 }, { limit: 0 }],
  });
  await limit(made, 7, 1);
  expect(
    profileOf(await chargePoint.wasAsked('SetChargingProfile')).chargingSchedule.chargingSchedulePeriod[0]
      ?.limit,
  ).toBe(7_360);
});

test('a charge point that does not say how it counts, and refuses A, is asked in W, from then on first', async () => {
  const made = await agentFixture(scope, { answers: ALL });
  const { chargePoint } = made;
  const units: string[] = [];
  chargePoint.client.handle('SetChargingProfile', (({ params }: { params: Record<string, unknown> }) => {
    const { chargingRateUnit } = profileOf(params).chargingSchedule;
    units.push(chargingRateUnit);
    return { status: chargingRateUnit === 'W' ? 'Accepted' : 'Rejected' };
  }) as never);
  expect(await limit(made, 7)).toBe('accepted');
  expect(await limit(made, 7)).toBe('accepted');
  expect(units).toEqual(['A', 'W', 'W']);
});

test('a charge point whose clock stands at 1970 gets its schedule relative to the transaction, and charges as any other', async () => {
  const made = await agentFixture(scope, { answers: ALL });
  const { chargePoint, handOver, session, agent, plan, skip } = made;
  handOver();
  const { transactionId, status } = await chargePoint.start(TAG, 1_000, '1970-01-01T00:00:12Z');
  expect(status).toBe('Accepted');
  expect(agent.connectors.health('CP1', 1).clockOffsetSec).toBeLessThan(-1_000_000_000);
  await limit(made, transactionId);
  const { chargingProfileKind, chargingSchedule } = profileOf(
    await chargePoint.wasAsked('SetChargingProfile'),
  );
  expect(chargingProfileKind).toBe('Relative');
  expect(chargingSchedule.startSchedule).toBeUndefined();
  const [, end] = chargingSchedule.chargingSchedulePeriod;
  const leftSec = plan.times.end - Math.floor(Date.now() / 1000);
  expect(end?.limit).toBe(0);
  expect(Math.abs((end?.startPeriod ?? 0) - leftSec)).toBeLessThan(5);
  skip(300);
  await chargePoint.call('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [{ timestamp: '1970-01-01T00:05:12Z', sampledValue: [{ value: '1040' }] }],
  });
  await chargePoint.stop(transactionId, 1_050, { timestamp: '1970-01-01T00:05:20Z' });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 50 });
});

test('what a charge point kept while the agent was away does not set its clock back: the limit ends when the slot does', async () => {
  const made = await agentFixture(scope, { answers: ALL });
  const { chargePoint, handOver, plan } = made;
  handOver();
  const before = (sec: number) => new Date(Date.now() - sec * 1_000).toISOString();
  const { transactionId } = await chargePoint.start(TAG, 0, before(600));
  for (let sec = 590; sec >= 540; sec -= 10) {
    const meterValue = [{ timestamp: before(sec), sampledValue: [{ value: String(600 - sec) }] }];
    await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  }
  chargePoint.asked.length = 0;
  await limit(made, transactionId);
  const { chargingSchedule } = profileOf(await chargePoint.wasAsked('SetChargingProfile'));
  const { startSchedule = '', chargingSchedulePeriod } = chargingSchedule;
  expect(Date.parse(startSchedule) / 1000 + (chargingSchedulePeriod[1]?.startPeriod ?? 0)).toBe(
    plan.times.end,
  );
});

test('a charge point that is right to the minute gets its schedule with a time, by our clock', async () => {
  const made = await agentFixture(scope, { answers: ALL });
  const { chargePoint, handOver, plan } = made;
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0, new Date(Date.now() + 20_000).toISOString());
  await limit(made, transactionId);
  const { chargingProfileKind, chargingSchedule } = profileOf(
    await chargePoint.wasAsked('SetChargingProfile'),
  );
  const { startSchedule = '', chargingSchedulePeriod } = chargingSchedule;
  expect(chargingProfileKind).toBe('Absolute');
  expect(Date.parse(startSchedule) / 1000 + (chargingSchedulePeriod[1]?.startPeriod ?? 0)).toBe(
    plan.times.end,
  );
});
