import type { Hex } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import type { LiveEvent } from '../../protocol/api.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { connectedAgent } from './agentPeer.ts';
import { bookedWithAgent, fixtureForAllTests, inSec, watchHeader } from './fixture.ts';
import { settle } from './marketActions.ts';
import { caughtUp, get, openSse, post, waitFor } from './support.ts';

const fixture = fixtureForAllTests({ replyTimeoutMs: 1_000 });

const raise = async (bookingId: Hex, key: PrivateKeyAccount, cost: bigint) => {
  const message = { bookingId, cost };
  const signature = await signMessageOf(key, fixture.ledger.market.ref, 'Allowance', message);
  return { cost: String(cost), signature };
};

const keptOf = (bookingId: Hex) =>
  fixture.server.db
    .selectFrom('allowances')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();

test('a raise reaches the agent and the live stream; a lower one changes nothing', async () => {
  const { made, peer, url } = await bookedWithAgent(fixture);
  const { bookingId, sessionKey } = made;
  peer.answer(() => ({}));
  const stream = await openSse(`${url}/live`, await watchHeader(fixture, made));
  const events = stream.events as LiveEvent[];
  // A change that comes while the present values are sent is told twice.
  const allowed = () =>
    events
      .filter(({ event }) => event === 'allowance')
      .map(({ data }) => data)
      .filter((data, i, all) => JSON.stringify(data) !== JSON.stringify(all[i - 1]));
  const first = await raise(bookingId, sessionKey, 500_000n);
  expect(await post(`${url}/allowance`, first)).toMatchObject({ status: 202, body: {} });
  await waitFor('the raise on the live stream', () => allowed().length === 1);
  const lower = await raise(bookingId, sessionKey, 499_999n);
  expect((await post(`${url}/allowance`, lower)).status).toBe(202);
  const higher = await raise(bookingId, sessionKey, 2_000_000n);
  expect((await post(`${url}/allowance`, higher)).status).toBe(202);
  await waitFor('the higher raise on the live stream', () => allowed().length === 2);
  expect(allowed()).toEqual([first, higher]);
  expect(peer.received.filter(({ type }) => type === 'allow')).toMatchObject([first, higher]);
  expect(await keptOf(bookingId)).toMatchObject({ ...higher, acceptedAt: expect.any(Number) });
  stream.close();
});

test('a raise is kept while the agent is away, and sent once it connects again', async () => {
  const { made, peer, url, charger } = await bookedWithAgent(fixture);
  await peer.stop();
  const raised = await raise(made.bookingId, made.sessionKey, 700_000n);
  expect((await post(`${url}/allowance`, raised)).status).toBe(202);
  expect(await keptOf(made.bookingId)).toMatchObject({ ...raised, acceptedAt: null });
  const { host } = fixture.server;
  const back = await connectedAgent(host, fixture.ledger.market.ref, {
    account: charger.agent,
    reply: () => ({}),
  });
  await waitFor('the raise', () => back.received.some(({ type }) => type === 'allow'));
  await waitFor('its acceptance', async () => (await keptOf(made.bookingId))?.acceptedAt ?? undefined);
  expect(back.received.find(({ type }) => type === 'allow')).toMatchObject(raised);
  await back.stop();
});

test('what the session key did not sign is refused, and so is a raise after the end', async () => {
  const { made, peer, url } = await bookedWithAgent(fixture);
  const { bookingId, sessionKey } = made;
  const thief = await raise(bookingId, privateKeyToAccount(generatePrivateKey()), 600_000n);
  const { signature } = await raise(bookingId, sessionKey, 600_000n);
  for (const body of [thief, { cost: '600001', signature }]) {
    const answer = await post(`${url}/allowance`, body);
    expect(answer).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
  }
  const tooLarge = await post(`${url}/allowance`, { cost: String(2n ** 64n), signature });
  expect(tooLarge).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
  expect(peer.received.some(({ type }) => type === 'allow')).toBe(false);
  await settle(fixture.ledger.market, made);
  await caughtUp(fixture.server, fixture.ledger);
  const late = await post(`${url}/allowance`, await raise(bookingId, sessionKey, 600_000n));
  expect(late).toMatchObject({ status: 409, body: { code: 'booking.ended' } });
  expect(await keptOf(bookingId)).toBeUndefined();
});

test('a session says what the driver must allow so that it goes on', async () => {
  const { made, peer, url } = await bookedWithAgent(fixture);
  const session = {
    ...{ state: 'PAUSED', powerW: 0, assuranceLevel: 'agent-signed', at: inSec(0) },
    detail: { code: 'PAUSED', params: { reason: 'UNSIGNED' } },
    neededCost: '812345',
  };
  peer.send({ type: 'session', bookingId: made.bookingId, ...session });
  const stream = await openSse(`${url}/live`, await watchHeader(fixture, made));
  const events = stream.events as LiveEvent[];
  await waitFor('the session', () => events.some(({ event }) => event === 'session'));
  expect(events.find(({ event }) => event === 'session')?.data).toEqual(session);
  stream.close();
});

test('a listing whose agent gave its consent to another host is not shown as available', async () => {
  const { charger, peer } = await bookedWithAgent(fixture);
  const { listingId, listing } = charger;
  const statusWith = async (host: Hex) => {
    const sentAt = inSec(0);
    const { connector } = listing.place;
    await peer.heartbeat([{ connector, listingId, host, status: 'CHARGING' }], { sentAt });
    return waitFor('the heartbeat', async () => {
      const row = await fixture.server.db
        .selectFrom('connectors')
        .select('host')
        .where('listingId', '=', listingId)
        .executeTakeFirst();
      if (row?.host !== host.toLowerCase()) return undefined;
      return (await get<{ status: string }>(`${fixture.server.api}/chargers/${listingId}`)).body.status;
    });
  };
  expect(await statusWith(listing.terms.host)).toBe('CHARGING');
  expect(await statusWith(privateKeyToAccount(generatePrivateKey()).address)).toBe('UNKNOWN');
});
