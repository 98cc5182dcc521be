import { afterEach, expect, test } from 'vitest';
import type { Notice } from '../../../protocol/notices.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { charging, credited, type SocketWorld, stopped } from '../support/socket-world.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** Everything that was counted so far is told, and nothing more flows. */
async function settled(fixture: SocketWorld, beganWh: number): Promise<number> {
  fixture.device.powerW = 0;
  await waitFor('the last value', () => credited(fixture) === fixture.device.registerWh - beganWh);
  return credited(fixture);
}

for (const isTold of [true, false]) {
  const how = isTold ? 'its broker says so' : 'nobody says so';
  test(`a plug whose mains failed is switched on again and billed to the Wh, its meter from 0: ${how}`, async () => {
    // A driver who trusts enough for the seconds in which nothing is metered.
    const fixture = await charging(scope, 'shelly2', undefined, {});
    const { device, session, connectors } = fixture;
    const before = await settled(fixture, 1_500);
    await device.restart(
      isTold,
      () => isTold && waitFor('the plug to be seen gone', () => !connectors.isOnline('plug')),
    );
    device.powerW = 2_000;
    await waitFor('power again', () => credited(fixture) > before + 3);
    expect(session().stopCause).toBeNull();
    expect((await stopped(fixture)).doneWh).toBe(before + device.registerWh);
    expect(session().stopCause).toBe('driver');
  });
}

const codesTold = ({ agent }: SocketWorld): string[] =>
  agent.journal
    .note<{ waiting: { notice: Notice }[] }>('notices')
    ?.waiting.map(({ notice }) => notice.code) ?? [];

/** Its mains have failed for a quarter of an hour, of the agent's clock, and people were told; what was billed before. */
async function longMainsFailure(fixture: SocketWorld, hasWill: boolean): Promise<number> {
  const { device, session, connectors, skip } = fixture;
  await device.mainsFail(hasWill);
  const before = device.registerWh - 1_500;
  await waitFor('its last value', () => credited(fixture) === before);
  if (hasWill) await waitFor('the plug to be seen gone', () => !connectors.isOnline('plug'));
  skip(900);
  if (!hasWill) await waitFor('the pause', () => session().pause?.reason === 'METER_SILENT');
  // A pause is told when it has lasted.
  skip(20);
  const code = hasWill ? 'CHARGE_POINT_OFFLINE' : 'PAUSED_METER_SILENT';
  await waitFor('people to be told', () => codesTold(fixture).includes(code));
  return before;
}

const LONG_FAILURES = [
  { isTold: true, isFromZero: true },
  { isTold: true, isFromZero: false },
  { isTold: false, isFromZero: true },
  { isTold: false, isFromZero: false },
];

for (const { isTold, isFromZero } of LONG_FAILURES) {
  const how = `${isTold ? 'its will is heard' : 'without a word'}, its meter ${isFromZero ? 'from 0' : 'kept'}`;
  test(`mains that fail for a quarter of an hour: the charge goes on, billed to the Wh: ${how}`, async () => {
    const fixture = await charging(scope, 'shelly2', undefined, {});
    const { device, session } = fixture;
    const before = await longMainsFailure(fixture, isTold);
    const baseWh = isFromZero ? 0 : device.registerWh;
    device.mainsReturn(isFromZero ? 0 : undefined);
    await waitFor('power again', () => device.isOn && credited(fixture) > before + 3);
    const again = isTold ? 'POWER_RESTORED' : 'RESUMED';
    await waitFor('people to be told', () => codesTold(fixture).includes(again));
    expect(session().stopCause).toBeNull();
    expect((await stopped(fixture)).doneWh).toBe(before + device.registerWh - baseWh);
    expect(codesTold(fixture)).not.toContain('SUSPENDED_EVSE');
  });
}

for (const isTold of [true, false]) {
  test(`mains that come back after the slot leave the plug off: ${isTold ? 'its will is heard' : 'without a word'}`, async () => {
    const fixture = await charging(scope, 'shelly2', undefined, {});
    const { device, session, connectors, plan, nowSec, skip } = fixture;
    const before = await longMainsFailure(fixture, isTold);
    const { timesOn } = device;
    skip(plan.times.end - nowSec());
    await waitFor('the end of the slot', () => session().stopCause === 'slotEnd');
    device.mainsReturn(0);
    await waitFor('the plug to be back', () => connectors.find('plug', 1)?.status === 'Available');
    await waitFor('the final reading', () => {
      skip(15);
      return session().phase === 'FINAL';
    });
    expect(session().doneWh).toBe(before);
    expect(device.timesOn).toBe(timesOn);
  });
}
