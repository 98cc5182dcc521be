import { afterEach, expect, test } from 'vitest';
import { askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent } from '../support/start-agent.ts';
import { registerOf, stationFixture } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const at = (sec: number) => new Date(sec * 1_000).toISOString();
const volts = (value: string, phase: string) => ({ value, measurand: 'Voltage', unit: 'V', phase });
const amperes = (value: string, phase: string) => ({
  ...{ value, measurand: 'Current.Import', unit: 'A', phase },
});

test('what a charge point reports of a charge is kept exactly, one line for each 10 s, kept values in their own time', async () => {
  const { chargePoint, agent, handOver, nowSec } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  const since = nowSec() - (nowSec() % 10) - 100;
  const send = (...samples: [sec: number, sampledValue: object[]][]) =>
    chargePoint.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: samples.map(([sec, sampledValue]) => ({ timestamp: at(sec), sampledValue })),
    });
  await send([since + 1, [volts('229.850', 'L1'), amperes('6.02', 'L1')]], [since + 4, [volts('9', 'L1')]]);
  await send([since + 6, [volts('231.1', 'L2')]]);
  await send([since + 12, [amperes('7', 'L1')]]);
  // Older ones that come late, and one of before the line that is there.
  await send([since - 30, [amperes('5', 'L1')]], [since + 2, [volts('1', 'L1'), amperes('8', 'L3')]]);
  const lines = agent.journal.measured('CP1', 1, since - 60, since + 60);
  expect(lines.map((line) => [line.at - since, JSON.parse(line.measured)])).toEqual([
    [-30, { currentA: { L1: '5' } }],
    [0, { voltageV: { L1: '229.850', L2: '231.1' }, currentA: { L1: '6.02', L3: '8' } }],
    [10, { currentA: { L1: '7' } }],
  ]);
});

test('values of nobody’s charge, or of none, are not kept; the owner’s are', async () => {
  const { chargePoint, agent, nowSec } = await agentFixture(scope);
  const sampledValue = [volts('230', 'L1')];
  const meterValue = [{ timestamp: at(nowSec()), sampledValue }];
  await chargePoint.call('MeterValues', { connectorId: 1, meterValue });
  const refused = await chargePoint.start('STRANGER', 0);
  await chargePoint.call('MeterValues', { connectorId: 1, transactionId: refused.transactionId, meterValue });
  const lines = () => agent.journal.measured('CP1', 1, 0, nowSec() + 60);
  expect(lines()).toEqual([]);
  const owner = await chargePoint.start('OWNER', 5);
  await chargePoint.call('MeterValues', { connectorId: 1, transactionId: owner.transactionId, meterValue });
  expect(lines()).toHaveLength(1);
});

test('OCPP 2.0.1: values by phase with a multiplier, and a temperature that comes as an event', async () => {
  const { chargePoint, agent, handOver, send, nowSec } = await stationFixture(scope);
  handOver();
  const power = { value: 3.68, measurand: 'Power.Active.Import', phase: 'L1' };
  await send('Started', { idTag: TAG, registerWh: 0 });
  await send('Updated', {
    sampledValue: [registerOf(1), { ...power, unitOfMeasure: { unit: 'W', multiplier: 3 } }],
  });
  await chargePoint.call('NotifyEvent', {
    ...{ generatedAt: at(nowSec()), seqNo: 0 },
    eventData: [
      {
        ...{ eventId: 1, timestamp: at(nowSec()), trigger: 'Periodic', actualValue: '41.5' },
        eventNotificationType: 'CustomMonitor',
        ...{ component: { name: 'Connector', evse: { id: 1 } }, variable: { name: 'Temperature' } },
      },
    ],
  });
  const kept = agent.journal.measured('CP1', 1, 0, nowSec() + 60).map(({ measured }) => JSON.parse(measured));
  expect(Object.assign({}, ...kept)).toEqual({ powerW: { L1: '3680' }, temperatureC: { Body: '41.5' } });
  expect(agent.connectors.health('CP1', 1).temperatureC).toBe(42);
});

test('a register that bears its phase alone is the charge point’s, of three phases their sum; also after a restart of the agent', async () => {
  const { chargePoint, agent, handOver, session, skip, config, nowSec } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 3_000_000);
  const kwh = (value: string, phase: string) => ({ value, unit: 'kWh', phase });
  const send = (to: typeof chargePoint, ...sampledValue: object[]) =>
    to.call('MeterValues', {
      ...{ connectorId: 1, transactionId },
      meterValue: [{ timestamp: at(nowSec()), sampledValue }],
    });
  skip(60);
  await send(chargePoint, kwh('1000.010', 'L1'), kwh('1000.010', 'L2'), kwh('1000.020', 'L3'));
  expect(session().transaction?.register).toMatchObject({ lastWh: 3_000_040, creditedWh: 40 });
  await send(chargePoint, kwh('1000.030', 'L1'));
  expect(session().transaction?.register).toMatchObject({ creditedWh: 40, suspect: null });
  await agent.close();
  const next = await startAgent(scope, config, { nowSec });
  const again = new ScriptedChargePoint(next.port);
  scope.onEnd(async () => void (await again.close()));
  await again.connect();
  await send(again, kwh('1000.030', 'L1'));
  const register = () => next.agent.journal.openSessions()[0]?.session.transaction?.register;
  expect(register()).toMatchObject({ lastWh: 3_000_040, suspect: null });
  await send(again, kwh('1000.030', 'L1'), kwh('1000.030', 'L2'), kwh('1000.030', 'L3'));
  expect(register()).toMatchObject({ lastWh: 3_000_090, creditedWh: 90 });
});

test('a charge point of one phase: its register and power bear L1, and nothing is silent', async () => {
  const { chargePoint, handOver, session, skip, nowSec } = await agentFixture(scope);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000_000);
  skip(20);
  const sampledValue = [
    { value: '1000.040', unit: 'kWh', phase: 'L1' },
    { value: '7.2', measurand: 'Power.Active.Import', unit: 'kW', phase: 'L1' },
  ];
  await chargePoint.call('MeterValues', {
    ...{ connectorId: 1, transactionId, meterValue: [{ timestamp: at(nowSec()), sampledValue }] },
  });
  expect(session()).toMatchObject({ powerW: 7_200, transaction: { register: { creditedWh: 40 } } });
});

test('a wallbox that gives 36 kW and is listed with 11: status shows what is billed beside what is metered, the host is told', async () => {
  const { chargePoint, handOver, skip, config } = await agentFixture(scope, {
    plan: { maxPowerW: 11_000, fullCurrentA: 16 },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  for (let registerWh = 1_050; registerWh <= 1_600; registerWh += 50) {
    skip(5);
    const power = { value: '36', measurand: 'Power.Active.Import', unit: 'kW' };
    const sampledValue = [{ value: String(registerWh), unit: 'Wh' }, power];
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
    await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  }
  const session = await waitFor('the notice', async () => {
    const snapshot = await askStatus(config.dataDir);
    const isTold = snapshot?.notices.some(({ code }) => code === 'POWER_ABOVE_LISTED');
    return isTold ? snapshot?.sessions[0] : undefined;
  });
  expect(session.meteredWh).toBe(600);
  expect(session.billedWh).toBeGreaterThan(50);
  expect(session.billedWh).toBeLessThan(250);
});
