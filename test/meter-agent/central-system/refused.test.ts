import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { checkChargePoints } from '../../../meter-agent/cli/check-charge-points.ts';
import { statusText } from '../../../meter-agent/cli/status.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { noticeLog } from '../support/notice-log.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const snapshotOf = async (dataDir: string) => {
  const snapshot = await askStatus(dataDir);
  if (snapshot === undefined) throw new Error('no agent');
  return snapshot;
};

test('a card that nobody knows is shown to the owner, ready to be copied, and the host is told once', async () => {
  const { notices, log } = noticeLog();
  const { agent, chargePoint, dataDir, skip } = await agentFixture(scope, { log });
  const listingId = listingIdOf(agent.key.account.address, connectorHash('CP1', 1));
  agent.ledger.listedIds = () => new Set([listingId]);
  const shown = async (idTag: string) => {
    const { idTagInfo } = (await chargePoint.call('Authorize', { idTag })) as {
      idTagInfo: { status: string };
    };
    skip(6);
    return idTagInfo.status;
  };
  for (let i = 0; i < 2; i += 1) expect(await shown('04:A2:B3:C4')).toBe('Invalid');
  expect(await shown('OWNER')).toBe('Accepted');
  await waitFor('the notice', () => notices.length > 0);
  await waitFor('both times', async () => (await snapshotOf(dataDir)).refusedCards[0]?.count === 2);
  expect(notices).toMatchObject([{ code: 'CARD_REFUSED', to: 'host', listingId }]);
  expect(JSON.stringify(notices)).not.toContain('A2:B3');
  const snapshot = await snapshotOf(dataDir);
  expect(snapshot.refusedCards).toMatchObject([{ idTag: '04:A2:B3:C4', chargePointId: 'CP1', count: 2 }]);
  expect(statusText(snapshot)).toContain('04:A2:B3:C4');
  expect(checkChargePoints(snapshot).map(({ text }) => text)).toContainEqual(
    expect.stringContaining('04:A2:B3:C4'),
  );
});

test('blanks, colons and dashes in a card do not matter; in other tags they do', async () => {
  const { chargePoint } = await agentFixture(scope, { config: { ownerIdTags: ['F6CA0CC5', 'MY-TAG'] } });
  const statusOf = async (idTag: string) => {
    const { idTagInfo } = (await chargePoint.call('Authorize', { idTag })) as {
      idTagInfo: { status: string };
    };
    return idTagInfo.status;
  };
  for (const same of ['f6ca0cc5', ' F6 CA 0C C5', 'F6:CA:0C:C5', 'f6-ca-0c-c5', 'my-tag'])
    expect(await statusOf(same), same).toBe('Accepted');
  for (const other of ['F6CA0CC', 'F6CA0CC50', 'MYTAG', 'MY TAG', ' ', ':'])
    expect(await statusOf(other), other).toBe('Invalid');
});

test('dials in vain leave one plain line each, in log and doctor', async () => {
  const { port, dataDir } = await agentFixture(scope, {
    config: { chargePoints: { CP1: { connectors: {} } }, acceptUnknownChargePoints: false },
  });
  const ended = (socket: { once(event: 'close' | 'error', done: () => void): unknown }) =>
    new Promise<void>((resolve) => {
      socket.once('error', () => resolve());
      socket.once('close', () => resolve());
    });
  await ended(connectTls({ port, host: '127.0.0.1' }));
  const garbage = createConnection(port, '127.0.0.1');
  garbage.resume();
  garbage.write('hello\r\n\r\n');
  await ended(garbage);
  expect((await fetch(`http://127.0.0.1:${port}/CP1`)).status).toBe(426);
  await new RawChargePoint(`ws://127.0.0.1:${port}/CP7`).opened();
  await new RawChargePoint(`ws://127.0.0.1:${port}/CP1`, {}, ['ocpp1.5']).opened();
  await new RawChargePoint(`ws://127.0.0.1:${port}/`).opened();
  const snapshot = await snapshotOf(dataDir);
  const reasons = snapshot.failedDials.map(({ reason }) => reason).toReversed();
  expect(reasons).toEqual(['TLS_TO_PLAIN', 'NOT_HTTP', 'NO_UPGRADE', 'UNKNOWN_ID', 'SUBPROTOCOL', 'NO_ID']);
  const lines = checkChargePoints(snapshot).filter(({ text }) => text.includes('could not connect'));
  // What an id that is connected by now did before is no longer worth a line.
  expect(lines).toHaveLength(5);
});
