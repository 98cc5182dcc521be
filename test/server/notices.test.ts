import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, onTestFinished, test } from 'vitest';
import type { LiveEvent, NoticesResponse } from '../../protocol/api.ts';
import type { Notice } from '../../protocol/notices.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import type { AgentPeer } from './agentPeer.ts';
import { bookedWithAgent, fixtureForAllTests, inSec, watchHeader } from './fixture.ts';
import { get, openSse, signedInAs, waitFor } from './support.ts';

const fixture = fixtureForAllTests();

const now = () => inSec(0);

/** A booked charger whose agent is connected, and notices that it may send. */
async function bookedCharger() {
  const booked = await bookedWithAgent(fixture);
  const { listingId } = booked.charger;
  const { bookingId } = booked.made;
  const noticeOf = (errorCode: string, change: Partial<Notice> = {}): Notice => ({
    ...{ listingId, bookingId, to: 'both', code: 'SAFETY_STOP', params: { errorCode } },
    ...{ at: now(), ...change },
  });
  return { ...booked, noticeOf };
}

let numbers = 0;
function say(peer: AgentPeer, notice: Notice): number {
  numbers += 1;
  peer.send({ type: 'notice', number: numbers, notice });
  return numbers;
}

const wasTaken = (peer: AgentPeer, number: number) =>
  waitFor('the API to say that it has the notice', () =>
    peer.received.some((message) => message.type === 'noticed' && message.number === number),
  );

test('a driver reads what is for drivers of this booking, live and at once, newest first', async () => {
  const { made, peer, noticeOf, url } = await bookedCharger();
  const headers = await watchHeader(fixture, made);
  expect((await get<NoticesResponse>(`${url}/notices`, headers)).body).toEqual({ notices: [], cursor: null });
  const stream = await openSse(`${url}/live`, headers);
  onTestFinished(() => stream.close());
  const early = noticeOf('GroundFailure', { at: now() - 60 });
  const late = noticeOf('OverVoltage', { to: 'driver' });
  say(peer, late);
  say(peer, noticeOf('HighTemperature', { to: 'host' }));
  say(peer, noticeOf('WeakSignal', { bookingId: null, to: 'host' }));
  await wasTaken(peer, say(peer, early));
  const wanted = { notices: [late, early] };
  expect((await get<NoticesResponse>(`${url}/notices`, headers)).body).toEqual({ ...wanted, cursor: null });
  const told = stream.events as LiveEvent[];
  await waitFor('the stream to tell both', () => {
    const last = told.findLast(({ event }) => event === 'notices');
    return last?.event === 'notices' && last.data.notices.length === 2;
  });
  expect(told.findLast(({ event }) => event === 'notices')?.data).toEqual(wanted);
});

test('only the booking’s session key reads its notices', async () => {
  const { made, url } = await bookedCharger();
  const other = await bookedCharger();
  const thief = privateKeyToAccount(generatePrivateKey());
  expect(await get(`${url}/notices`)).toMatchObject({ status: 401, body: { code: 'watch.missing' } });
  for (const key of [thief, other.made.sessionKey]) {
    const answer = await get(`${url}/notices`, await watchHeader(fixture, made, inSec(600), key));
    expect(answer).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
  }
});

test('a host signs in and reads what is for the host of the own listings alone', async () => {
  const { peer, noticeOf } = await bookedCharger();
  const about = noticeOf('WeakSignal', { bookingId: null, to: 'host' });
  say(peer, noticeOf('HighTemperature', { to: 'driver' }));
  await wasTaken(peer, say(peer, about));
  expect(await get(`${fixture.server.api}/me/notices`)).toMatchObject({
    status: 401,
    body: { code: 'signIn.missing' },
  });
  const host = localAccount('host');
  const ofHost = await get<NoticesResponse>(
    `${fixture.server.api}/me/notices`,
    await signedInAs(fixture.server, host),
  );
  expect(ofHost.body.notices).toContainEqual(about);
  expect(ofHost.body.notices.every(({ to }) => to !== 'driver')).toBe(true);
  const stranger = await signedInAs(fixture.server, privateKeyToAccount(generatePrivateKey()));
  expect((await get(`${fixture.server.api}/me/notices`, stranger)).body).toEqual({
    notices: [],
    cursor: null,
  });
  const asHost = await get(
    `${fixture.server.api}/me/notices?account=${host.address.toLowerCase()}`,
    stranger,
  );
  expect(asHost).toMatchObject({ status: 401, body: { code: 'signIn.missing' } });
});

const stored = (listingId: Hex) =>
  fixture.server.db.selectFrom('notices').selectAll().where('listingId', '=', listingId).execute();

const errorOf = ({ params }: { params: string }): string => JSON.parse(params).errorCode;

test('an agent speaks of its own listings and bookings alone', async () => {
  const mine = await bookedCharger();
  const other = await bookedCharger();
  const { peer } = mine;
  const long = now() - 7_200;
  // Old enough for the agent to be told that it is done with them.
  for (const [notice, code] of [
    [other.noticeOf('x', { at: long }), 'notice.otherBooking'],
    [other.noticeOf('x', { at: long, bookingId: null }), 'notice.otherListing'],
    [mine.noticeOf('x', { at: long, listingId: other.charger.listingId }), 'notice.otherBooking'],
    [mine.noticeOf('x', { at: long, bookingId: other.made.bookingId }), 'notice.otherBooking'],
  ] as const) {
    await wasTaken(peer, say(peer, notice));
    // Each code is named once for a link.
    const agentKey = mine.charger.agent.address.toLowerCase();
    const lines = () =>
      fixture.server.logLines.filter((line) => line.includes(agentKey) && line.includes(code));
    await waitFor('the refusal', () => lines().length === 1);
  }
  // A booking that the index may not have yet is no refusal for good.
  const unknown = say(peer, mine.noticeOf('x', { bookingId: `0x${'99'.repeat(32)}` }));
  await wasTaken(peer, say(peer, mine.noticeOf('last')));
  expect(peer.received.some((m) => m.type === 'noticed' && m.number === unknown)).toBe(false);
  expect(await stored(other.charger.listingId)).toEqual([]);
  expect((await stored(mine.charger.listingId)).map(errorOf)).toEqual(['last']);
});

test('a code that this server does not know, of a newer agent, is stored and served with its parameters', async () => {
  const { peer, noticeOf, made, url } = await bookedCharger();
  const newer = noticeOf('', { code: 'SOLAR_SURPLUS', params: { surplusW: 1_400, isEstimated: true } });
  await wasTaken(peer, say(peer, newer));
  const { body } = await get<NoticesResponse>(`${url}/notices`, await watchHeader(fixture, made));
  expect(body).toEqual({ notices: [newer], cursor: null });
});

test('a notice that comes twice is kept once, one of the future counts as now, and a listing keeps the newest 200', async () => {
  const { peer, noticeOf, charger, url, made } = await bookedCharger();
  const twice = noticeOf('twice', { at: now() - 10 });
  say(peer, twice);
  await wasTaken(peer, say(peer, twice));
  expect(await stored(charger.listingId)).toHaveLength(1);
  for (let n = 0; n < 205; n += 1) say(peer, noticeOf(`notice ${n}`, { at: now() - 5_000 + n }));
  await wasTaken(peer, say(peer, noticeOf('from the future', { at: now() + 1_000_000 })));
  const rows = await stored(charger.listingId);
  expect(rows).toHaveLength(200);
  expect(rows.some((row) => errorOf(row) === 'notice 0')).toBe(false);
  expect(rows.every(({ at }) => at <= now())).toBe(true);
  const { body } = await get<NoticesResponse>(`${url}/notices`, await watchHeader(fixture, made));
  expect(body.notices).toHaveLength(20);
  expect(body.notices.slice(0, 2).map(({ params }) => params.errorCode)).toEqual([
    'from the future',
    'twice',
  ]);
});
