import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { validatorsFor } from '../../../scripts/wallbox/validators.ts';
import { TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent } from '../support/start-agent.ts';
import { registerOf, stationFixture, stationOf } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ANSWERS = {
  SetVariables: { setVariableResult: [] },
  GetVariables: { getVariableResult: [] },
  RequestStartTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
  TriggerMessage: { status: 'NotImplemented' },
};

type Fixture = Awaited<ReturnType<typeof stationFixture>>;

/** The agent ends and starts again, and the station connects again: as after an update or a power cut of the agent. */
async function afterRestart({ agent, config, bookingId }: Fixture) {
  await agent.close();
  const again = await startAgent(scope, config);
  const strictModeValidators = validatorsFor('ocpp2.0.1');
  const client = { protocols: ['ocpp2.0.1'], strictMode: true, strictModeValidators };
  const station = new ScriptedChargePoint(again.port, 'CP1', ANSWERS, client);
  scope.onEnd(async () => void (await station.close()));
  await station.connect();
  const session = () => {
    const found = again.agent.sessions.get(bookingId);
    if (found === undefined) throw new Error('the session is gone');
    return found;
  };
  const connector = () => again.agent.connectors.find('CP1', 1);
  return { agent: again.agent, session, connector, ...stationOf(station) };
}

test('a fault that the station told by an event is not lifted by the status that it tells after a restart', async () => {
  const fixture = await stationFixture(scope);
  await fixture.status('Occupied');
  const at = new Date().toISOString();
  const tripped = {
    ...{ eventId: 1, timestamp: at, trigger: 'Alerting', actualValue: 'true' },
    ...{ eventNotificationType: 'HardWiredNotification', variable: { name: 'Tripped' } },
    component: { name: 'GroundFaultProtection', evse: { id: 1 } },
  };
  await fixture.chargePoint.call('NotifyEvent', { generatedAt: at, seqNo: 0, eventData: [tripped] });
  expect(fixture.agent.connectors.faultOf('CP1', 1)).toBe('GroundFailure');
  const { agent, status } = await afterRestart(fixture);
  await status('Occupied');
  expect(agent.connectors.faultOf('CP1', 1)).toBe('GroundFailure');
  await status('Available');
  expect(agent.connectors.faultOf('CP1', 1)).toBeUndefined();
});

test('a car that stays after its charge is no newly plugged one after a restart: it has not left', async () => {
  const fixture = await stationFixture(scope);
  fixture.handOver();
  await fixture.status('Occupied');
  await fixture.send('Started', { registerWh: 5_000, idTag: TAG, info: { chargingState: 'Charging' } });
  await fixture.send('Ended', { registerWh: 5_080, info: { stoppedReason: 'Local' } });
  expect(fixture.session().connectorStatus).toBe('Finishing');
  const { session, status, connector } = await afterRestart(fixture);
  await status('Occupied');
  expect(connector()?.status).toBe('Finishing');
  expect(session()).toMatchObject({ unpluggedAt: null, doneWh: 80 });
});

test('a charge that the car suspended is still suspended after a restart, though the station does not say so again', async () => {
  const fixture = await stationFixture(scope);
  fixture.handOver();
  await fixture.send('Started', { registerWh: 5_000, idTag: TAG, info: { chargingState: 'SuspendedEV' } });
  const { session, send } = await afterRestart(fixture);
  await send('Updated', { registerWh: 5_000 });
  expect(session().connectorStatus).toBe('SuspendedEV');
});

test('a start that was commanded before a restart is known by its number, and its transaction needs no tag', async () => {
  const fixture = await stationFixture(scope);
  fixture.handOver();
  const { remoteStartId } = await fixture.chargePoint.wasAsked('RequestStartTransaction');
  await waitFor('the answer', () => fixture.session().startAnswer === 'accepted');
  const { session, send } = await afterRestart(fixture);
  await send('Started', { registerWh: 5_000, info: { chargingState: 'Charging', remoteStartId } });
  await send('Updated', { registerWh: 5_090 });
  expect(session()).toMatchObject({ phase: 'CHARGING', transaction: { register: { creditedWh: 90 } } });
});

test('what a station signed before its tag was known is evidence of the booking, also after a restart', async () => {
  const fixture = await stationFixture(scope);
  fixture.handOver();
  const record = 'OCMF|{"FV":"1.0"}|{"SD":"00"}';
  const signedMeterValue = {
    ...{ signedMeterData: Buffer.from(record).toString('base64'), signingMethod: '' },
    ...{ encodingMethod: 'OCMF', publicKey: '' },
  };
  const sampledValue = [registerOf(5_000, { context: 'Transaction.Begin', signedMeterValue })];
  await fixture.send('Started', { sampledValue });
  expect(fixture.session().transaction).toBeNull();
  const { agent, session, send } = await afterRestart(fixture);
  await send('Updated', { registerWh: 5_030, idTag: TAG, info: { chargingState: 'Charging' } });
  expect(session().phase).toBe('CHARGING');
  expect(agent.journal.evidence(fixture.bookingId).join('\n')).toContain('FV');
});
