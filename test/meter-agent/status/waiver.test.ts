import { afterEach, expect, test } from 'vitest';
import { askWaiver } from '../../../meter-agent/cli/ask-agent.ts';
import { cli } from '../../../meter-agent/cli/cli.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('the host lets a driver go: a final reading of zero is signed, once', async () => {
  const { agent, bookingId, dataDir, session } = await agentFixture(scope);
  expect(await askWaiver(dataDir, bookingId)).toBe(bookingId);
  expect(session()).toMatchObject({ phase: 'FINAL', stopCause: 'waived' });
  const signed = await waitFor('it to be signed', () => {
    const stored = agent.journal.reading(bookingId, 0);
    return stored?.agentSignature == null ? undefined : stored;
  });
  expect(signed.reading).toMatchObject({ energyWh: 0, overstaySec: 0, isFinal: true });
  await expect(askWaiver(dataDir, bookingId)).rejects.toThrow('can be waived');
  await expect(askWaiver(dataDir, `0x${'12'.repeat(32)}`)).rejects.toThrow('can be waived');
});

test('a charge that has begun is not waived', async () => {
  const { bookingId, dataDir, chargePoint, handOver, session } = await agentFixture(scope);
  await chargePoint.status('Preparing', 1);
  handOver();
  await chargePoint.start(session().idTag ?? '', 0);
  await expect(askWaiver(dataDir, bookingId)).rejects.toThrow('can be waived');
  expect(session().phase).toBe('CHARGING');
});

test('the command wants the id of a booking', async () => {
  expect(await cli(['waive', 'the last one'])).toBe(2);
});
