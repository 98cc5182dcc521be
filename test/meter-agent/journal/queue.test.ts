import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Hex } from 'viem';
import { afterEach, expect, test, vi } from 'vitest';
import type { Journal } from '../../../meter-agent/journal/journal.ts';
import { MAX_WAITING_READINGS } from '../../../meter-agent/link/reports.ts';
import { newSession } from '../../../meter-agent/session/transitions.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { StablePort } from '../../support/stable-port.ts';
import { agentFixture, planNow, REF, TAG } from '../support/agent-fixture.ts';
import { ApiPeer } from '../support/api-peer.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(async () => {
  vi.restoreAllMocks();
  await scope.end();
});

const ZERO = `0x${'00'.repeat(32)}` as const;
const SIGNATURE = `0x${'ab'.repeat(65)}` as const;
const SESSIONS = 20;
const PER_SESSION = MAX_WAITING_READINGS / SESSIONS;

const idOf = (index: number): Hex => `0x${index.toString(16).padStart(64, '0')}`;

/** Sessions of days without the API: each has readings that wait, the last of them final. */
function fill(journal: Journal, sessions = SESSIONS, perSession = PER_SESSION): void {
  journal.atomically(() => {
    for (let index = 0; index < sessions; index++) {
      const bookingId = idOf(index + 1);
      journal.addSession(newSession(planNow(ZERO, { bookingId })), ZERO);
      for (let seq = 0; seq < perSession; seq++) {
        const facts = { seq, energyWh: seq, beganAt: 1, endedAt: 1 + seq, overstaySec: 0 };
        const hashes = { evidenceHash: ZERO, registersCommitment: ZERO };
        journal.addReading({ bookingId, ...facts, ...hashes, isFinal: seq === perSession - 1 });
        journal.signReading(bookingId, seq, SIGNATURE);
        journal.addEvidence(bookingId, `{"at":${seq}}`);
      }
    }
  });
}

test('readings wait for the API in a queue that is bounded: superseded ones are left out, final ones and evidence never', async () => {
  const stable = await StablePort.open();
  scope.onEnd(() => stable.close());
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const answers = {
    RemoteStartTransaction: { status: 'Accepted' },
    SetChargingProfile: { status: 'Accepted' },
  };
  const config = { apiUrl: `http://127.0.0.1:${stable.port}` };
  const { agent, chargePoint, handOver, session, bookingId, skip, dataDir } = await agentFixture(scope, {
    answers,
    config,
    log,
  });
  const { journal } = agent;
  fill(journal);
  expect(journal.queue().unsentReadings).toBe(MAX_WAITING_READINGS);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  for (let registerWh = 10; registerWh <= 80; registerWh += 10) {
    skip(60);
    await chargePoint.meter(transactionId, String(registerWh));
  }
  await chargePoint.stop(transactionId, 80, { reason: 'Local' });
  await waitFor('the final reading', () => session().phase === 'FINAL');
  await waitFor('all of it to be signed', () => journal.unsignedReadings().length === 0);
  await waitFor('the queue to be bounded', () => journal.queue().unsentReadings === MAX_WAITING_READINGS);
  expect(lines.filter((line) => line.includes('too many readings wait'))).toHaveLength(1);
  const bytes = ['journal.sqlite', 'journal.sqlite-wal'].map((name) => statSync(join(dataDir, name)).size);
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(20_000_000);
  // Nothing is deleted: what was made stays, for the settlement and as evidence.
  for (let index = 0; index < SESSIONS; index++) {
    expect(journal.reading(idOf(index + 1), 0)).toBeDefined();
    expect(journal.evidence(idOf(index + 1))).toHaveLength(PER_SESSION);
  }

  const api = new ApiPeer(REF);
  scope.onEnd(() => api.close());
  await api.listen();
  stable.target = api.port;
  const own = session().nextSeq;
  const heard = await waitFor('what waited', () => {
    const readings = api.of('reading').map(({ reading }) => reading);
    return readings.some((r) => r.bookingId === bookingId && r.isFinal) ? readings : undefined;
  });
  expect(heard).toHaveLength(MAX_WAITING_READINGS);
  expect(heard.filter(({ isFinal }) => isFinal)).toHaveLength(SESSIONS + 1);
  // The oldest are gone, and so many as came too much.
  expect(heard[0]).toMatchObject({ bookingId: idOf(1), seq: own });
  const places = heard.slice(0, -own).map(placeOf);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(heard.slice(-own).map(({ seq }) => seq)).toEqual(Array.from({ length: own }, (_unused, seq) => seq));
  expect(journal.queue().unsentReadings).toBe(0);
});

const placeOf = ({ bookingId, seq }: Reading): number => Number(bookingId) * PER_SESSION + seq;

test('an API that did not take a reading yet hears the newest one again after a minute, until it is co-signed', async () => {
  const api = new ApiPeer(REF);
  scope.onEnd(() => api.close());
  const config = { apiUrl: await api.listen() };
  const { agent, chargePoint, handOver, cosign, bookingId } = await agentFixture(scope, { config });
  await waitFor('the agent to be connected', () => api.of('heartbeat').length > 0);
  handOver();
  await chargePoint.start(TAG, 0);
  await waitFor('the first reading', () => api.of('reading').length === 1);
  const sessions = () => api.of('session').filter((session) => session.bookingId === bookingId).length;
  const sessionsBefore = sessions();
  const real = performance.now.bind(performance);
  let laterMs = 61_000;
  vi.spyOn(performance, 'now').mockImplementation(() => real() + laterMs);
  await waitFor('the reading again', () => api.of('reading').length === 2);
  expect(api.of('reading')[1]).toEqual(api.of('reading')[0]);
  await waitFor('how the session stands', () => sessions() === sessionsBefore + 1);
  cosign();
  laterMs *= 2;
  const heartbeats = api.of('heartbeat').length;
  agent.connectors.see('CP1', 2);
  await chargePoint.status('Available', 2);
  await waitFor('a tick more', () => api.of('heartbeat').length > heartbeats);
  expect(api.of('reading')).toHaveLength(2);
});

test('of many sessions that are over nothing is left out, however long the queue gets', async () => {
  const { agent } = await agentFixture(scope);
  fill(agent.journal, MAX_WAITING_READINGS + 50, 1);
  expect(agent.journal.skipSuperseded(MAX_WAITING_READINGS)).toBe(0);
  expect(agent.journal.queue().unsentReadings).toBe(MAX_WAITING_READINGS + 50);
});
