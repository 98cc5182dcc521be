import { expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { CAUTIOUS, REF } from '../support/agent-fixture.ts';
import { bookOn, startEnvelopeOf } from '../support/booked.ts';
import { Scope } from '../support/start-agent.ts';
import { type FieldCase, fieldCases } from './field-case.ts';
import { fieldWorld, replayFrames, type World } from './field-world.ts';
import { plugWithoutMains } from './plug.ts';
import { signedAtTheEnd } from './records.ts';

/** Plays a case against a real agent, and looks at what came of it. */
type Expectation = (found: FieldCase, scope: Scope) => Promise<void>;

const codesOf = ({ notices }: World, to?: string): string[] =>
  notices()
    .filter((notice) => to === undefined || notice.to === to || notice.to === 'both')
    .map(({ code }) => code);

/** The session ends with this energy, and nobody was told that its meter is silent. */
function billed(world: World, energyWh: number): void {
  expect(world.session()).toMatchObject({ phase: 'FINAL', doneWh: energyWh });
  expect(codesOf(world)).not.toContain('PAUSED_METER_SILENT');
}

/** A charge that is played to its end; `duringWh` is what is credited just before the stop. */
const charge =
  (duringWh: number, energyWh: number, more: (world: World) => void = () => {}): Expectation =>
  async (found, scope) => {
    const world = await fieldWorld(scope);
    const credited: number[] = [];
    let hasStopped = false;
    await replayFrames(found, world, (step) => {
      hasStopped ||= step.frame?.[2] === 'StopTransaction';
      if (!hasStopped) credited.push(world.creditedWh());
    });
    expect(credited.at(-1)).toBe(duringWh);
    billed(world, energyWh);
    for (const [id, [type]] of world.box.answers) expect([id, type]).toEqual([id, 3]);
    more(world);
  };

const oneDeviation = (kind: string) => (world: World) => {
  const kinds = world.deviations().flatMap(({ deviations }) => deviations as string[]);
  expect(kinds.filter((one) => one.startsWith(kind))).toHaveLength(1);
};

const statusOf = (world: World, id: string): unknown =>
  (world.box.answers.get(id)?.[2] as { idTagInfo?: { status: string } })?.idTagInfo?.status;

/** A driver who has allowed 400 Wh and signed nothing yet. */
const CAREFUL = {
  limits: { ...CAUTIOUS.limits, allowedCost: (CAUTIOUS.limits.tariff.pricePerKwh * 400n) / 1_000n },
};

const EXPECTED: Record<string, Expectation> = {
  // Answered with a result each time, billed up to meterStop, one log line.
  '01': charge(40, 60, (world) => {
    expect(world.box.count('RemoteStopTransaction')).toBe(1);
    const kinds = world.deviations().flatMap(({ deviations }) => deviations as string[]);
    expect(kinds.filter((kind) => kind.endsWith('idTag'))).not.toHaveLength(0);
  }),
  '02': async (found, scope) => {
    const world = await fieldWorld(scope);
    await replayFrames(found, world);
    expect(statusOf(world, '2')).toBe('Accepted');
    oneDeviation('unknown connectorId')(world);
  },
  // The bar of the named fault stays while the connector says Faulted.
  '05': async (found, scope) => {
    const world = await fieldWorld(scope);
    const { agent } = world;
    const booked = bookOn(agent);
    await replayFrames(found, world);
    expect(agent.connectors.faultOf('CP1', 1)).toBe('OverVoltage');
    expect(codesOf(world)).not.toContain('FAULT_CLEARED');
    expect(codesOf(world)).not.toContain('BOOKING_UNBLOCKED');
    const session = agent.sessions.get(booked.bookingId);
    if (session === undefined) throw new Error('no session');
    const envelope = await startEnvelopeOf(agent, booked);
    await expect(agent.starts.byEnvelope(REF, session, booked.fact, envelope)).rejects.toMatchObject({
      code: 'start.faulted',
      value: 'OverVoltage',
    });
    expect(world.box.count('RemoteStartTransaction')).toBe(0);
  },
  '06': charge(80, 120),
  // Asked again, or told within a minute.
  '09': async (found, scope) => {
    const world = await fieldWorld(scope);
    await replayFrames(found, world);
    await waitFor('a second start, or a word', () => {
      const isTold = codesOf(world, 'driver').length > 0 && codesOf(world, 'host').length > 0;
      return world.box.count('RemoteStartTransaction') > 1 || isTold;
    });
  },
  '11': charge(40, 60),
  '14': charge(40, 60, oneDeviation('object for a list')),
  '15': charge(40, 180),
  // A setting after which the box went away is not tried again.
  '18': async (_found, scope) => {
    const world = await fieldWorld(scope);
    const { box } = world;
    box.answersTo.GetConfiguration = {
      configurationKey: [
        {
          key: 'MeterValuesSampledData',
          readonly: false,
          value: 'Energy.Active.Import.Register,Power.Active.Import',
        },
      ],
      unknownKey: [],
    };
    const isReboot = ([, , action, { key }]: (typeof box.calls)[number]) =>
      action === 'ChangeConfiguration' && key === 'MeterValuesSampledData';
    box.onCall = (call) => {
      if (isReboot(call)) setTimeout(() => box.drop(), 20);
    };
    const boot = { chargePointVendor: 'Somebody', chargePointModel: 'Box' };
    for (let boots = 0; boots < 4; boots += 1) {
      if (boots > 0) await box.connect();
      const before = box.calls.length;
      await box.say(JSON.stringify([2, `b${boots}`, 'BootNotification', boot]), `b${boots}`);
      await waitFor('the set-up to end or the box to go', () => {
        const asked = box.calls.slice(before);
        // After two restarts in ten seconds settings are changed one by one, ten seconds apart.
        const last = boots < 2 ? 'PublicKeyWithSignedMeterValue' : 'MeterValueSampleInterval';
        return asked.some(isReboot) || asked.some(([, , , { key }]) => key === last);
      });
      await waitFor(
        'the line to be gone',
        () => !box.calls.slice(before).some(isReboot) || !world.agent.connectors.isOnline('CP1'),
      );
      // The boots after these two come at once after other settings, which the agent may then suspect as well.
      if (boots === 1)
        expect(world.agent.connectors.health('CP1', 1).leftSettings).toEqual(['MeterValuesSampledData']);
    }
    expect(box.calls.filter(isReboot).length).toBeLessThanOrEqual(1);
  },
  // Told after the second refusal, and asked ever more rarely.
  '19': async (found, scope) => {
    const world = await fieldWorld(scope);
    world.box.answersTo.RemoteStartTransaction = { status: 'Rejected' };
    const waits = found.steps.filter(({ wait_s }) => wait_s !== undefined);
    await replayFrames({ ...found, steps: found.steps.filter((step) => !waits.includes(step)) }, world);
    for (const { wait_s: sec = 0 } of waits) {
      for (let left = sec; left > 0; left -= 1) {
        world.pass(1);
        await waitFor('the answer', () => world.session().startAnswer !== null);
      }
    }
    expect(world.box.count('RemoteStartTransaction')).toBeLessThanOrEqual(5);
    const told = world.notices().filter(({ code }) => code === 'START_REFUSED');
    expect(told).toMatchObject([{ to: 'both', params: { answer: 'Rejected' } }]);
  },
  '22': async (found, scope) => {
    const world = await fieldWorld(scope, {}, 'ocpp2.0.1');
    const remoteId = () =>
      world.box.calls.find(([, , action]) => action === 'RequestStartTransaction')?.[3].remoteStartId;
    const begin = found.steps.findIndex(({ frame }) => frame?.[2] === 'TransactionEvent');
    await replayFrames({ ...found, steps: found.steps.slice(0, begin) }, world);
    const [step] = found.steps.slice(begin);
    const text = JSON.stringify(step).replaceAll('"N"', String(remoteId()));
    await replayFrames({ ...found, steps: [JSON.parse(text)] }, world);
    const answer = world.box.answers.get('2')?.[2];
    expect(answer).toMatchObject({ idTokenInfo: { status: 'Accepted' } });
    expect(world.session()).toMatchObject({ phase: 'CHARGING' });
  },
  '23': (found, scope) => signedAtTheEnd(found, scope, { inHex: true, level: 'meter-signed', flags: [] }),
  '27': (found, scope) =>
    signedAtTheEnd(found, scope, { inHex: false, tag: { IS: false, IT: 'NONE', ID: '' }, flags: [] }),
  '28': (found, scope) => plugWithoutMains(found, scope),
  // Taken as kWh, or paused at the unsigned limit (400 Wh).
  '30': async (found, scope) => {
    const world = await fieldWorld(scope, { plan: CAREFUL });
    const sample = found.steps.find(({ frame }) => frame?.[2] === 'MeterValues');
    const steps = found.steps.filter(({ wait_s }) => wait_s === undefined);
    const stop = steps.findIndex(({ frame }) => frame?.[2] === 'StopTransaction');
    await replayFrames({ ...found, steps: steps.slice(0, stop) }, world);
    for (let second = 2; second <= 75; second += 1) {
      const text = JSON.stringify(sample).replace('0.010', (second / 100).toFixed(3));
      world.pass(1);
      await replayFrames({ ...found, steps: [JSON.parse(text)] }, world);
      if (world.session().pause !== null) break;
    }
    expect(world.session().pause).toMatchObject({ reason: expect.stringMatching(/UNSIGNED|METER_SILENT/) });
  },
  '33': async (found, scope) => {
    const world = await fieldWorld(scope, { config: { ownerIdTags: ['F6CA0CC5'] } });
    await replayFrames(found, world);
    expect([statusOf(world, '2'), statusOf(world, '3')]).toEqual(['Accepted', 'Accepted']);
  },
  '36': charge(40, 60),
};

test.concurrent.each(fieldCases())('$name', async (found) => {
  const scope = new Scope();
  try {
    const expectation = EXPECTED[found.number];
    if (expectation === undefined) throw new Error(`Nothing is expected of case ${found.number} yet.`);
    await expectation(found, scope);
  } finally {
    await scope.end();
  }
});
