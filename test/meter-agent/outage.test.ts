import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { askStatus } from '../../meter-agent/cli/ask-agent.ts';
import { statusText } from '../../meter-agent/cli/status.ts';
import { historyOf } from '../../meter-agent/status/history.ts';
import { pageHtml } from '../../meter-agent/status/page.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { Notice } from '../../protocol/notices.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { rpc } from '../support/anvil.ts';
import { TARIFF } from '../support/market.ts';
import { DriverDevice } from './support/driver-device.ts';
import { Scope } from './support/start-agent.ts';
import { CHARGE_WH, timeline } from './support/timeline.ts';

const scope = new Scope();
afterEach(() => scope.end());

const DAY_SLOTS = 96;
const LEDGER_AWAY = 'the ledger does not answer as it should';

/** A log that keeps its lines. */
function keptLog() {
  const lines: { msg: string; code?: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const count = (said: string) => lines.filter(({ msg }) => msg === said).length;
  const notices = () => lines.filter(({ msg }) => msg === 'notice') as unknown as Notice[];
  return { log, count, notices };
}

test('the API away for three days: sessions go on by the start code, what is allowed settles, all is reported in order', async () => {
  const { log, count, notices } = keptLog();
  const fixture = await timeline(scope, log);
  const { anvil, jumpLedger, skipTo, charge, session } = fixture;
  const { address } = fixture.agent.key.account;
  const ether = (wei: bigint) => rpc(anvil.url, 'anvil_setBalance', [address, `0x${wei.toString(16)}`]);
  await ether(10n ** 18n);
  const first = await fixture.booked(0);
  const second = await fixture.booked(DAY_SLOTS);
  const third = await fixture.booked(2 * DAY_SLOTS);
  const ended = (bookingId: string) => {
    const fact = fixture.agent.ledger.booking(bookingId as `0x${string}`);
    return fact?.ended ?? undefined;
  };
  await fixture.apiGone();

  const readings = [await charge(first)];
  const { closes } = session(first).plan.times;
  // What the driver allowed covers it.
  await jumpLedger(closes);
  await waitFor('the settlement on its word alone', () => ended(first.bookingId) === 'FULFILLED');
  await waitFor('the notice', () => notices().some(({ code }) => code === 'SETTLE_ALONE_SENT'));
  expect(fixture.agent.ledger.booking(first.bookingId)?.paid).toBe(
    costRoundedDown(TARIFF, readings[0]!, first.booking.money.cap),
  );

  // Its ether is gone: the window of this session passes unused.
  skipTo(session(second).plan.times.start + 10);
  const away = (await askStatus(fixture.dataDir))?.api.outage;
  expect(away).toMatchObject({ until: null });
  readings.push(await charge(second));
  await ether(0n);
  await jumpLedger(session(second).plan.times.reportBy);
  await ether(10n ** 18n);
  await waitFor('the money to be given back', () => ended(second.bookingId) === 'FAILED', {
    timeoutMs: 90_000,
  });

  skipTo(session(third).plan.times.start + 10);
  // It ends and starts again while power flows.
  readings.push(await charge(third, () => fixture.restart()));
  const snapshot = await askStatus(fixture.dataDir);
  expect(snapshot?.api.outage).toEqual(away);
  expect(snapshot?.queue).toMatchObject({ unsettledSessions: 1 });
  expect(snapshot?.queue.unsentReadings).toBeGreaterThanOrEqual(3);
  expect(snapshot?.queue.notices).toBeGreaterThan(3);
  // After the charge, and before the ten minutes for the driver's signature are over.
  await jumpLedger(session(third).plan.times.start + 300);
  await fixture.apiBack(third);
  await waitFor('the third to be settled', () => ended(third.bookingId) === 'FULFILLED', {
    timeoutMs: 90_000,
  });

  // Said once before the restart and once after it.
  expect(count('no connection to the API')).toBe(2);
  // What was made while nobody listened: each reading and each notice once, in the order of its making.
  const heard = fixture.api.of('reading').map(({ reading }) => reading);
  const bookings = [first, second, third].map(({ bookingId }) => bookingId);
  const places = heard.map(({ bookingId, seq }) => bookings.indexOf(bookingId) * 1_000 + seq);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(new Set(places).size).toBe(places.length);
  expect(heard.filter(({ isFinal }) => isFinal)).toEqual(readings);
  expect(readings.map(({ energyWh }) => energyWh)).toEqual([CHARGE_WH, CHARGE_WH, CHARGE_WH]);
  const said = fixture.api.of('notice').map(({ number }) => number);
  expect(said).toEqual([...new Set(said)].sort((a, b) => a - b));
  const codes = fixture.api.of('notice').map(({ notice }) => notice.code);
  for (const code of ['SETTLE_ALONE_SENT', 'EXPIRE_SENT', 'PAID']) expect(codes).toContain(code);
  const back = await waitFor('the outage to be over', async () => {
    const seen = await askStatus(fixture.dataDir);
    return seen?.api.outage?.until == null ? undefined : seen;
  });
  for (const shown of [statusText(back), pageHtml(back, { isLocal: true })]) {
    expect(shown).toContain('was away from');
  }
  expect(await fixture.ends()).toEqual([
    ['SettledAlone', first.bookingId],
    ['Expired', second.bookingId],
    ['Settled', third.bookingId],
  ]);
  expect(await fixture.reconciles()).toBe(true);
});

test('the ledger away for longer than its windows: charges on, says so once, then settles in order and lets go what is too late', async () => {
  const { log, count, notices } = keptLog();
  const fixture = await timeline(scope, log);
  const { skipTo, charge, session, proxy } = fixture;
  const first = await fixture.booked(0);
  const second = await fixture.booked(3 * DAY_SLOTS);
  const third = await fixture.booked(3 * DAY_SLOTS + 4);
  proxy.isCut = true;
  await waitFor('it to be noticed', () => count(LEDGER_AWAY) > 0);
  const askedBefore = proxy.asked.length;
  const beganMs = performance.now();

  for (const made of [first, second, third]) {
    const driver = new DriverDevice(fixture.api, fixture.market.ref, made);
    skipTo(session(made).plan.times.start + 60);
    const final = await charge(made);
    expect(final.energyWh).toBe(CHARGE_WH);
    await waitFor('the driver to co-sign it', () => session(made).cosigned?.energyWh === final.energyWh);
    await waitFor('the driver to have the final reading', () => driver.final !== undefined);
    expect(driver.final).toEqual(final);
  }
  // Nothing happens: nothing is written, and the line is tried ever more seldom.
  await restOf(join(fixture.dataDir, 'journal.sqlite-wal'));
  const tries = Math.log2((performance.now() - beganMs) / 500 + 1) + 2;
  expect(proxy.asked.length - askedBefore).toBeLessThanOrEqual(tries);
  expect(count(LEDGER_AWAY)).toBe(1);
  const snapshot = await askStatus(fixture.dataDir);
  expect(snapshot).toMatchObject({ ledger: { outage: { until: null } }, queue: { unsettledSessions: 3 } });
  expect(snapshot && statusText(snapshot)).toContain('away since');
  expect(fixture.api.relayed).toBe(0);

  await fixture.jumpLedger(fixture.nowSec());
  proxy.isCut = false;
  await waitFor('all of it to be ended', async () => (await fixture.ends()).length === 3, {
    timeoutMs: 90_000,
  });
  expect(await fixture.ends()).toEqual([
    ['Expired', first.bookingId],
    ['Settled', second.bookingId],
    ['Settled', third.bookingId],
  ]);
  const history = () =>
    [...historyOf(fixture.agent.journal)].map(({ phase, reservationStatus, reading }) => {
      return [phase, reservationStatus, reading?.energyWh];
    });
  await waitFor('the agent to see it', () => history().every(([phase]) => phase === 'ENDED'));
  expect(history()).toEqual([
    ['ENDED', 'FAILED', CHARGE_WH],
    ['ENDED', 'FULFILLED', CHARGE_WH],
    ['ENDED', 'FULFILLED', CHARGE_WH],
  ]);
  const ofFirst = notices().filter(({ bookingId }) => bookingId === first.bookingId);
  expect(ofFirst.map(({ code, to }) => [code, to])).toEqual([
    ['EXPIRE_SENT', 'both'],
    ['PAID', 'both'],
  ]);
  expect(await fixture.reconciles()).toBe(true);
  // What is over for long is in the journal alone.
  skipTo(fixture.nowSec() + 2 * 86_400);
  await waitFor('the memory to be free of it', () => fixture.agent.sessions.all().length === 0);
  expect(history()).toHaveLength(3);
});

/** Waits until the file is left alone for longer than the agent's own timer takes. */
async function restOf(file: string): Promise<void> {
  let seen = { bytes: -1, atMs: 0 };
  await waitFor('nothing to be written', () => {
    const bytes = statSync(file).size;
    if (bytes !== seen.bytes) seen = { bytes, atMs: performance.now() };
    return performance.now() - seen.atMs > 1_500;
  });
}
