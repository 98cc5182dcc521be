import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const SETTINGS = [{ key: 'RandomisedDelayDuration', value: '300', readonly: false }];

test.each([
  ['the wallbox’s own setting', undefined, 300],
  ['the configuration, whatever the wallbox says', 900, 900],
])('a booking knows the random delay of %s', async (_where, randomDelayMaxSec, expected) => {
  const connectors = { 1: { maxPowerW: 7_400, ...(randomDelayMaxSec && { randomDelayMaxSec }) } };
  const away = 'http://127.0.0.1:1';
  const { chargePoints } = parseConfig({
    ...{ rpcUrl: away, apiUrl: away, market: `0x${'11'.repeat(20)}`, dataDir: 'data', ocpp: { port: 0 } },
    chargePoints: { CP1: { connectors } },
  });
  const answers = { GetConfiguration: { configurationKey: SETTINGS } };
  const { agent } = await agentFixture(scope, { config: { chargePoints }, answers });
  const { bookingId } = bookOn(agent);
  await waitFor('the settings', () => agent.connectors.health('CP1', 1).randomDelayMaxSec === 300);
  agent.ledger.updated.emit(Math.floor(Date.now() / 1_000));
  expect(agent.sessions.get(bookingId)?.randomDelayMaxSec).toBe(expected);
});
