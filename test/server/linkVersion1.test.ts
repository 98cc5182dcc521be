import { expect, onTestFinished, test } from 'vitest';
import type { LiveEvent, NoticesResponse } from '../../protocol/api.ts';
import { seal } from '../../protocol/seal.ts';
import { connectedAgent } from './agentPeer.ts';
import { fixtureForAllTests, inSec, watchHeader } from './fixture.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import { caughtUp, get, openSse, post, waitFor } from './support.ts';

const fixture = fixtureForAllTests();

/** A booked charger whose agent is connected and speaks the first version of the link, and the driver's live stream. */
async function bookedWithOldAgent() {
  const { ledger, server } = fixture;
  const charger = await listCharger(ledger.market);
  const made = await bookCharger(ledger.market, charger);
  await caughtUp(server, ledger);
  const connect = () =>
    connectedAgent(server.host, ledger.market.ref, { account: charger.agent, isVersion1: true });
  const peer = await connect();
  onTestFinished(() => peer.stop());
  const url = `${server.api}/bookings/${made.bookingId}`;
  const stream = await openSse(`${url}/live`, await watchHeader(fixture, made));
  onTestFinished(() => stream.close());
  return { charger, made, peer, connect, url, events: stream.events as LiveEvent[] };
}

test('session states of an old agent, with and without a tier, become the present ones', async () => {
  const { made, peer, events } = await bookedWithOldAgent();
  // One that came while the stream began may be sent with the first values and as a change.
  const sessions = () =>
    events
      .flatMap(({ event, data }) => (event === 'session' ? [data] : []))
      .filter((state, index, all) => JSON.stringify(state) !== JSON.stringify(all[index - 1]));
  const at = inSec(0);
  peer.send(
    `{"type":"visit","bookingId":"${made.bookingId}","state":"CHARGING","powerW":11000,"detail":"","tier":"meter-signed","at":${at}}`,
  );
  await waitFor('the first state', () => sessions().length === 1);
  peer.send(
    `{"type":"visit","bookingId":"${made.bookingId}","state":"PAUSED","powerW":0,"detail":"The house connection has no current left: it goes on by itself.","at":${at}}`,
  );
  await waitFor('the second state', () => sessions().length === 2);
  expect(sessions()).toEqual([
    { state: 'CHARGING', powerW: 11_000, detail: null, assuranceLevel: 'meter-signed', neededCost: null, at },
    {
      ...{ state: 'PAUSED', powerW: 0, assuranceLevel: 'agent-signed', neededCost: null, at },
      detail: {
        code: 'TEXT',
        params: { text: 'The house connection has no current left: it goes on by itself.' },
      },
    },
  ]);
});

test('notices of an old agent keep their text, under the present code', async () => {
  const { charger, made, peer, url } = await bookedWithOldAgent();
  const { listingId } = charger;
  const { bookingId } = made;
  const at = inSec(-60);
  const text = 'The booking of 14:30 UTC cannot begin: another car still stands at the charger.';
  peer.send(
    `{"type":"notice","number":7,"notice":{"listingId":"${listingId}","bookingId":"${bookingId}","to":"both","code":"OCCUPIED","text":"${text}","at":${at}}}`,
  );
  peer.send(
    `{"type":"notice","number":8,"notice":{"listingId":"${listingId}","bookingId":"${bookingId}","to":"driver","code":"RESUMED","text":"The charge goes on.","at":${at + 1}}}`,
  );
  await waitFor('both to be acknowledged', () =>
    [7, 8].every((number) => peer.frames.includes(`{"type":"noticed","number":${number}}`)),
  );
  const { body } = await get<NoticesResponse>(`${url}/notices`, await watchHeader(fixture, made));
  const about = { listingId, bookingId };
  expect(body.notices).toEqual([
    { ...about, to: 'driver', code: 'RESUMED', params: { text: 'The charge goes on.' }, at: at + 1 },
    { ...about, to: 'both', code: 'BOOKING_BLOCKED', params: { reason: 'OCCUPIED', text }, at },
  ]);
});

test('an old agent is sent the location under its old name, and the old path of the API still works', async () => {
  const { charger, peer } = await bookedWithOldAgent();
  peer.answer(() => ({}));
  const envelope = seal(charger.agent.publicKey, '{}');
  for (const path of ['location', 'place']) {
    const { status } = await post(`${fixture.server.api}/chargers/${charger.listingId}/${path}`, {
      envelope,
    });
    expect([path, status]).toEqual([path, 202]);
  }
  const asked = peer.frames.map((frame) => JSON.parse(frame)).filter(({ requestId }) => requestId);
  expect(asked).toMatchObject([
    { type: 'place', listingId: charger.listingId, envelope },
    { type: 'place', listingId: charger.listingId, envelope },
  ]);
});

test('the log names an old agent once, also when it connects again', async () => {
  const { charger, peer, connect } = await bookedWithOldAgent();
  await peer.stop();
  const again = await connect();
  onTestFinished(() => again.stop());
  const key = charger.agent.address.toLowerCase();
  const named = fixture.server.logLines.filter(
    (line) => line.includes('an old version of the link') && line.includes(key),
  );
  expect(named.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, agentKey: key, version: 1 }]);
});

test('what is no message of either version ends the connection', async () => {
  for (const frame of [
    '{"type":"visit","bookingId":"0x00","state":"CHARGING","powerW":1,"detail":"","at":1}',
    '{"type":"notice","number":1,"notice":{"code":"RESUMED"}}',
  ]) {
    const { peer } = await bookedWithOldAgent();
    peer.send(frame);
    const { reason } = await waitFor('the connection to be closed', () => peer.closed());
    expect(reason).toContain('link.malformed');
  }
});

test('an agent of this version may not use the old names', async () => {
  const peer = await connectedAgent(fixture.server.host, fixture.ledger.market.ref);
  peer.send({
    type: 'visit',
    bookingId: `0x${'ab'.repeat(32)}`,
    state: 'CHARGING',
    powerW: 0,
    detail: '',
    at: 1,
  });
  const { reason } = await waitFor('the connection to be closed', () => peer.closed());
  expect(reason).toContain('link.malformed');
});
