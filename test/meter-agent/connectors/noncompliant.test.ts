import { afterEach, expect, test } from 'vitest';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { noticeLog } from '../support/notice-log.ts';
import { ACCEPTING, ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('over real connections: the other charge point gives way to the noncompliant one, and the host is notified', async () => {
  const { notices, log } = noticeLog();
  const { agent, chargePoint, port, skip } = await agentFixture(scope, {
    answers: ACCEPTING,
    config: { siteLimitA: 24 },
    log,
  });
  const second = new ScriptedChargePoint(port, 'CP2', ACCEPTING);
  scope.onEnd(async () => void (await second.close()));
  await second.connect();
  const start = async (at: ScriptedChargePoint, chargePointId: string) => {
    const { bookingId, secret } = bookOn(agent, { chargePointId });
    agent.starts.byCode(startCodeOf(secret));
    const { idTag } = await at.wasAsked('RemoteStartTransaction');
    const { transactionId } = await at.start(String(idTag), 0);
    return { transactionId, session: () => agent.sessions.get(bookingId) };
  };
  const first = await start(chargePoint, 'CP1');
  const other = await start(second, 'CP2');
  const accepted = () => [first.session()?.current.acceptedA, other.session()?.current.acceptedA];
  await waitFor('both to have half', () => accepted().join() === '12,12');
  const sampledValue = [
    { value: '0' },
    { value: '15.4', measurand: 'Current.Import', unit: 'A', phase: 'L1' },
  ];
  for (let i = 0; i < 4; i++) {
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
    await chargePoint.call('MeterValues', { connectorId: 1, transactionId: first.transactionId, meterValue });
    await second.meter(other.transactionId, '0');
    if (i < 3) skip(21);
  }
  await waitFor('the other one to give way', () => accepted().join() === '16,8');
  expect(notices.map(({ code, to }) => [code, to])).toEqual([['LIMIT_EXCEEDED', 'host']]);
  expect(agent.connectors.health('CP1', 1).lastError).toBe(
    'LimitIgnored: draws 16 A per phase, accepted 12 A',
  );
});
