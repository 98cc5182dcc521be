import { afterEach, expect, test } from 'vitest';
import { askLending, askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { cli } from '../../../meter-agent/cli/cli.ts';
import { evseStatus } from '../../../meter-agent/link/health.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('the owner pauses lending: the connector is shown as not available, over a restart too, and its booking is served', async () => {
  const { agent, chargePoint, dataDir, handOver, session, config } = await agentFixture(scope);
  await chargePoint.status('Available', 1);
  const paused = { chargePointId: 'CP1', connectorId: 1, isLent: false };
  expect(await askLending(dataDir, paused)).toEqual(paused);
  const connector = agent.connectors.find('CP1', 1);
  if (connector === undefined) throw new Error('no connector');
  expect(evseStatus(connector, true, false)).toBe('BLOCKED');
  expect((await askStatus(dataDir))?.chargePoints[0]?.connectors[0]).toMatchObject({ isLent: false });
  handOver();
  expect(session().phase).toBe('STARTING');
  await agent.close();
  const again = (await startAgent(scope, config)).agent;
  expect(again.connectors.find('CP1', 1)?.isLent).toBe(false);
  await askLending(dataDir, { ...paused, isLent: true });
  expect(again.connectors.find('CP1', 1)?.isLent).toBe(true);
  await expect(askLending(dataDir, { ...paused, chargePointId: 'CP9' })).rejects.toThrow('agent status');
});

test('a command that names nothing to pause is a wrong argument', async () => {
  expect(await cli(['lending', 'pause'])).toBe(2);
  expect(await cli(['lending', 'halt', 'CP1'])).toBe(2);
});
