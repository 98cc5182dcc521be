import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveEvent, Problem } from '../../protocol/api.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { STORED_READINGS } from '../../server/charging/store.ts';
import { type AgentPeer, connectedAgent } from './agentPeer.ts';
import { bookedWithAgent, fixtureForAllTests, inSec, watchHeader } from './fixture.ts';
import {
  bookCharger,
  type Charger,
  type DriverBooking,
  listCharger,
  readingOf,
  settle,
} from './marketActions.ts';
import { caughtUp, get, openSse, post, waitFor } from './support.ts';

const fixture = fixtureForAllTests({ replyTimeoutMs: 1_000 });

describe('a session', () => {
  let charger: Charger;
  let made: DriverBooking;
  let peer: AgentPeer;
  let url: string;

  beforeEach(async () => {
    charger = await listCharger(fixture.ledger.market);
    made = await bookCharger(fixture.ledger.market, charger);
    await caughtUp(fixture.server, fixture.ledger);
    peer = await connectedAgent(fixture.server.host, fixture.ledger.market.ref, { account: charger.agent });
    peer.answer(() => ({}));
    url = `${fixture.server.api}/bookings/${made.bookingId}`;
  });
  afterEach(() => peer.stop());

  const readingStored = () =>
    waitFor('the reading to be stored', () =>
      fixture.server.db
        .selectFrom('readings')
        .selectAll()
        .where('bookingId', '=', made.bookingId)
        .executeTakeFirst(),
    );

  test('start, co-signature and stop reach the agent', async () => {
    const { bookingId } = made;
    expect(await post(`${url}/start`, { envelope: '0x0102' })).toMatchObject({ status: 202, body: {} });
    const reading = readingOf(made, { isFinal: false });
    await peer.reading(reading);
    await readingStored();
    const signature = await signMessageOf(made.sessionKey, fixture.ledger.market.ref, 'Reading', reading);
    expect((await post(`${url}/cosignatures`, { seq: reading.seq, signature })).status).toBe(202);
    const stopSignature = await signMessageOf(made.sessionKey, fixture.ledger.market.ref, 'Stop', {
      bookingId,
    });
    expect((await post(`${url}/stop`, { signature: stopSignature })).status).toBe(202);
    expect(peer.received.slice(2)).toMatchObject([
      { type: 'start', bookingId, envelope: '0x0102' },
      { type: 'cosign', bookingId, seq: reading.seq, signature },
      { type: 'stop', bookingId, signature: stopSignature },
    ]);
    expect((await readingStored())?.sessionSignature).toBe(signature);
  });

  test('what the session key did not sign never reaches the agent', async () => {
    const { bookingId } = made;
    const reading = readingOf(made, { isFinal: false });
    await peer.reading(reading);
    await readingStored();
    const thief = privateKeyToAccount(generatePrivateKey());
    const asThief = await signMessageOf(thief, fixture.ledger.market.ref, 'Reading', reading);
    const ofMore = { ...reading, energyWh: reading.energyWh + 1 };
    const another = await signMessageOf(made.sessionKey, fixture.ledger.market.ref, 'Reading', ofMore);
    const stop = await signMessageOf(thief, fixture.ledger.market.ref, 'Stop', { bookingId });
    const { seq } = reading;
    for (const [path, body] of [
      ['cosignatures', { seq, signature: asThief }],
      ['cosignatures', { seq, signature: another }],
      ['cosignatures', { seq, signature: `0x${'00'.repeat(65)}` }],
      ['stop', { signature: stop }],
    ] as const) {
      const answer = await post(`${url}/${path}`, body);
      expect(answer).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
    }
    const unknown = await post(`${url}/cosignatures`, { seq: 77, signature: asThief });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'reading.unknown' } });
    expect(peer.received.map((message) => message.type)).toEqual(['challenge', 'welcome']);
  });

  test('an agent that refuses, does not reply, or is offline: each has its own problem code', async () => {
    peer.answer(() => ({ problem: { code: 'start.tooEarly', detail: 'The slot opens at 12:00.' } }));
    expect(await post<Problem>(`${url}/start`, { envelope: '0x01' })).toMatchObject({
      status: 409,
      body: { code: 'start.tooEarly', detail: 'The slot opens at 12:00.' },
    });
    peer.answer(() => ({ requestId: 'of another request' }));
    expect(await post(`${url}/start`, { envelope: '0x01' })).toMatchObject({
      status: 504,
      body: { code: 'agent.timeout' },
    });
    const pending = post(`${url}/start`, { envelope: '0x01' });
    await waitFor('the request', () => peer.received.filter((m) => m.type === 'start').length === 3);
    await peer.stop();
    expect(await pending).toMatchObject({ status: 503, body: { code: 'agent.offline' } });
    expect(await post(`${url}/start`, { envelope: '0x01' })).toMatchObject({
      status: 503,
      body: { code: 'agent.offline' },
    });
  });

  test('an agent is told which readings are held of its booking, and of no other agent’s', async () => {
    const { bookingId } = made;
    const ask = () => peer.send({ type: 'newest', bookingId });
    const told = () => peer.received.filter((message) => message.type === 'newest');
    expect(peer.received.find((message) => message.type === 'welcome')).toMatchObject({ version: 3 });
    ask();
    await waitFor('the answer', () => told().length === 1);
    expect(told()).toEqual([{ type: 'newest', bookingId, newest: null, cosigned: null }]);
    peer.answer(() => ({}));
    const first = readingOf(made, { isFinal: false });
    const second = { ...first, seq: first.seq + 5 };
    const signatures = [await peer.reading(first), await peer.reading(second)];
    await readingStored();
    const signature = await signMessageOf(made.sessionKey, fixture.ledger.market.ref, 'Reading', first);
    expect(await post(`${url}/cosignatures`, { seq: first.seq, signature })).toMatchObject({ status: 202 });
    ask();
    await waitFor('the second answer', () => told().length === 2);
    expect(told()[1]).toEqual({
      ...{ type: 'newest', bookingId },
      newest: { reading: second, agentSignature: signatures[1], sessionSignature: null },
      cosigned: { reading: first, agentSignature: signatures[0], sessionSignature: signature },
    });
    const stranger = await connectedAgent(fixture.server.host, fixture.ledger.market.ref);
    stranger.send({ type: 'newest', bookingId });
    await stranger.heartbeat([]);
    ask();
    await waitFor('the third answer', () => told().length === 3);
    expect(stranger.received.filter((message) => message.type === 'newest')).toEqual([]);
    await stranger.stop();
  });

  test('a settled booking cannot be started', async () => {
    await settle(fixture.ledger.market, made);
    await caughtUp(fixture.server, fixture.ledger);
    expect(await post(`${url}/start`, { envelope: '0x01' })).toMatchObject({
      status: 409,
      body: { code: 'booking.notOpen' },
    });
  });

  test('the live stream sends present values, then each reading, session state and change on the ledger', async () => {
    const stream = await openSse(`${url}/live`, await watchHeader(fixture, made));
    const events = stream.events as LiveEvent[];
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    await waitFor('the booking', () => events.some((event) => event.event === 'booking'));
    const reading = readingOf(made, { isFinal: false });
    const agentSignature = await peer.reading(reading);
    await waitFor('the reading', () => events.some((event) => event.event === 'reading'));
    expect(events.at(-1)).toEqual({ event: 'reading', data: { reading, agentSignature } });
    const state = {
      ...{ state: 'PAUSED', powerW: 0, assuranceLevel: 'meter-signed', neededCost: null, at: inSec(0) },
      detail: { code: 'PAUSED', params: { reason: 'SITE_LIMIT' } },
    };
    peer.send({ type: 'session', bookingId: made.bookingId, ...state });
    await waitFor('the session', () => events.some((event) => event.event === 'session'));
    expect(events.at(-1)).toEqual({ event: 'session', data: state });
    await settle(fixture.ledger.market, made);
    await waitFor('the settlement', () => {
      const last = events.at(-1)!;
      return last.event === 'booking' && last.data.settlementStatus === 'SETTLED';
    });
    const late = await openSse(`${url}/live`, await watchHeader(fixture, made));
    await waitFor('all three', () => late.events.length === 3);
    expect(late.events.map(({ event }) => event)).toEqual(['booking', 'session', 'reading']);
    stream.close();
    late.close();
  });

  test('only the session key may watch, for at most a day', async () => {
    const thief = privateKeyToAccount(generatePrivateKey());
    const refused = async (headers: Record<string, string>) => {
      const { status, body } = await get<Problem>(`${url}/live`, headers);
      return [status, body.code];
    };
    expect(await refused({})).toEqual([401, 'watch.missing']);
    expect(await refused({ authorization: 'Bearer x' })).toEqual([401, 'watch.missing']);
    expect(await refused(await watchHeader(fixture, made, inSec(-1)))).toEqual([401, 'watch.expired']);
    expect(await refused(await watchHeader(fixture, made, inSec(25 * 3_600)))).toEqual([
      401,
      'watch.expired',
    ]);
    const notSessionKey = [403, 'signature.notSessionKey'];
    expect(await refused(await watchHeader(fixture, made, inSec(60), thief))).toEqual(notSessionKey);
    const [head, signature] = (await watchHeader(fixture, made, inSec(60))).authorization.split('.');
    const moved = `${head!.slice(0, -1)}${(Number(head!.at(-1)) + 1) % 10}.${signature}`;
    expect((await refused({ authorization: moved }))[0]).toBeGreaterThanOrEqual(401);
  });

  test('a stream ends when its Watch message expires', async () => {
    const stream = await openSse(`${url}/live`, await watchHeader(fixture, made, inSec(2)));
    expect(stream.status).toBe(200);
    await stream.ended;
  });

  test('readings of another agent, with a bad signature, or with a used seq are refused', async () => {
    const other = await connectedAgent(fixture.server.host, fixture.ledger.market.ref);
    const reading = readingOf(made, { isFinal: false });
    await other.reading(reading);
    other.send({
      type: 'session',
      bookingId: made.bookingId,
      state: 'CHARGING',
      powerW: 1,
      detail: null,
      assuranceLevel: 'agent-signed',
      at: 1,
    });
    peer.send({
      type: 'reading',
      reading,
      signature: await signMessageOf(other.account, fixture.ledger.market.ref, 'Reading', reading),
    });
    await peer.reading(reading);
    await peer.reading({ ...reading, energyWh: 99_999 });
    await waitFor('all refusals', () => {
      const text = fixture.server.logLines.join('');
      return ['reading.otherBooking', 'session.otherBooking', 'reading.signature', 'reading.seqTwice'].every(
        (code) => text.includes(code),
      );
    });
    const rows = await fixture.server.db
      .selectFrom('readings')
      .selectAll()
      .where('bookingId', '=', made.bookingId)
      .execute();
    expect(rows.map((row) => JSON.parse(row.reading))).toEqual([reading]);
    expect(
      await fixture.server.db
        .selectFrom('sessions')
        .selectAll()
        .where('bookingId', '=', made.bookingId)
        .execute(),
    ).toEqual([]);
    await other.stop();
  });
});

/** Of a session that goes on and on, the newest are kept, and what both have signed last: it decides about money. */
test('a booking keeps its newest 10,000 readings and the last that both have signed; an older one is refused', async () => {
  const { made, charger, peer } = await bookedWithAgent(fixture);
  const { bookingId } = made;
  const { db, logLines } = fixture.server;
  const reading = (seq: number) => readingOf(made, { seq, isFinal: false });
  const row = (seq: number) => ({
    ...{ bookingId, seq, reading: JSON.stringify(reading(seq)), agentSignature: '0x01' as Hex },
    ...{ sessionSignature: seq === 7 || seq === 9 ? ('0x02' as const) : null, receivedAt: inSec(0) },
  });
  const newest = STORED_READINGS + 20;
  const seqs = [7, 8, 9, 10, ...Array.from({ length: STORED_READINGS - 1 }, (_, i) => 21 + i)];
  for (let at = 0; at < seqs.length; at += 1_000)
    await db
      .insertInto('readings')
      .values(seqs.slice(at, at + 1_000).map(row))
      .execute();
  expect(seqs.at(-1)).toBe(newest - 1);
  await peer.reading(reading(newest));
  const stored = async () => {
    const rows = await db.selectFrom('readings').select('seq').where('bookingId', '=', bookingId).execute();
    return rows.map(({ seq }) => seq).sort((a, b) => a - b);
  };
  await waitFor('the newest reading', async () => (await stored()).at(-1) === newest);
  const kept = await stored();
  expect(kept).toHaveLength(STORED_READINGS + 1);
  expect(kept.slice(0, 2)).toEqual([9, 21]);
  await peer.reading(reading(20));
  const agentKey = charger.agent.address.toLowerCase();
  await waitFor('the refusal of an old one', () =>
    logLines.some((line) => line.includes('reading.tooOld') && line.includes(agentKey)),
  );
  expect(await stored()).toEqual(kept);
});
