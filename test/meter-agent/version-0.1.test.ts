import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { parseConfigText } from '../../meter-agent/config/file.ts';
import { Journal } from '../../meter-agent/journal/journal.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { REF } from './support/agent-fixture.ts';
import { ACCEPTING, ScriptedChargePoint } from './support/scripted-charge-point.ts';
import { Scope, startAgent, testConfig } from './support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const FOLDER = join(import.meta.dirname, 'fixtures/version-0.1');
/** When that agent ended, unix seconds. */
const LEFT_AT = 1_795_954_661;
/** A charge on CP1 that is paused until the driver co-signs. */
const CHARGING = `0x${'ab'.repeat(32)}` as const;
/** A booking on CP2 whose driver named a card, blocked by another car. */
const BOOKED = '0x551dbd7f4eda0883afb78d62cdfabae477a74f3e9d8594b3af988b018017bddd';
const PAUSED = { text: expect.stringContaining('too much energy is not co-signed') };

/** A data folder with the journal that an agent of version 0.1 left in the middle of a charge. */
function earlierData(): string {
  const dataDir = scope.dir();
  const db = new DatabaseSync(join(dataDir, 'journal.sqlite'));
  db.exec(readFileSync(join(FOLDER, 'journal.sql'), 'utf8'));
  db.close();
  return dataDir;
}

test('a configuration file of version 0.1 means the same', () => {
  const file = join(FOLDER, 'agent.yaml');
  expect(parseConfigText(readFileSync(file, 'utf8'), file)).toMatchObject({
    ...{ market: REF.market, deployBlock: 7, dataDir: 'data', ownerIdTags: ['OWNER'], siteLimitA: 32 },
    ...{ claimNoShows: false, confirmations: 2, maxFeePerGasGwei: 50, acceptUnknownChargePoints: true },
    ocpp: { host: '127.0.0.1', port: 0, sampleIntervalSec: 1, heartbeatIntervalSec: 60 },
    chargePoints: {
      CP1: { password: 'a long random word', connectors: { 1: { maxPowerW: 22_000 } } },
      CP3: { forward: { url: 'ws://127.0.0.1:9', password: 'another word' } },
    },
    mqtt: { username: 'plugpact', sockets: { plug: { maxPowerW: 2_000, energy: { unit: 'Wh' } } } },
    status: { enabled: false, names: ['home.example'] },
    logLevel: 'warn',
  });
});

test('a journal of version 0.1 keeps everything under its new names; its bookings, of the first ledger edition, are closed', () => {
  const journal = new Journal(earlierData());
  scope.onEnd(() => journal.close());
  expect(journal.session(BOOKED)?.session).toMatchObject({
    phase: 'ENDED',
    authorizedStart: { idTag: 'TAGOFCP2', rfidUid: '04A1B2C3' },
    blocked: { reason: 'OCCUPIED', until: null },
    finality: 'confirmed',
  });
  expect(journal.events(BOOKED).map(({ type }) => type)).toEqual([
    ...(['startAuthorized', 'adjacentBooking', 'share', 'blocked'] as const),
  ]);
  expect(journal.events(CHARGING)).toContainEqual(
    expect.objectContaining({ type: 'answered', command: 'limit', answer: 'accepted' }),
  );
  expect(journal.assuranceLevel(CHARGING)).toBe('meter-signed');
  expect(journal.sentAt(3)).toMatchObject([{ action: 'claim', bookingId: CHARGING }]);
  expect(journal.messages('CP3')).toMatchObject([
    { action: 'StartTransaction', ownTransactionId: 2 },
    { action: 'MeterValues', ownTransactionId: null },
  ]);
  expect(journal.queue()).toMatchObject({ outboxMessages: 2 });
});

test.each([
  ['orphanStops', [{ chargePointId: 'CP1' }]],
  ['noShowEvidence', { [BOOKED]: { isTaken: true } }],
  ['forwarding.state CP3', { boot: { chargePointModel: 'M' } }],
  [`settlement notices ${BOOKED}`, { codes: ['CLAIM_SENT'], actions: [{ action: 'claim', value: 12_345n }] }],
  [`location:0x${'cd'.repeat(32)}`, { salt: `0x${'77'.repeat(32)}` }],
  ['notices', { next: 2, waiting: [{ number: 0, notice: { code: 'PAUSED_UNSIGNED', params: PAUSED } }, {}] }],
  [`assurance:${CHARGING}`, { flags: ['METER_ERROR'], held: 0 }],
])('of a journal of version 0.1 the note %s is found', (key, value) => {
  const journal = new Journal(earlierData());
  scope.onEnd(() => journal.close());
  expect(journal.note(key)).toMatchObject(value);
});

test('a charge that an agent of version 0.1 left is over for this one: no power, no reading, its figures in a file', async () => {
  const dataDir = earlierData();
  const { agent, port } = await startAgent(scope, testConfig({ dataDir, market: REF.market }), {
    nowSec: () => LEFT_AT + 5,
  });
  expect(agent.sessions.all()).toEqual([]);
  expect(agent.journal.note('settlement actions under way')).toBeUndefined();
  expect(agent.journal.session(CHARGING)?.session).toMatchObject({ phase: 'ENDED', doneWh: 230 });
  for (const bookingId of [CHARGING, BOOKED]) {
    const closed = readFileSync(join(dataDir, `closed-${bookingId}.json`), 'utf8');
    expect(JSON.parse(closed)).toMatchObject({ bookingId, phase: 'ENDED' });
  }
  const { reportedKey } = agent.connectors.find('CP2', 1) ?? {};
  expect(reportedKey?.spkiHex).toMatch(/abab$/);
  const chargePoint = new ScriptedChargePoint(port, 'CP1', ACCEPTING);
  scope.onEnd(async () => void (await chargePoint.close()));
  await chargePoint.connect();
  await waitFor('it to be served', () => agent.connectors.isOnline('CP1'));
});
