import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { knowLedger, planNow, REF, TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('with the API away each state of a session is logged once, however many values come', async () => {
  const lines: { msg: string; state?: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const dataDir = scope.dir();
  knowLedger(dataDir);
  const { agent, port } = await startAgent(scope, testConfig({ dataDir, market: REF.market }), { log });
  const plan = planNow(`0x${'22'.repeat(20)}`);
  agent.sessions.open(plan);
  const at = Math.floor(Date.now() / 1000);
  agent.sessions.receiveStartSecret(plan.bookingId, `0x${'33'.repeat(32)}`, TAG, at);
  const chargePoint = new ScriptedChargePoint(port);
  scope.onEnd(async () => void (await chargePoint.close()));
  await chargePoint.connect();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  const power = { measurand: 'Power.Active.Import', unit: 'W' };
  for (let watts = 1; watts <= 20; watts++) await chargePoint.meter(transactionId, String(watts), power);
  const states = () => lines.filter(({ msg }) => msg === 'session').map(({ state }) => state);
  await waitFor('the charge to be logged', () => states().includes('CHARGING'));
  expect(states().filter((state) => state === 'CHARGING')).toHaveLength(1);
});
