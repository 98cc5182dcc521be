import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeBackup } from '../../meter-agent/backup/make-backup.ts';
import { restoreBackup } from '../../meter-agent/backup/restore.ts';
import { askStatus } from '../../meter-agent/cli/ask-agent.ts';
import { SAFE_GAP_SEQ } from '../../meter-agent/session/recovery.ts';
import { LINK_VERSION } from '../../protocol/link.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { ownPort } from '../support/stable-port.ts';
import { kill, spawnAgent } from './support/agent-child.ts';
import { DriverDevice } from './support/driver-device.ts';
import { booked, ledgerFixture } from './support/ledger-fixture.ts';
import { Scope } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const PASSPHRASE = 'correct horse battery staple';

test('the card dies in mid-charge: the agent restored on another waits for ledger and API, then goes on and settles', async () => {
  const ocpp = { host: '127.0.0.1', port: ownPort(), sampleIntervalSec: 1, heartbeatIntervalSec: 60 };
  const { market, api, agent, chargePoint, config } = await ledgerFixture(scope, { config: { ocpp } });
  const { made } = await booked(market, agent, '0x', { unsignedCost: 0n, allowedCost: 1_000_000n });
  const driver = new DriverDevice(api, market.ref, made);
  // Until the first co-signature a reading comes with every 25 Wh.
  driver.isAwake = false;
  const { bookingId } = made;
  await waitFor('the agent to add the booking', () => agent.sessions.get(bookingId));
  chargePoint.plug();
  await waitFor('the plug to be seen', () => agent.connectors.find('CP1', 1)?.status === 'Preparing');
  expect((await driver.start(agent.key.account.publicKey)).problem).toBeUndefined();
  await waitFor('energy in a reading', () => (driver.newest?.energyWh ?? 0) > 0);

  const configFile = join(scope.dir(), 'agent.yaml');
  writeFileSync(configFile, JSON.stringify({ ...config, dataDir: 'data' }));
  const file = join(scope.dir(), 'one.backup');
  await makeBackup({
    ...{ config, configFile, agentKey: agent.key.account.address, passphrase: PASSPHRASE, to: file },
    ...{ copyJournal: (to: string) => agent.journal.copyTo(to), nowSec: Math.floor(Date.now() / 1_000) },
  });
  const atBackup = driver.newest?.seq ?? 0;
  const known = await waitFor('readings that the backup does not know', () => {
    const { newest } = driver;
    return newest !== undefined && newest.seq >= atBackup + 2 && newest;
  });
  expect((await driver.cosign(known)).problem).toBeUndefined();
  await agent.close();
  const lastSeq = driver.newest?.seq ?? known.seq;

  const home = join(scope.dir(), 'agent.yaml');
  const restored = await restoreBackup({
    ...{ file, passphrase: PASSPHRASE, configFile: home, isForced: false },
    ...{ addressIn: () => undefined, nowSec: Math.floor(Date.now() / 1_000) },
  });
  const { dataDir } = restored.config;
  const { child } = await spawnAgent(home);
  scope.onEnd(() => kill(child));
  const status = () => askStatus(dataDir);
  const waiting = await waitFor('the booking to wait for an API of an older version', async () => {
    const snapshot = await status();
    const isThere = snapshot?.api.isLinked && snapshot.chargePoints[0]?.isOnline;
    return isThere && snapshot.sessions[0]?.pauseReason === 'RECOVERING' && snapshot;
  });
  expect(waiting.restore).toMatchObject({ waiting: 1, canApiAnswer: false });
  expect(waiting.sessions[0]).toMatchObject({ cosignedWh: 0 });
  const signed = driver.readings.length;

  api.linkVersion = LINK_VERSION;
  api.cut();
  await waitFor('the charge to go on', async () => {
    const snapshot = await status();
    return snapshot?.restore?.waiting === 0 && snapshot.sessions[0]?.pauseReason === null;
  });
  expect((await status())?.sessions[0]).toMatchObject({ cosignedWh: known.energyWh });
  driver.isAwake = true;
  expect((await driver.stop()).problem).toBeUndefined();
  chargePoint.unplug();
  const final = await waitFor('the final reading', () => driver.final);
  expect(final.seq).toBeGreaterThan(lastSeq + SAFE_GAP_SEQ);
  expect(final.energyWh).toBeGreaterThanOrEqual(known.energyWh);
  const numbers = driver.readings.slice(signed).map(({ seq }) => seq);
  expect(numbers.filter((seq) => seq > lastSeq && seq <= lastSeq + SAFE_GAP_SEQ)).toEqual([]);
  await waitFor('the ledger to end the booking', async () =>
    (await status())?.sessions.every(({ phase }) => phase === 'ENDED'),
  );
  const texts = new Map<number, Set<string>>();
  for (const reading of driver.readings)
    texts.set(reading.seq, (texts.get(reading.seq) ?? new Set()).add(JSON.stringify(reading)));
  expect([...texts.values()].filter((different) => different.size > 1)).toEqual([]);
  expect(new Set(driver.readings.filter(({ isFinal }) => isFinal).map(({ seq }) => seq)).size).toBe(1);
});
