import { afterEach, expect, test } from 'vitest';
import { lowStopsOf, orphanStopsOf } from '../../../meter-agent/central-system/odd-stops.ts';
import { askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { checkStops } from '../../../meter-agent/cli/check-stops.ts';
import { statusText } from '../../../meter-agent/cli/status.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { listingOf } from '../support/ledger-fixture.ts';
import { readableLog } from '../support/readable-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};

/** A charge from 1,000,000 Wh, ten minutes old, on a connector that is listed; and what the log says. */
async function charging(meterStart = 1_000_000, options: Parameters<typeof agentFixture>[1] = {}) {
  const { log, lines, said } = readableLog();
  const fixture = await agentFixture(scope, { answers: ACCEPTING, log, ...options });
  const { agent, chargePoint, handOver, skip } = fixture;
  const agentKey = agent.key.account.address;
  const listingId = listingIdOf(agentKey, connectorHash('CP1', 1));
  const { terms } = listingOf(agentKey);
  const listing = { terms } as unknown as Parameters<typeof agent.journal.putListing>[3];
  agent.journal.putListing(listingId, '0x00', 1, listing);
  await chargePoint.status('Preparing');
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId } = await chargePoint.start(TAG, meterStart);
  await chargePoint.status('Charging');
  skip(600);
  const notices = () => lines.filter(({ msg }) => msg === 'notice').map(({ code }) => code);
  const counted = () => fixture.session().transaction?.register.creditedWh;
  return { ...fixture, transactionId, lines, said, notices, counted };
}

const FOREIGN = [0, -1, 4_711, Number.MAX_SAFE_INTEGER];

test.each(FOREIGN)('values under the number %d count for the only open transaction', async (number) => {
  const { chargePoint, counted, lines, notices, session, transactionId } = await charging();
  await chargePoint.meter(number, '1000.040', { unit: 'kWh' });
  await chargePoint.meter(number, '1000.080', { unit: 'kWh' });
  expect(counted()).toBe(80);
  const logged = lines.filter(({ msg }) => msg.includes('a number that it was not given'));
  expect(logged).toMatchObject([{ transactionId: number, countsFor: transactionId }]);
  await chargePoint.stop(transactionId, 1_000_120);
  expect(session().doneWh).toBe(120);
  expect(notices()).not.toContain('VALUES_OF_UNKNOWN_TRANSACTION');
});

test('values under another number whose register does not go on from the start count for nobody, and are said', async () => {
  const { chargePoint, counted, notices } = await charging();
  await chargePoint.meter(-1, '999000');
  await chargePoint.meter(-1, '999500');
  await chargePoint.meter(-1, '5000000');
  expect(counted()).toBe(0);
  expect(notices()).toEqual(['VALUES_OF_UNKNOWN_TRANSACTION']);
});

test.each(FOREIGN)('a stop under the number %d ends the only open transaction', async (number) => {
  const { agent, bookingId, chargePoint, session, transactionId } = await charging();
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: Math.floor(Date.now() / 1000) + 600 });
  await chargePoint.stop(number, 1_000_060, { reason: 'Remote' });
  expect(session()).toMatchObject({ doneWh: 60, transaction: null });
  // Sent again, under any number, it changes nothing.
  await chargePoint.stop(transactionId, 1_000_090);
  expect(session().doneWh).toBe(60);
});

test('a stop under another number right after the start is a charge that did not begin: it is asked for again', async () => {
  const { chargePoint, session, skip, agent } = await charging();
  await chargePoint.stop(-1, 1_000_000);
  await chargePoint.status('Preparing');
  expect(session()).toMatchObject({ phase: 'STARTING', stopCause: null });
  skip(20);
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId } = await chargePoint.start(
    TAG,
    1_000_000,
    new Date(Date.now() + 1_000).toISOString(),
  );
  await chargePoint.stop(transactionId, 1_000_020, { reason: 'EVDisconnected' });
  await waitFor('the end', () => session().phase === 'FINAL');
  expect(session().doneWh).toBe(20);
  expect(orphanStopsOf(agent.journal)).toEqual([]);
});

test('a stop that fits no charge bills nobody; host, status and doctor say so', async () => {
  const { agent, chargePoint, counted, notices, said, config } = await charging();
  await chargePoint.stop(-1, 999_000);
  await chargePoint.stop(0, 9_000_000);
  expect(counted()).toBe(0);
  expect(said('a stop that belongs to no charge')).toBe(true);
  expect(notices()).toEqual(['STOP_OF_UNKNOWN_TRANSACTION']);
  const orphans = orphanStopsOf(agent.journal);
  expect(orphans).toMatchObject([
    { chargePointId: 'CP1', transactionNumber: '-1', meterStopWh: 999_000 },
    { transactionNumber: '0', meterStopWh: 9_000_000 },
  ]);
  const snapshot = await askStatus(config.dataDir);
  if (snapshot === undefined) throw new Error('the agent does not answer');
  expect(snapshot.oddStops).toEqual({ orphans, low: [] });
  expect(statusText(snapshot)).toMatch(/STOP OF NO CHARGE[\s\S]*9000000 Wh/);
  expect(checkStops(snapshot)).toMatchObject([
    { verdict: 'warn', text: expect.stringContaining('9000000 Wh') },
  ]);
});

test('a stop below what was counted is in status and doctor, with both figures', async () => {
  const { agent, chargePoint, transactionId, config } = await charging();
  await chargePoint.meter(transactionId, '1000100', { unit: 'Wh' });
  await chargePoint.stop(transactionId, 1_000_060, { reason: 'Local' });
  expect(lowStopsOf(agent.journal)).toMatchObject([{ countedWh: 100, stopWh: 60 }]);
  const snapshot = await askStatus(config.dataDir);
  if (snapshot === undefined) throw new Error('the agent does not answer');
  expect(statusText(snapshot)).toMatch(/STOP BELOW ITS VALUES[\s\S]*100 Wh +60 Wh/);
  expect(checkStops(snapshot)).toMatchObject([
    { verdict: 'warn', text: expect.stringMatching(/60 Wh.*100 Wh/) },
  ]);
});

test('one command, two starts: both are accepted, and what goes on under the first is billed once', async () => {
  const { chargePoint, agent, session, transactionId, bookingId } = await charging();
  const second = await chargePoint.start(TAG, 1_000_000, new Date(Date.now() + 1_000).toISOString());
  expect(second.status).toBe('Accepted');
  expect(second.transactionId).not.toBe(transactionId);
  await chargePoint.meter(transactionId, '1000040');
  expect(session().transaction?.register.creditedWh).toBe(40);
  await chargePoint.stop(transactionId, 1_000_060);
  expect(session()).toMatchObject({ doneWh: 60, transaction: null });
  // The other number is closed with it.
  expect(agent.journal.transaction(second.transactionId)?.stopped).toBe(true);
  await chargePoint.status('Available');
  await waitFor('the final reading', () => session().phase === 'FINAL');
  expect(agent.journal.reading(bookingId, session().nextSeq - 1)?.reading.energyWh).toBe(60);
});

test('a stored value that comes after the stop is no power for nobody; one above the stop is', async () => {
  const { chargePoint, session, transactionId } = await charging();
  await chargePoint.stop(transactionId, 1_000_060, { reason: 'Local' });
  await chargePoint.meter(transactionId, '1000050');
  await chargePoint.meter(transactionId, '1000060');
  expect(chargePoint.asked.filter(({ action }) => action === 'RemoteStopTransaction')).toEqual([]);
  await chargePoint.meter(transactionId, '1000070');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  expect(session().doneWh).toBe(60);
});

test('a tag in a stop that is not the one of the start changes nothing of whose stop it is', async () => {
  const { chargePoint, session, transactionId } = await charging();
  const idTag = `${TAG.slice(0, 18)}\u0010\u000e`;
  expect(await chargePoint.stop(transactionId, 1_000_060, { idTag, reason: 'Local' })).toBeTypeOf('object');
  expect(session()).toMatchObject({ doneWh: 60, transaction: null });
});

/** A register without a unit that counts kWh from 0, a value each second, beside a power. */
const inKwh = (kwh: number, powerKw: string | undefined) => [
  { value: kwh.toFixed(3) },
  ...(powerKw === undefined ? [] : [{ value: powerKw, measurand: 'Power.Active.Import', unit: 'kW' }]),
];

async function metered(fixture: Awaited<ReturnType<typeof charging>>, powerKw: string | undefined) {
  const { chargePoint, transactionId, skip } = fixture;
  for (let second = 1; second <= 40; second += 1) {
    skip(1);
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue: inKwh(second / 100, powerKw) }];
    await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  }
}

test('a fraction without a unit from 0 is kWh where the power beside it shows that', async () => {
  const fixture = await charging(0, { plan: { ...CAUTIOUS, maxPowerW: 36_000 } });
  await metered(fixture, '36.0');
  expect(fixture.counted()).toBe(400);
  expect(fixture.session().pause?.reason).toBe('UNSIGNED');
  await fixture.chargePoint.stop(fixture.transactionId, 410);
  expect(fixture.session()).toMatchObject({ doneWh: 410, aboveStopWh: 0 });
});

test('a fraction without a unit from 0 and without power is not believed: the charge pauses at the limit', async () => {
  const fixture = await charging(0, { plan: CAUTIOUS });
  await metered(fixture, undefined);
  expect(fixture.counted()).toBe(0);
  await waitFor('the pause', () => fixture.session().pause?.reason === 'METER_SILENT');
});
